"""Fifty at once: each is answered in whole, as it is alone."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from cartesia_async import AsyncCartesia
from cartesia_async.emulator import Emulator

from .conftest import FORM, HEADERS, SPEECH, VOICE, tone

COUNT = 50
VOICES = [VOICE, "a0e99841-438c-4a64-b679-ae501e7d6091", "e07c00bc-4134-4eae-9ea4-1a55fb45746b"]
TEXTS = ["One. Two. Three. Four.", "This is another text; it has a few clauses, and then it ends.", "Hm."]


def order(number: int) -> dict[str, Any]:
    """Lay out one of nine orders."""
    return SPEECH | {"voice": VOICES[number % 3], "transcript": TEXTS[number // 3 % 3]}


@pytest.mark.parametrize("engine", ["espeak", "tone"])
async def test_fifty_streams_are_each_as_alone(engine: str) -> None:
    """Bytes and events of several voices, spoken at the same time, are those that each voice gives alone."""
    async with (
        Emulator(engine=engine) as emulator,
        AsyncCartesia(api_key="k", base_url=emulator.base_url, max_retries=0) as client,
    ):

        async def audio(number: int) -> bytes:
            if number % 2:
                return await client.tts.sse(**order(number)).audio().read()
            return await client.tts.bytes(**order(number)).read()

        alone = [await client.tts.bytes(**order(number)).read() for number in range(9)]
        together = await asyncio.gather(*map(audio, range(COUNT)))
        assert together == [alone[number % 9] for number in range(COUNT)]
        assert len(emulator.requests) == COUNT + 9
        assert emulator.crashes == ()


async def test_fifty_streams_take_turns(emulator: Emulator) -> None:
    """All of them begin while none is anywhere near its end, and nobody has read more than its beginning."""
    begun = asyncio.Barrier(COUNT)
    hours = SPEECH | {"transcript": "la " * 60_000}

    async def listen(session: aiohttp.ClientSession) -> None:
        async with session.post("/tts/bytes", json=hours) as answer:
            assert answer.status == 200
            assert await answer.content.readany()
            await begun.wait()

    connector = aiohttp.TCPConnector(limit=COUNT)
    async with aiohttp.ClientSession(emulator.base_url, headers=HEADERS, connector=connector) as session:
        async with asyncio.timeout(30):
            await asyncio.gather(*(listen(session) for _ in range(COUNT)))


async def test_fifty_uploads_are_each_as_alone(emulator: Emulator) -> None:
    """Clips of different pitches become voices of these pitches, and changed clips keep their lengths."""
    connector = aiohttp.TCPConnector(limit=COUNT)
    async with aiohttp.ClientSession(emulator.base_url, headers=HEADERS, connector=connector) as session:

        async def cloned(pitch: float) -> str:
            form = aiohttp.FormData({"name": f"{pitch:g} Hz", "language": "en"})
            form.add_field("clip", tone(0.3, pitch=pitch), filename="a.wav")
            async with session.post("/voices/clone", data=form) as answer:
                id: str = (await answer.json())["id"]
                return id

        async def changed(seconds: float) -> int:
            form = aiohttp.FormData(FORM)
            form.add_field("clip", tone(seconds), filename="a.wav")
            async with session.post("/voice-changer/bytes", data=form) as answer:
                return len(await answer.read())

        lengths = [0.1 * number for number in range(1, COUNT // 2 + 1)]
        pitches = [100.0 + 10 * number for number in range(COUNT // 2)]
        *sizes, ids = await asyncio.gather(*map(changed, lengths), asyncio.gather(*map(cloned, pitches)))
        assert sizes == pytest.approx([2 * round(16_000 * seconds) for seconds in lengths], abs=4)
        for id, pitch in zip(ids, pitches, strict=True):
            async with session.get(f"/voices/{id}") as answer:
                assert (await answer.json())["name"] == f"{pitch:g} Hz"
