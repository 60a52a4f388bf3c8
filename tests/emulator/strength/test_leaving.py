"""A request may be left at any time, also while a worker is busy with what it carried."""

from __future__ import annotations

import asyncio
import threading
from typing import BinaryIO

import pytest

from cartesia_async.emulator.spooling import spooled
from cartesia_async.emulator.workers import Workers


@pytest.mark.parametrize("size", [10, 3_000_000], ids=["in memory", "on disk"])
async def test_a_clip_that_is_read_stays_until_it_was_read(size: int) -> None:
    """A worker reads the clip of a request that was left to its end; then its file is closed."""
    data, begun, left = bytes(size), threading.Event(), threading.Event()
    files, found = list[BinaryIO](), list[bytes]()

    def reading(file: BinaryIO) -> None:
        files.append(file)
        begun.set()
        assert left.wait(10)
        found.append(file.read())

    async def request() -> None:
        async with spooled(workers) as place:
            await place.write(data)
            await place.read(reading)

    workers = Workers()
    asking = asyncio.create_task(request())
    assert await asyncio.to_thread(begun.wait, 10)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    left.set()
    await workers.close()
    assert found == [data]
    assert files[0].closed


async def test_a_clip_is_gone_when_its_request_is_over() -> None:
    """Nobody who comes later finds it; what is read of it, and what goes wrong with that, is told to who asked."""
    files = list[BinaryIO]()

    def failing(file: BinaryIO) -> None:
        files.append(file)
        raise LookupError

    workers = Workers()
    async with spooled(workers) as place:
        await place.write(b"some")
        await place.write(b"thing")
        assert await place.read(lambda file: file.read()) == b"something"
        assert await place.read(lambda file: file.read()) == b"something"
        with pytest.raises(LookupError):
            await place.read(failing)
        assert not files[0].closed
    assert files[0].closed
    with pytest.raises(ValueError, match="nobody waits"):
        await place.read(failing)
    await workers.close()
