"""Memory stays flat, and a slow reader slows the server down."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import psutil
import pytest

from tests.servers import WAIT, Peer, RawServer, Script, chunk, raw_server, streaming
from tests.streams.sides import DONE_EVENT, SPEECH, Side, audio_event

MB = 1 << 20
MAKE: dict[str, Any] = {
    "bytes": lambda client: client.tts.bytes(**SPEECH),
    "iter_chunks": lambda client: client.tts.bytes(**SPEECH).iter_chunks(32_000),
    "sse": lambda client: client.tts.sse(**SPEECH),
    "audio": lambda client: client.tts.sse(**SPEECH).audio(),
}


def flood(kind: str, size: int, progress: list[int]) -> Script:
    """Send *size* bytes as fast as they are taken, and note how much was."""
    events = kind in {"sse", "audio"}
    part = chunk(audio_event(bytes(12_000)) * 16) if events else chunk(bytes(MB // 4))

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(streaming(content_type="text/event-stream" if events else "audio/wav"))
        while progress[0] < size:
            await peer.send(part)
            progress[0] += len(part)
        await peer.send((chunk(DONE_EVENT) if events else b"") + chunk(b""))
        await peer.until_closed()

    return script


class Growth:
    """How much memory the process has come to use since this was made."""

    def __init__(self) -> None:
        gc.collect()
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self._turn = 0
        self.most = 0

    def look(self) -> None:
        """Look, now and then."""
        self._turn += 1
        if self._turn % 50 == 0:
            self.most = max(self.most, self._process.memory_info().rss - self._before)


def _size(item: Any) -> int:
    return len(item) if isinstance(item, bytes) else len(getattr(item, "data", b""))


@pytest.mark.parametrize(("kind", "size"), [("bytes", 300 * MB), ("iter_chunks", 100 * MB), ("sse", 100 * MB)])
async def test_a_long_stream_is_not_held(side: Side, kind: str, size: int) -> None:
    """However much is streamed, the process does not grow by it."""
    progress = [0]
    async with raw_server(flood(kind, size, progress)) as server:
        client = side.connect(server.url)
        growth = Growth()
        received = 0

        def take(item: Any) -> None:
            nonlocal received
            received += _size(item)
            growth.look()

        def read() -> None:
            for item in MAKE[kind](client):
                take(item)

        if side.blocking:
            await asyncio.to_thread(read)
        else:
            async for item in MAKE[kind](client):
                take(item)
    assert progress[0] >= size
    assert received > size * 0.7
    assert 0 <= growth.most < 30 * MB


async def test_a_long_save_is_not_held(side: Side, tmp_path: Any) -> None:
    """A file is written as the audio comes."""
    growth = Growth()
    async with raw_server(flood("bytes", 64 * MB, [0])) as server:
        task = asyncio.create_task(side_save(side, server, tmp_path / "a.wav"))
        while not task.done():
            growth._turn = 49
            growth.look()
            await asyncio.sleep(0.01)
        await task
    assert (tmp_path / "a.wav").stat().st_size >= 64 * MB
    assert growth.most < 30 * MB


async def side_save(side: Side, server: RawServer, path: Any) -> None:
    """Save a stream of *server*."""
    side.connect(server.url)
    await side.do(lambda client: client.tts.bytes(**SPEECH).save(path))


async def _stalled(progress: list[int]) -> int:
    # The server stands still when nothing moves for a while.
    async with asyncio.timeout(WAIT):
        seen = -1
        while seen != progress[0]:
            seen = progress[0]
            await asyncio.sleep(0.1)
    return seen


@pytest.mark.parametrize("kind", MAKE)
async def test_a_sleeping_reader_holds_the_server_back(side: Side, kind: str) -> None:
    """What nobody reads is not taken from the server, whose writing stops within a few MB and goes on with the reader."""
    progress = [0]
    async with raw_server(flood(kind, 60 * MB, progress)) as server:
        stream = MAKE[kind](side.connect(server.url))
        iterator = iter(stream) if side.blocking else aiter(stream)
        step = next if side.blocking else anext
        received = _size(await side.do(lambda _: step(iterator)))
        assert 0 < await _stalled(progress) < 16 * MB
        items, error = await side.items(lambda _: iterator)
        assert error is None
        assert received + sum(_size(item) for item in items) > 60 * MB * 0.7


async def test_an_opened_stream_that_nobody_reads_holds_the_server_back(side: Side) -> None:
    """So does a stream that was only opened; leaving it ends the server's writing."""
    progress = [0]
    async with raw_server(flood("bytes", 60 * MB, progress)) as server:
        side.connect(server.url)
        stalled = asyncio.Event()
        loop = asyncio.get_running_loop()

        async def wait() -> None:
            assert await _stalled(progress) < 16 * MB
            stalled.set()

        def look(_: Any) -> Any:
            return asyncio.run_coroutine_threadsafe(wait(), loop).result(WAIT) if side.blocking else wait()

        await side.inside(MAKE["bytes"], look)
        assert stalled.is_set()
        before = progress[0]
        await asyncio.sleep(0.05)
        assert progress[0] == before
