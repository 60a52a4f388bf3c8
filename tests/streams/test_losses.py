"""What is easily lost: audio that had come before a connection broke, waiting readers, and a session of the user's."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import aiohttp
import pytest

from cartesia_async import AsyncCartesia, StreamInterruptedError, Timeout
from tests.servers import WAIT, Peer, answer, chunk, raw_server, streaming
from tests.streams.sides import SPEECH, Side, audio_event, one_answer


async def until_lost(stream: Any) -> None:
    """Wait until the client knows of its connection's end, while nobody reads."""
    answered = getattr(stream, "_stream", stream)._flow.response
    async with asyncio.timeout(WAIT):
        while answered._content.exception() is None:
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("events", [False, True])
async def test_what_had_come_while_nobody_read_is_delivered(side: Side, events: bool) -> None:
    """A slow reader gets all that arrived before the connection broke, and only then the error."""
    go = asyncio.Event()
    piece = audio_event() if events else b"abcd"

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(streaming() + chunk(piece))
        await go.wait()
        for _ in range(9):
            await peer.send(chunk(piece))

    async with raw_server(script) as server:
        client = side.connect(server.url)
        stream = client.tts.sse(**SPEECH) if events else client.tts.bytes(**SPEECH)
        iterator = iter(stream) if side.blocking else aiter(stream)
        await side.do(lambda _: (next if side.blocking else anext)(iterator))
        go.set()
        await until_lost(stream)
        items, error = await side.items(lambda _: iterator)
        assert isinstance(error, StreamInterruptedError)
        assert error.bytes_received == 10 * len(piece)
        if events:
            assert (len(items), error.events_received) == (9, 10)
        else:
            assert b"".join(items) == piece * 9


@pytest.mark.parametrize("nonsense", [b"nonsense\r\n", b"-5\r\n", b"\0\0\0\0", b"3\r\nabcdefg\r\n"])
async def test_a_reader_is_not_left_waiting_for_nonsense(side: Side, nonsense: bytes) -> None:
    """A body that breaks the rules of HTTP wakes its reader at once, where no time limit would."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(streaming() + chunk(b"abcd"))
        await asyncio.sleep(0.02)
        await peer.send(nonsense)
        await peer.until_closed()

    async with raw_server(script) as server:
        side.connect(server.url, timeout=Timeout(connect=None, first_byte=None, idle=None))
        async with asyncio.timeout(WAIT):
            items, error = await side.items(lambda client: client.tts.bytes(**SPEECH))
            await server.client_closed.wait()
        assert isinstance(error, StreamInterruptedError)
        assert b"".join(items)[:4] == b"abcd"


async def test_an_idle_connection_that_is_lost_makes_no_noise(side: Side, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that is reset after its stream was read to the end is nobody's business."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(answer(200, b"audio"))
        await asyncio.sleep(0.02)
        peer.reset()
        gone.set()

    gone = asyncio.Event()
    async with raw_server(script) as server:
        side.connect(server.url)
        assert await side.do(lambda client: client.tts.bytes(**SPEECH).read()) == b"audio"
        async with asyncio.timeout(WAIT):
            await gone.wait()
        await asyncio.sleep(0.02)
        gc.collect()
        assert await side.do(lambda client: client.tts.bytes(**SPEECH).read()) == b"audio"
    await side.close()
    gc.collect()
    assert caplog.records == []


@pytest.mark.parametrize("leave", ["break", "close", "drop"])
async def test_in_a_session_of_the_users_own(leave: str) -> None:
    """A stream that is left closes its connection, and no other of the user's session; the session stays open."""
    scripts = [
        one_answer(streaming() + chunk(b"a"), then=Peer.until_closed),
        one_answer(answer(200, b"audio"), answer(200, b"audio"), then=Peer.until_closed),
    ]

    async def in_turn(peer: Peer) -> None:
        await scripts[peer.number - 1](peer)

    async with aiohttp.ClientSession() as session, raw_server(in_turn) as server:
        async with AsyncCartesia("k", base_url=server.url, session=session) as client:
            stream = client.tts.bytes(**SPEECH)
            if leave == "break":
                async for _ in stream:
                    break
            elif leave == "close":
                await (await stream).close()
            else:
                await stream
                del stream
            async with asyncio.timeout(WAIT):
                await server.client_closed.wait()
            assert await client.tts.bytes(**SPEECH).read() == b"audio"
        assert not session.closed


async def test_many_streams_on_one_connection_leave_nothing_on_it() -> None:
    """What watches over a stream is gone when the stream is, though its connection serves on."""

    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.send(streaming() + chunk(b"audio") + chunk(b""))

    async with raw_server(script) as server, AsyncCartesia("k", base_url=server.url) as client:
        for _ in range(20):
            stream = await client.tts.bytes(**SPEECH)
            protocol = stream._flow.response._raw._protocol
            await stream.read()
        assert server.connections == 1
        assert len(protocol.closed._callbacks) <= 2
