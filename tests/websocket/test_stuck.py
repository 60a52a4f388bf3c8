"""A peer that stops reading: whoever waits to send is woken by all that ends the waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from cartesia_async import AsyncCartesia, SpeechContext, StreamInterruptedError, Timeout
from tests.conftest import KEY
from tests.streams.sides import Side
from tests.websocket.service import SPEECH, WAIT, Service
from tests.websocket.talk import Context, Talk

PIECE = "word " * 40_000


async def _stuck(context: Context) -> asyncio.Task[None]:
    # Send until the buffers of both ends are full.
    sent = 0

    async def send() -> None:
        nonlocal sent
        while True:
            await context.send(PIECE)
            sent += 1

    sending = asyncio.create_task(send())
    before = -1
    while sent != before:
        before = sent
        await asyncio.sleep(0.1)
    assert not sending.done()
    return sending


@pytest.mark.parametrize("what", ["socket", "client"])
async def test_closing_wakes_who_waits_to_send(service: Service, side: Side, what: str) -> None:
    """Closing the WebSocket, or the client, ends a `send` that waits for a peer which reads nothing, and the connection."""
    service.deaf = True
    talk = await Talk(side).__aenter__()
    context = talk.context()
    sending = await _stuck(context)
    reading = context.reading()
    await asyncio.wait_for(talk.close() if what == "socket" else side.close(), 2)
    with pytest.raises(StreamInterruptedError, match="closed"):
        await asyncio.wait_for(sending, 2)
    assert isinstance((await asyncio.wait_for(reading, 2))[1], StreamInterruptedError)
    await talk.close()


@pytest.mark.parametrize("way", ["cancel", "close", "break"])
async def test_ending_a_context_wakes_who_waits_to_send_on_it(service: Service, side: Side, way: str) -> None:
    """Neither ending a context nor leaving it waits for a peer that reads nothing, and a `send` that does is ended by it."""
    service.deaf = True
    async with Talk(side) as talk:
        peer = await service.connection()
        context, other = talk.context(), talk.context()
        await context.send("Hello.")
        sending = await _stuck(context)
        await peer.audio(context.id)
        await asyncio.wait_for(_leave(context, way), 2)
        with pytest.raises((RuntimeError, StreamInterruptedError), match="finished|left"):
            await asyncio.wait_for(sending, 2)
        # Another, which has nothing to do with it, goes on waiting.
        waiting = await _stuck(other)
        await talk.close()
        with pytest.raises(StreamInterruptedError):
            await asyncio.wait_for(waiting, 2)


async def test_a_send_that_is_cancelled_cancels_no_other(service: Service) -> None:
    """Of several tasks that wait to send, one that is cancelled is cancelled alone."""
    service.deaf = True
    async with AsyncCartesia(KEY, base_url=service.url) as client, client.tts.websocket() as ws:
        sent = 0

        async def send(context: SpeechContext) -> None:
            nonlocal sent
            while True:
                await context.send(PIECE)
                sent += 1

        tasks = [asyncio.create_task(send(ws.context(**SPEECH))) for _ in range(2)]
        before = -1
        while sent != before:
            before = sent
            await asyncio.sleep(0.1)
        tasks[0].cancel()
        await asyncio.wait([tasks[0]], timeout=WAIT)
        assert tasks[0].cancelled()
        await asyncio.sleep(0.02)
        assert not tasks[1].done()
        await ws.close()
        with pytest.raises(StreamInterruptedError, match="closed"):
            await tasks[1]


async def _leave(context: Context, way: str) -> None:
    if way == "break":
        assert (await context.first()).data == b"abcd"
    else:
        await (context.cancel() if way == "cancel" else context.close())


async def test_a_peer_that_does_not_read_is_found(service: Service, side: Side) -> None:
    """A peer that reads nothing answers no ping, and is given up: who waits to send is told."""
    service.deaf = True
    side.client = side.client.with_options(timeout=Timeout(idle=0.6, first_byte=30), max_retries=0)
    async with Talk(side) as talk:
        context = talk.context()

        async def send() -> None:
            while True:
                await context.send(PIECE)

        with pytest.raises(StreamInterruptedError, match="no answer to a ping"):
            await asyncio.wait_for(send(), WAIT)


async def test_leaving_a_stream_that_is_stuck(service: Service, side: Side) -> None:
    """A stream whose text cannot be sent is left at once, and its source closed."""
    service.deaf = True
    closed = asyncio.Event()
    loop = asyncio.get_running_loop()
    given = 0

    def text() -> Iterator[str]:
        nonlocal given
        try:
            while True:
                given += 1
                yield PIECE
        finally:
            loop.call_soon_threadsafe(closed.set)

    async def look(stream: Any) -> None:
        before = -1
        while given != before:
            before = given
            await asyncio.sleep(0.1)

    def blocking(stream: Any) -> None:
        asyncio.run(look(stream))

    await asyncio.wait_for(
        side.inside(lambda client: client.tts.stream(text(), **SPEECH), blocking if side.blocking else look), WAIT
    )
    await asyncio.wait_for(closed.wait(), WAIT)
