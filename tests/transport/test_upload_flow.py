"""An upload on its way: sent again or not, broken off, held up, and however large never in memory."""

from __future__ import annotations

import asyncio
import io
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cartesia_async import (
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    InternalServerError,
    Timeout,
    Upload,
)
from tests.servers import WAIT, Peer, always, answer, json_answer, raw_server
from tests.transport.calls import CLONE, CLONED, Connect

CLIP = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 2000
MB = 1 << 20


def one_shot() -> Iterator[bytes]:
    """Give the clip, once."""
    yield CLIP


async def test_a_form_is_built_anew_for_each_attempt(connect: Connect, tmp_path: Path) -> None:
    """A repeated upload carries all fields and the whole file again, also from the middle of an open one."""
    path = tmp_path / "clip.wav"
    path.write_bytes(b"before" + CLIP)
    with path.open("rb") as file:
        file.seek(6)
        for source in (path, file, io.BytesIO(CLIP), bytearray(CLIP), [CLIP[:99], CLIP[99:]]):
            async with raw_server(always(answer(503), answer(429, Retry_After="0"), CLONED)) as server:
                await connect(server.url).voices.clone(source, **CLONE)
                assert len(server.requests) == 3
                for request in server.requests:
                    assert CLIP in request.body
                    assert all(value.encode() in request.body for value in CLONE.values())
                assert len({len(request.body) for request in server.requests}) == 1


async def test_a_one_shot_source_is_never_sent_again(connect: Connect) -> None:
    """What can be read only once is sent once: the first error is raised."""
    async with raw_server(always(answer(503, b"first"), CLONED)) as server:
        with pytest.raises(InternalServerError, match="first") as caught:
            await connect(server.url).voices.clone(one_shot(), **CLONE)
        assert caught.value.attempts == len(server.requests) == 1
        assert CLIP in server.requests[0].body


async def test_a_one_shot_source_that_was_not_touched_is_sent(connect: Connect) -> None:
    """Where no connection was had, the source has not been read, and the next attempt sends it."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    client = connect(f"http://127.0.0.1:{port}", max_retries=9)
    listening: list[asyncio.Server] = []
    received = bytearray()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while b"--\r\n\r\n0" not in received and not received.endswith(b"0\r\n\r\n"):
            received.extend(await reader.read(MB))
        writer.write(CLONED)
        writer.close()

    async def listen(_: object) -> None:
        if not listening:
            listening.append(await asyncio.start_server(take, "127.0.0.1", port))

    client._runner.transport.listener = lambda event: asyncio.ensure_future(listen(event))
    assert (await client.voices.clone(one_shot(), **CLONE)).id == "v2"
    assert CLIP in bytes(received).replace(b"\r\n", b"") or len(received) > len(CLIP)
    listening[0].close()
    await listening[0].wait_closed()


async def _swallow(peer: Peer) -> None:
    await peer.head()
    await peer.until_closed()


@pytest.mark.parametrize("kind", [ZeroDivisionError, ConnectionResetError, OSError, TimeoutError, StopAsyncIteration])
async def test_what_a_source_raises_is_raised(connect: Connect, kind: type[Exception]) -> None:
    """An error of the source comes out as it is, once, and the server sees the connection break off."""

    async def failing() -> AsyncIterator[bytes]:
        yield CLIP
        if kind is not StopAsyncIteration:
            raise kind
        raise RuntimeError

    async with raw_server(_swallow) as server:
        with pytest.raises(RuntimeError if kind is StopAsyncIteration else kind):
            await connect(server.url).voices.clone(failing(), **CLONE)
        async with asyncio.timeout(WAIT):
            await server.client_closed.wait()
        assert len(server.requests) == 1


@pytest.mark.parametrize("piece", ["text", 5, None])
async def test_a_source_that_gives_no_bytes_is_an_error(connect: Connect, piece: Any) -> None:
    """A piece that is not bytes is a `TypeError` that names the argument; nothing is passed off as the end."""
    async with raw_server(_swallow) as server:
        for source in (iter([CLIP, piece]), [CLIP, piece]):
            with pytest.raises(TypeError, match="clip must give bytes"):
                await connect(server.url).voices.clone(source, **CLONE)


async def test_what_a_progress_callable_raises_is_raised(connect: Connect) -> None:
    """An error of the user's progress callable ends the upload and comes out as it is."""

    def progress(*_: object) -> None:
        raise ZeroDivisionError

    async with raw_server(_swallow) as server:
        with pytest.raises(ZeroDivisionError):
            await connect(server.url).voices.clone(Upload(CLIP, progress=progress), **CLONE)


