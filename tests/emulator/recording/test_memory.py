"""Memory, which stays as it is however long an answer or an upload is."""

from __future__ import annotations

import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from cartesia_async.emulator import Emulator, Recorder
from cartesia_async.emulator.recording.recording import read_recording

from ...conftest import Serve

PIECE = b"some more words \n" * 4_000
COUNT = 500  # 34 MB
MOST = 12 * 2**20


@pytest.mark.parametrize("content_type", ["audio/wav", "text/event-stream"])
async def test_memory_stays_flat(content_type: str, serve: Serve, folder: Path, http: aiohttp.ClientSession) -> None:
    """Recording and replaying a long answer to a long upload needs little memory."""

    async def handler(request: web.Request) -> web.StreamResponse:
        async for _ in request.content.iter_any():
            pass
        stream = web.StreamResponse()
        stream.content_type = content_type
        await stream.prepare(request)
        for _ in range(COUNT):
            await stream.write(PIECE)
        return stream

    async def upload() -> AsyncIterator[bytes]:
        for _ in range(COUNT):
            yield PIECE

    async def ask(base_url: str) -> int:
        async with http.post(f"{base_url}/x", data=upload()) as response:
            return sum([len(piece) async for piece in response.content.iter_any()])

    target = await serve(handler)
    tracemalloc.start()
    try:
        async with Recorder(folder, target=target) as recorder:
            assert await ask(recorder.base_url) == COUNT * len(PIECE)
        async with Emulator(replay=folder) as emulator:
            assert await ask(emulator.base_url) == COUNT * len(PIECE)
        assert tracemalloc.get_traced_memory()[1] < MOST
    finally:
        tracemalloc.stop()
    answer = read_recording(recorder.recorded[0]).answer
    assert answer.size == COUNT * len(PIECE)
