"""The official package `cartesia`."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

from cartesia import AsyncCartesia, DefaultAsyncHttpxClient
from httpx import Limits

from tests.benchmarks.tally import CONTEXT, Tally, speech


class Contestant:
    """Each method is a call, written as a user writes it."""

    def __init__(self, url: str) -> None:
        # By default there are 100 connections, and the 101st stream would wait until another ends.
        http = DefaultAsyncHttpxClient(limits=Limits(max_connections=1000, max_keepalive_connections=20))
        socket = url.replace("http", "ws", 1)
        self._client = AsyncCartesia(
            api_key="sk_car_bench", base_url=url, websocket_base_url=socket, max_retries=0, http_client=http
        )

    async def close(self) -> None:
        await self._client.close()

    async def status(self) -> Tally:
        assert (await self._client.get_status()).ok
        return Tally(1, 0, monotonic())

    async def voices(self, number: str) -> Tally:
        page = (await self._client.voices.list(starting_after=number)).data
        return Tally(len(page), sum(len(voice.embedding) for voice in page), monotonic())

    async def events(self, transcript: str, delays: list[float] | None = None) -> Tally:
        items = size = 0
        first = 0.0
        async for event in await self._client.tts.generate_sse(**speech(transcript)):
            first = first or monotonic()
            items += 1
            if event.type == "chunk":
                size += len(event.audio)
                if delays is not None:
                    delays.append(monotonic() - event.step_time)
        return Tally(items, size, first)

    async def stream(self, transcript: str) -> Tally:
        size = 0
        first = 0.0
        async with self._client.tts.with_streaming_response.generate(**speech(transcript)) as response:
            async for chunk in response.iter_bytes():
                first = first or monotonic()
                size += len(chunk)
        return Tally(1, size, first)

    async def read(self, transcript: str) -> Tally:
        response = await self._client.tts.generate(**speech(transcript))
        return Tally(1, len(await response.read()), monotonic())

    async def upload(self, path: str) -> Tally:
        return await self._upload(Path(path))

    async def upload_file(self, path: str) -> Tally:
        with open(path, "rb") as file:
            return await self._upload(file)

    async def _upload(self, clip) -> Tally:
        response = await self._client.voice_changer.generate(clip=clip, voice_id="v", output_format_container="wav")
        return Tally(1, len(await response.read()), monotonic())

    async def speak(self, transcript: str) -> Tally:
        items = size = 0
        first = 0.0
        options = speech(transcript)
        options.pop("language")
        async with self._client.tts.websocket_connect() as connection:
            context = connection.context(CONTEXT)
            await context.send(**options, continue_=False)
            async for event in context.receive():
                first = first or monotonic()
                items += 1
                if event.type == "chunk":
                    size += len(event.audio)
        return Tally(items, size, first)
