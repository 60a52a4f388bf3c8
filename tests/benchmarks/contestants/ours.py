"""`cartesia_async`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

from cartesia_async import AsyncCartesia
from tests.benchmarks.tally import CONTEXT, MANY, Tally, joined, speech, spoken

WAV = {"output_format_container": "wav", "output_format_sample_rate": 44100, "output_format_encoding": "pcm_s16le"}


class Contestant:
    """Each method is a call, written as a user writes it."""

    def __init__(self, url: str) -> None:
        self._client = AsyncCartesia("sk_car_bench", base_url=url, max_retries=0)
        self._kept: Any = None

    async def close(self) -> None:
        await self._client.aclose()

    async def status(self) -> Tally:
        assert (await self._client.api_status.get()).ok
        return Tally(1, 0, monotonic())

    async def voices(self, number: str) -> Tally:
        page = await self._client.voices.list(starting_after=number, expand=["embedding"])
        return Tally(len(page), sum(len(voice.embedding or ()) for voice in page), monotonic())

    async def events(self, transcript: str, delays: list[float] | None = None) -> Tally:
        items = size = 0
        first = 0.0
        async for event in self._client.tts.sse(**speech(transcript)):
            first = first or monotonic()
            items += 1
            if event.type == "chunk":
                size += len(event.data)
                if delays is not None:
                    delays.append(monotonic() - event.step_time)
        return Tally(items, size, first)

    async def stream(self, transcript: str) -> Tally:
        size = 0
        first = 0.0
        async for chunk in self._client.tts.bytes(**speech(transcript)):
            first = first or monotonic()
            size += len(chunk)
        return Tally(1, size, first)

    async def read(self, transcript: str) -> Tally:
        return Tally(1, len(await self._client.tts.bytes(**speech(transcript)).read()), monotonic())

    async def upload(self, path: str) -> Tally:
        return Tally(1, len(await self._client.voice_changer.bytes(path, voice_id="v", **WAV).read()), monotonic())

    async def upload_file(self, path: str) -> Tally:
        with open(path, "rb") as file:
            return Tally(1, len(await self._client.voice_changer.bytes(file, voice_id="v", **WAV).read()), monotonic())

    async def speak(self, transcript: str) -> Tally:
        async with self._client.tts.websocket() as socket:
            return await self._speak(socket, transcript, CONTEXT)

    async def speak_many(self, transcript: str) -> Tally:
        async with self._client.tts.websocket() as socket:
            speaking = (self._speak(socket, transcript, f"{CONTEXT}-{number}") for number in range(MANY))
            return joined(await asyncio.gather(*speaking))

    async def _speak(self, socket: Any, transcript: str, name: str) -> Tally:
        items = size = 0
        first = 0.0
        options = speech(transcript)
        text = options.pop("transcript")
        context = socket.context(**options, context_id=name)
        await context.send(text)
        await context.finish()
        async for event in context:
            first = first or monotonic()
            items += 1
            if event.type == "chunk":
                size += len(event.data)
        return Tally(items, size, first)

    async def speak_tokens(self, tokens: AsyncIterator[str], context: str) -> Tally:
        return await self._hear(self._client.tts, tokens, context)

    async def say_tokens(self, tokens: AsyncIterator[str], context: str) -> Tally:
        if self._kept is None:
            self._kept = await self._client.tts.websocket()
        return await self._hear(self._kept, tokens, context)

    async def _hear(self, speaker: Any, tokens: AsyncIterator[str], context: str) -> Tally:
        items = size = 0
        first = 0.0
        options = spoken(context)
        del options["transcript"]
        async for chunk in speaker.stream(tokens, **options):
            first = first or monotonic()
            items += 1
            size += len(chunk)
        return Tally(items, size, first)
