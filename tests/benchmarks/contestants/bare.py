"""aiohttp and nothing else: events are split by hand and stay dictionaries, and errors are nobody's affair."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from time import monotonic
from typing import Any

import aiohttp

from tests.benchmarks.tally import CONTEXT, MANY, Tally, speech, spoken

HEADERS = {"Authorization": "Bearer sk_car_bench", "Cartesia-Version": "2026-08-14"}


class Contestant:
    """Each method is a call, written as a user of aiohttp writes it."""

    def __init__(
        self,
        url: str,
        loads: Callable[..., Any] = json.loads,
        decode: Callable[[str], bytes] = base64.b64decode,
    ) -> None:
        self._url, self._loads, self._decode = url, loads, decode
        self._made: aiohttp.ClientSession | None = None
        self._kept: aiohttp.ClientWebSocketResponse | None = None

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._made is None:
            self._made = aiohttp.ClientSession(headers=HEADERS, connector=aiohttp.TCPConnector(limit=0))
        return self._made

    async def close(self) -> None:
        if self._kept is not None:
            await self._kept.close()
        await self._session.close()

    async def status(self) -> Tally:
        async with self._session.get(self._url + "/") as response:
            assert self._loads(await response.read())["ok"]
        return Tally(1, 0, monotonic())

    async def voices(self, number: str) -> Tally:
        async with self._session.get(self._url + "/voices", params={"starting_after": number}) as response:
            page = self._loads(await response.read())["data"]
        return Tally(len(page), sum(len(voice["embedding"]) for voice in page), monotonic())

    async def events(self, transcript: str, delays: list[float] | None = None) -> Tally:
        loads, decode = self._loads, self._decode
        items = size = 0
        first = 0.0
        rest = b""
        async with self._session.post(self._url + "/tts/sse", json=speech(transcript)) as response:
            async for data in response.content.iter_any():
                frames = (rest + data).split(b"\n\n")
                rest = frames.pop()
                for frame in frames:
                    for line in frame.split(b"\n"):
                        if line.startswith(b"data: "):
                            event = loads(line[6:])
                            first = first or monotonic()
                            items += 1
                            if event["type"] == "chunk":
                                size += len(decode(event["data"]))
                                if delays is not None:
                                    delays.append(monotonic() - event["step_time"])
        return Tally(items, size, first)

    async def stream(self, transcript: str) -> Tally:
        size = 0
        first = 0.0
        async with self._session.post(self._url + "/tts/bytes", json=speech(transcript)) as response:
            async for chunk in response.content.iter_any():
                first = first or monotonic()
                size += len(chunk)
        return Tally(1, size, first)

    async def read(self, transcript: str) -> Tally:
        async with self._session.post(self._url + "/tts/bytes", json=speech(transcript)) as response:
            return Tally(1, len(await response.read()), monotonic())

    async def upload(self, path: str) -> Tally:
        return await self.upload_file(path)

    async def upload_file(self, path: str) -> Tally:
        form = aiohttp.FormData({"voice[id]": "v", "output_format[container]": "wav"})
        with open(path, "rb") as file:
            form.add_field("clip", file, filename="clip.wav", content_type="audio/wav")
            async with self._session.post(self._url + "/voice-changer/bytes", data=form) as response:
                return Tally(1, len(await response.read()), monotonic())

    async def speak(self, transcript: str) -> Tally:
        return await self._speak(transcript, CONTEXT)

    async def speak_many(self, transcript: str) -> Tally:
        return await self._speak(transcript, *(f"{CONTEXT}-{number}" for number in range(MANY)))

    async def _speak(self, transcript: str, *contexts: str) -> Tally:
        loads, decode = self._loads, self._decode
        items = size = 0
        first = 0.0
        left = len(contexts)
        async with self._session.ws_connect(self._url + "/tts/websocket") as socket:
            for context in contexts:
                await socket.send_json({**speech(transcript), "context_id": context})
            async for message in socket:
                event = loads(message.data)
                first = first or monotonic()
                items += 1
                if event["type"] == "chunk":
                    size += len(decode(event["data"]))
                elif event["type"] == "done":
                    left -= 1
                    if not left:
                        break
        return Tally(items, size, first)

    async def speak_tokens(self, tokens: AsyncIterator[str], context: str) -> Tally:
        async with self._session.ws_connect(self._url + "/tts/websocket") as socket:
            return await self._say(socket, tokens, context)

    async def say_tokens(self, tokens: AsyncIterator[str], context: str) -> Tally:
        if self._kept is None:
            self._kept = await self._session.ws_connect(self._url + "/tts/websocket")
        return await self._say(self._kept, tokens, context)

    async def _say(self, socket: aiohttp.ClientWebSocketResponse, tokens: AsyncIterator[str], context: str) -> Tally:
        items = size = 0
        first = 0.0

        async def say() -> None:
            text = ""
            async for token in tokens:
                if text and token.startswith(" "):
                    await socket.send_json({**spoken(context), "transcript": text + " ", "continue": True})
                    text = ""
                text += token.lstrip()
            await socket.send_json({**spoken(context), "transcript": text, "continue": False})

        saying = asyncio.create_task(say())
        async for message in socket:
            event = self._loads(message.data)
            if event["type"] == "chunk":
                data = self._decode(event["data"])
                first = first or monotonic()
                items += 1
                size += len(data)
            elif event["type"] == "done":
                break
        await saying
        return Tally(items, size, first)
