"""The official package `cartesia`, blocking."""

from __future__ import annotations

from time import monotonic

from cartesia import Cartesia

from tests.benchmarks.tally import CONTEXT, Tally, speech


class Contestant:
    """Each method is a call, written as a user writes it."""

    def __init__(self, url: str) -> None:
        socket = url.replace("http", "ws", 1)
        self._client = Cartesia(api_key="sk_car_bench", base_url=url, websocket_base_url=socket, max_retries=0)

    def close(self) -> None:
        self._client.close()

    def status(self) -> Tally:
        assert self._client.get_status().ok
        return Tally(1, 0, monotonic())

    def events(self, transcript: str) -> Tally:
        items = size = 0
        first = 0.0
        for event in self._client.tts.generate_sse(**speech(transcript)):
            first = first or monotonic()
            items += 1
            if event.type == "chunk":
                size += len(event.audio)
        return Tally(items, size, first)

    def stream(self, transcript: str) -> Tally:
        size = 0
        first = 0.0
        with self._client.tts.with_streaming_response.generate(**speech(transcript)) as response:
            for chunk in response.iter_bytes():
                first = first or monotonic()
                size += len(chunk)
        return Tally(1, size, first)

    def speak(self, transcript: str) -> Tally:
        items = size = 0
        first = 0.0
        options = speech(transcript)
        options.pop("language")
        with self._client.tts.websocket_connect() as connection:
            context = connection.context(CONTEXT)
            context.send(**options, continue_=False)
            for event in context.receive():
                first = first or monotonic()
                items += 1
                if event.type == "chunk":
                    size += len(event.audio)
        return Tally(items, size, first)
