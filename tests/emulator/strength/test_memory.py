"""Memory stays flat: over a thousand requests, over uploads of any size, and over streams that are left."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import sys
from collections.abc import Callable
from typing import Any

import aiohttp
import psutil
import pytest

from cartesia_async.emulator import Emulator

from .conftest import HEADERS, SPEECH, UPLOADS, tone

MIB = 2**20
Session = aiohttp.ClientSession


def resident() -> int:
    """Give the memory of this process, bytes; the emulator and its client are both in it."""
    gc.collect()
    return int(psutil.Process().memory_info().rss)


async def asked(session: Session, method: str, path: str, status: int, **body: Any) -> bytes:
    """Ask, and read the whole answer."""
    async with session.request(method, path, **body) as answer:
        assert answer.status == status, await answer.text()
        return await answer.read()


async def test_a_thousand_requests_leave_nothing(emulator: Emulator) -> None:
    """Once as many requests are remembered as ever will be, a thousand more leave no object behind."""
    async with Session(emulator.base_url, headers=HEADERS) as session:

        async def ask(number: int) -> None:
            kind = number % 5
            if kind == 0:
                await asked(session, "POST", "/tts/bytes", 200, json=SPEECH)
            elif kind == 1:
                await asked(session, "POST", "/tts/sse", 200, json=SPEECH | {"add_timestamps": True})
            elif kind == 2:
                await asked(session, "POST", "/tts/bytes", 400, json={"transcript": number})
            elif kind == 3:
                await asked(session, "GET", f"/nowhere/{number}", 404)
            else:
                await asked(session, "GET", "/voices?limit=1", 200)

        for number in range(1_050):
            await ask(number)
        assert len(emulator.requests) == 1_000
        gc.collect()
        blocks, memory = sys.getallocatedblocks(), resident()
        for number in range(1_000):
            await ask(number)
        gc.collect()
        assert sys.getallocatedblocks() - blocks < 3_000
        assert resident() - memory < 6 * MIB
        assert len(emulator.requests) == 1_000


@pytest.mark.parametrize("path", [*UPLOADS])
async def test_uploads_leave_nothing(emulator: Emulator, path: str) -> None:
    """Thirty uploads of 5 MB take no more memory than two: their bytes are not kept, and their records are small."""
    content = tone(1.0).ljust(5_000_000, b"\0")
    file_field, fields = UPLOADS[path]
    async with Session(emulator.base_url, headers=HEADERS) as session:
        made = await asked(session, "POST", "/datasets", 200, json={"name": "n", "description": "d"})
        place = path.format(dataset=json.loads(made)["id"])

        async def upload() -> None:
            form = aiohttp.FormData(fields)
            form.add_field(file_field, io.BytesIO(content), filename="a.wav")
            async with session.post(place, data=form) as answer:
                assert answer.status < 300, await answer.text()
                await answer.read()

        for _ in range(3):
            await upload()
        before = resident()
        for _ in range(30):
            await upload()
        assert resident() - before < 25 * MIB
    record = emulator.requests.last
    assert [file.size for file in record.files] == [len(content)]
    assert len(repr(record)) < 1_000


async def test_large_bodies_push_out_small_ones(emulator: Emulator) -> None:
    """Of JSON bodies 32 MiB are kept at most, however many requests that is."""
    async with Session(emulator.base_url, headers=HEADERS) as session:
        large = json.dumps({"name": "x" * (7 * MIB)}).encode()
        before = resident()
        for _ in range(20):
            await asked(session, "POST", "/datasets", 400, data=io.BytesIO(large))
        assert len(emulator.requests) == 4
        assert resident() - before < 80 * MIB
        for _ in range(5):
            await asked(session, "GET", "/voices?limit=1", 200)
        assert len(emulator.requests) == 9


async def left(condition: Callable[[], bool]) -> None:
    """Wait for what comes when a client has left."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_streams_that_are_left_leave_nothing(emulator: Emulator) -> None:
    """A hundred listeners who leave after the first audio leave no task, and no memory that another hundred add to."""
    async with Session(emulator.base_url, headers=HEADERS) as session:
        tasks = len(asyncio.all_tasks())

        async def leave() -> None:
            answer = await session.post("/tts/sse", json=SPEECH | {"transcript": "la " * 20_000})
            assert answer.status == 200
            await answer.content.readany()
            answer.close()

        for _ in range(30):
            await leave()
        await left(lambda: len(asyncio.all_tasks()) <= tasks)
        before = resident()
        for _ in range(70):
            await leave()
        await left(lambda: len(asyncio.all_tasks()) <= tasks)
        assert resident() - before < 20 * MIB