async def test_a_file_that_shrinks_while_it_is_sent_is_an_error(connect: Connect, tmp_path: Path) -> None:
    """A file with fewer bytes than announced ends in an error, not in waiting for the rest."""
    path = tmp_path / "clip.wav"
    path.write_bytes(bytes(8 * MB))

    def shrink(*_: object) -> None:
        path.write_bytes(bytes(3 * MB))

    async with raw_server(_swallow) as server:
        with pytest.raises(ValueError, match=r"clip.wav' ended after \d+ of its 8388608 bytes"):
            async with asyncio.timeout(WAIT):
                await connect(server.url).voices.clone(Upload(path, progress=shrink), **CLONE)
        async with asyncio.timeout(WAIT):
            await server.client_closed.wait()


@pytest.mark.parametrize("kind", ["file", "generator"])
async def test_200_mb_are_sent_with_flat_memory(connect: Connect, tmp_path: Path, kind: str) -> None:
    """However large an upload is, it is never in memory whole."""
    size = 200 * MB
    path = tmp_path / "large.wav"
    with path.open("wb") as file:
        file.truncate(size)
    received = 0

    async def drink(peer: Peer) -> None:
        nonlocal received
        await peer.head()
        tail = b""
        while not tail.endswith((b"--\r\n", b"0\r\n\r\n")):
            piece = await peer.reader.read(MB)
            received += len(piece)
            tail = (tail + piece)[-8:]
        await peer.send(CLONED)

    source = path if kind == "file" else (bytes(MB // 4) for _ in range(800))
    process = psutil.Process()
    before = process.memory_info().rss
    most = 0

    def watch(*_: object) -> None:
        nonlocal most
        most = max(most, process.memory_info().rss - before)

    async with raw_server(drink) as server:
        began = time.monotonic()
        await connect(server.url).voices.clone(Upload(source, progress=watch), **CLONE)
        assert time.monotonic() - began < 8
    assert received > size
    assert most < 30 * MB


async def test_a_slow_source_neither_blocks_nor_times_out(connect: Connect) -> None:
    """A source may take longer than every limit for its pieces, and the loop goes on meanwhile."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    def slow() -> Iterator[bytes]:
        for _ in range(3):
            time.sleep(0.15)
            yield CLIP

    async with raw_server(always(CLONED)) as server:
        ticking = asyncio.create_task(tick())
        client = connect(server.url, timeout=Timeout(connect=0.1, first_byte=0.1, idle=0.1))
        assert (await client.voices.clone(slow(), **CLONE)).id == "v2"
        ticking.cancel()
    assert ticks > 20


async def _stops_reading(peer: Peer) -> None:
    peer.writer.transport.pause_reading()  # type: ignore[attr-defined]  # of every socket's transport
    await asyncio.sleep(WAIT)


def endless() -> Iterator[bytes]:
    """Give bytes for ever."""
    while True:
        yield bytes(MB)


async def test_a_server_that_stops_reading_is_an_idle_timeout(connect: Connect) -> None:
    """An upload that does not move ends at the limit `idle`, without another attempt."""
    async with raw_server(_stops_reading, receive_buffer=4096) as server:
        client = connect(server.url, timeout=Timeout(idle=0.2))
        with pytest.raises(APITimeoutError) as caught:
            async with asyncio.timeout(WAIT):
                await client.voices.clone(endless(), **CLONE)
        assert (caught.value.limit, caught.value.seconds, caught.value.attempts) == ("idle", 0.2, 1)
        assert server.connections == 1


def connections_to(url: str) -> list[str]:
    """Give the state of each connection to a server, seen from the client's end."""
    port = int(url.rpartition(":")[2])
    every = psutil.Process().net_connections("tcp")
    return [each.status for each in every if each.raddr and each.raddr.port == port]


@pytest.mark.parametrize("kind", ["file", "json"])
async def test_cancelling_an_upload_closes_the_connection_at_once(connect: Connect, kind: str) -> None:
    """A cancelled upload does not wait for a server that has stopped reading."""
    async with raw_server(_stops_reading, receive_buffer=4096) as server:
        client = connect(server.url)
        large = {"text": "x" * (16 * MB)}
        call = client.voices.clone(endless(), **CLONE) if kind == "file" else client.request("POST", "/a", json=large)
        upload = asyncio.create_task(call)
        await asyncio.sleep(0.2)
        assert connections_to(server.url) == ["ESTABLISHED"]
        upload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upload
        await asyncio.sleep(0.01)
        assert connections_to(server.url) == []


@pytest.mark.parametrize("reading", [True, False])
async def test_a_refusal_in_the_middle_of_an_upload_is_read(connect: Connect, reading: bool) -> None:
    """A service that refuses before all is sent is heard, and the rest is not sent."""

    async def script(peer: Peer) -> None:
        await peer.head()
        await peer.send(json_answer({"error": "no such key"}, 401))
        if reading:
            await peer.until_closed()
        else:
            await _stops_reading(peer)

    async with raw_server(script, receive_buffer=4096) as server:
        with pytest.raises(AuthenticationError, match="no such key"):
            async with asyncio.timeout(WAIT):
                await connect(server.url).voices.clone(endless(), **CLONE)
        if reading:
            async with asyncio.timeout(WAIT):
                await server.client_closed.wait()


async def test_an_answer_in_the_middle_of_an_upload_is_streamed(connect: Connect) -> None:
    """A service may answer while it still listens: both go on."""
    heard = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield CLIP
        await heard.wait()
        yield CLIP

    async def script(peer: Peer) -> None:
        await peer.head()
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        await heard.wait()
        await peer.send(b"def")

    async with raw_server(script) as server:
        stream = connect(server.url).voice_changer.bytes(
            slow(),
            voice_id="v1",
            output_format_container="mp3",
            output_format_sample_rate=44100,
            output_format_bit_rate=128000,
        )
        assert await stream.read(3) == b"abc"
        heard.set()
        assert await stream.read() == b"def"


@pytest.mark.parametrize("name", ["content_type", "filename"])
async def test_a_name_or_type_cannot_add_headers(connect: Connect, name: str) -> None:
    """A file's name or type that holds a line break is refused before anything is sent."""
    async with raw_server(always(CLONED)) as server:
        with pytest.raises(ValueError, match="clip"):
            await connect(server.url).voices.clone(Upload(CLIP, **{name: "a\r\nX-Evil: 1"}), **CLONE)
        assert server.connections == 0


async def test_a_connection_that_dies_under_an_upload_is_not_an_error_of_the_file(connect: Connect) -> None:
    """A server that breaks off in the middle of an upload is an `APIConnectionError`, after one attempt."""

    async def script(peer: Peer) -> None:
        await peer.head()
        peer.reset()

    async with raw_server(script) as server:
        with pytest.raises(APIConnectionError) as caught:
            await connect(server.url).voices.clone([bytes(MB)] * 50, **CLONE)
        assert caught.value.attempts == server.connections == 1
