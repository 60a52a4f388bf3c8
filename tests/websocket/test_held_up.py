"""A program that holds up the event loop: what has come in time meanwhile is not too late."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cartesia_async import AsyncCartesia, Timeout
from tests.conftest import KEY
from tests.websocket.service import SPEECH, WAIT, Service, running
from tests.websocket.talk import audio_of, is_whole


@asynccontextmanager
async def elsewhere() -> AsyncIterator[Service]:
    """Run a service that answers on a loop of its own, whatever this one does."""
    started, ended = threading.Event(), asyncio.Event()
    found: list[tuple[Service, asyncio.AbstractEventLoop]] = []

    async def serve() -> None:
        async with running() as service:
            service.answering = True
            found.append((service, asyncio.get_running_loop()))
            started.set()
            await ended.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    await asyncio.to_thread(started.wait, WAIT)
    service, loop = found[0]
    try:
        yield service
    finally:
        loop.call_soon_threadsafe(ended.set)
        await asyncio.to_thread(thread.join)


@pytest.mark.parametrize("begun", [False, True])
async def test_no_limit_runs_out_for_what_has_come(begun: bool) -> None:
    """A loop that is held up for longer than `first_byte` or `idle`, while the answer comes, reads it, and fails nothing."""
    limits = Timeout(first_byte=9, idle=0.2) if begun else Timeout(first_byte=0.2, idle=9)
    async with (
        elsewhere() as service,
        AsyncCartesia(KEY, base_url=service.url, timeout=limits) as client,
        client.tts.websocket() as ws,
    ):
        context = ws.context(**SPEECH)
        reading = asyncio.create_task(_read(context))
        if begun:
            await context.send("Hello ")
            await asyncio.sleep(0.05)
        await context.send("there.")
        await context.finish()
        await asyncio.sleep(0.0)
        time.sleep(0.4)  # noqa: ASYNC251 - as a program does that it should not
        events = await reading
        assert is_whole(events)
        assert audio_of(events) == (b"Hello there." if begun else b"there.")
        assert len(service.handshakes) == 1


async def _read(context: object) -> list[object]:
    return [event async for event in context]  # type: ignore[attr-defined]


async def test_a_ping_that_was_answered_is_heard() -> None:
    """A loop that is held up for longer than a ping may take keeps its connection, and what is spoken on it."""
    async with (
        elsewhere() as service,
        AsyncCartesia(KEY, base_url=service.url, timeout=Timeout(idle=0.3)) as client,
        client.tts.websocket() as ws,
    ):
        context = ws.context(**SPEECH)
        await context.send("Hello ")
        items = aiter(context)
        await anext(items)
        (connection,) = ws._pool._connections
        for _ in range(3):
            while connection.socket._pings == connection.socket.answered:
                await asyncio.sleep(0)
            # It was asked, and answers at once; here, nobody reads for longer than it has.
            time.sleep(0.25)  # noqa: ASYNC251 - as a program does that it should not
            await asyncio.sleep(0.05)
        await context.send("there.")
        await context.finish()
        assert (await anext(items)).data == b"there."
        assert len(service.handshakes) == 1
