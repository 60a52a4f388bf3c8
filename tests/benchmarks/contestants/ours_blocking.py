"""`cartesia_async`, blocking."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import Any

from cartesia_async import Cartesia
from tests.benchmarks.tally import CONTEXT, MANY, Tally, joined, speech, spoken


class Contestant:
    """Each method is a call, written as a user writes it."""

    def __init__(self, url: str) -> None:
        self._client = Cartesia("sk_car_bench", base_url=url, max_retries=0)
        self._kept: Any = None

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
        with self._client.tts.websocket() as socket:
            return self._speak(socket, transcript, CONTEXT)

    def speak_many(self, transcript: str) -> Tally:
        names = [f"{CONTEXT}-{number}" for number in range(MANY)]
        with self._client.tts.websocket() as socket, ThreadPoolExecutor(MANY) as threads:
            return joined(threads.map(partial(self._speak, socket, transcript), names))

    def _speak(self, socket: Any, transcript: str, name: str) -> Tally:
        items = size = 0
        first = 0.0
        options = speech(transcript)
        text = options.pop("transcript")
        context = socket.context(**options, context_id=name)
        context.send(text)
        context.finish()
        for event in context:
            first = first or monotonic()
            items += 1
            if event.type == "chunk":
                size += len(event.data)
        return Tally(items, size, first)

    def speak_tokens(self, tokens: Iterator[str], context: str) -> Tally:
        return self._hear(self._client.tts, tokens, context)

    def say_tokens(self, tokens: Iterator[str], context: str) -> Tally:
        if self._kept is None:
            self._kept = self._client.tts.websocket().__enter__()
        return self._hear(self._kept, tokens, context)

    def _hear(self, speaker: Any, tokens: Iterator[str], context: str) -> Tally:
        items = size = 0
        first = 0.0
        options = spoken(context)
        del options["transcript"]
        for chunk in speaker.stream(tokens, **options):
            first = first or monotonic()
            items += 1
            size += len(chunk)
        return Tally(items, size, first)
