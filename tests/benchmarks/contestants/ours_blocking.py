"""`cartesia_async`, blocking."""

from __future__ import annotations

from time import monotonic

from cartesia_async import Cartesia
from tests.benchmarks.tally import CONTEXT, Tally, speech


class Contestant:
    """Each method is a call, written as a user writes it."""

    def __init__(self, url: str) -> None:
        self._client = Cartesia("sk_car_bench", base_url=url, max_retries=0)

    def close(self) -> None:
        self._client.close()

    def status(self) -> Tally:
        assert self._client.api_status.get().ok
        return Tally(1, 0, monotonic())

    def events(self, transcript: str) -> Tally:
        items = size = 0
        first = 0.0
        for event in self._client.tts.sse(**speech(transcript)):
            first = first or monotonic()
            items += 1
            if event.type == "chunk":
                size += len(event.data)
        return Tally(items, size, first)

    def stream(self, transcript: str) -> Tally:
        size = 0
        first = 0.0
        for chunk in self._client.tts.bytes(**speech(transcript)):
            first = first or monotonic()
            size += len(chunk)
        return Tally(1, size, first)

    def speak(self, transcript: str) -> Tally:
        items = size = 0
        first = 0.0
        options = speech(transcript)
        text = options.pop("transcript")
        with self._client.tts.websocket() as socket:
            context = socket.context(**options, context_id=CONTEXT)
            context.send(text)
            context.finish()
            for event in context:
                first = first or monotonic()
                items += 1
                if event.type == "chunk":
                    size += len(event.data)
        return Tally(items, size, first)
