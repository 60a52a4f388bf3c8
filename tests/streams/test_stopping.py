"""Stopping means stopping: however a stream is left, the server sees its connection closed at once."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from cartesia_async import AsyncCartesia, Cartesia
from tests.servers import WAIT, Peer, RawServer, chunk, raw_server, streaming
from tests.streams.sides import SPEECH, Side, audio_event, one_answer

Make = Callable[[Any], Any]
BEGUN = {
    "bytes": streaming() + chunk(b"audio") * 2,
    "sse": streaming(content_type="text/event-stream") + chunk(audio_event()) * 2,
    "audio": streaming(content_type="text/event-stream") + chunk(audio_event()) * 2,
}
MAKE: dict[str, Make] = {
    "bytes": lambda client: client.tts.bytes(**SPEECH),
    "sse": lambda client: client.tts.sse(**SPEECH),
    "audio": lambda client: client.tts.sse(**SPEECH).audio(),
}


def endless(kind: str) -> Callable[[Peer], Awaitable[None]]:
    """Begin an answer and never go on; see when the client closes the connection."""
    return one_answer(BEGUN[kind], then=Peer.until_closed)


async def closed(server: RawServer) -> None:
    """Wait until the server has seen the connection closed, which takes no time."""
    async with asyncio.timeout(WAIT):
        await server.client_closed.wait()


class Held:
    """The variable that a stream is still held in."""

    stream: Any = None
    iterator: Any = None


# Each leaves a stream in its own way, and holds it still, but for those that drop it.


async def by_break(stream: Any, _: Held) -> None:
    async for _item in stream:
        break


async def by_break_from_chunks(stream: Any, _: Held) -> None:
    async for _item in stream.iter_chunks(2) if hasattr(stream, "iter_chunks") else stream:
        break


async def by_exception(stream: Any, _: Held) -> None:
    with suppress(ZeroDivisionError):
        async for _item in stream:
            _ = 1 / 0


async def by_cancellation(stream: Any, _: Held) -> None:
    started = asyncio.Event()

    async def read() -> None:
        async for _item in stream:
            started.set()

    task = asyncio.create_task(read())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def by_cancellation_in_the_body(stream: Any, _: Held) -> None:
    started = asyncio.Event()

    async def read() -> None:
        async for _item in stream:
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(read())
    await started.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


async def by_timeout(stream: Any, _: Held) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(None) as scope:
            async for _item in stream:
                scope.reschedule(asyncio.get_running_loop().time() + 0.01)


async def by_wait_for(stream: Any, _: Held) -> None:
    iterator = aiter(stream)
    await anext(iterator)
    with pytest.raises(TimeoutError):
        while True:
            await asyncio.wait_for(anext(iterator), 0.01)


async def by_dropping_the_iterator(stream: Any, _: Held) -> None:
    await anext(aiter(stream))


async def by_closing_the_iterator(stream: Any, held: Held) -> None:
    held.iterator = aiter(stream)
    await anext(held.iterator)
    await held.iterator.aclose()


async def by_leaving_with(stream: Any, held: Held) -> None:
    async with stream:
        held.iterator = aiter(stream)
        await anext(held.iterator)


async def by_an_exception_in_with(stream: Any, held: Held) -> None:
    with suppress(ZeroDivisionError):
        async with stream:
            held.iterator = aiter(stream)
            await anext(held.iterator)
            _ = 1 / 0


async def by_close(stream: Any, held: Held) -> None:
    held.iterator = aiter(await stream)
    await anext(held.iterator)
    await stream.close()
    await stream.close()


async def by_close_unread(stream: Any, _: Held) -> None:
    await stream
    await stream.aclose()


async def by_generator(stream: Any, held: Held) -> None:
    async def through() -> Any:
        async for item in stream:
            yield item

    held.iterator = through()
    await anext(held.iterator)
    await held.iterator.aclose()


EVERY_WAY = [value for name, value in list(globals().items()) if name.startswith("by_")]


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("leave", EVERY_WAY, ids=lambda way: way.__name__[3:])
async def test_left_while_held(kind: str, leave: Callable[[Any, Held], Awaitable[None]]) -> None:
    """The stream is still in a variable when the server sees the connection closed."""
    held = Held()
    gc.disable()
    try:
        async with raw_server(endless(kind)) as server, AsyncCartesia("k", base_url=server.url) as client:
            held.stream = MAKE[kind](client)
            await leave(held.stream, held)
            await closed(server)
            with pytest.raises(RuntimeError, match="there is nothing more to read"):
                await held.stream
    finally:
        gc.enable()


async def by_del(client: AsyncCartesia, kind: str) -> None:
    stream = MAKE[kind](client)
    await stream
    del stream


async def by_del_after_reading(client: AsyncCartesia, kind: str) -> None:
    stream = await MAKE[kind](client)
    iterator = aiter(stream)
    await anext(iterator)
    del stream, iterator


async def by_forgetting(client: AsyncCartesia, kind: str) -> None:
    await anext(aiter(MAKE[kind](client)))


async def by_gc(client: AsyncCartesia, kind: str) -> None:
    stream = await MAKE[kind](client)
    cycle: list[Any] = [stream, aiter(stream)]
    cycle.append(cycle)
    await anext(cycle[1])
    del stream, cycle
    gc.collect()


async def by_gc_on_another_thread(client: AsyncCartesia, kind: str) -> None:
    stream = await MAKE[kind](client)
    cycle: list[Any] = [stream]
    cycle.append(cycle)
    del stream, cycle
    thread = threading.Thread(target=gc.collect)
    thread.start()
    thread.join()


async def by_a_task_that_ends(client: AsyncCartesia, kind: str) -> None:
    async def leave() -> None:
        stream = await MAKE[kind](client)
        assert stream.status == 200

    await asyncio.create_task(leave())


DROPPING = [by_del, by_del_after_reading, by_forgetting, by_gc, by_gc_on_another_thread, by_a_task_that_ends]


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("drop", DROPPING, ids=lambda way: way.__name__[3:])
async def test_dropped(kind: str, drop: Callable[[AsyncCartesia, str], Awaitable[None]]) -> None:
    """A stream that nobody holds any more closes its connection, with no noise."""
    async with raw_server(endless(kind)) as server, AsyncCartesia("k", base_url=server.url) as client:
        await drop(client, kind)
        await closed(server)


def _read_then_break(stream: Any) -> None:
    for _item in stream:
        break


def _raise_in_the_loop(stream: Any) -> None:
    with suppress(ZeroDivisionError):
        for _item in stream:
            _ = 1 / 0


def _leave_with(stream: Any) -> None:
    with stream:
        next(iter(stream))


def _break_from_chunks(stream: Any) -> None:
    for _item in stream.iter_chunks(2) if hasattr(stream, "iter_chunks") else stream:
        break


def _close(stream: Any) -> None:
    with stream:
        pass


def _next_and_drop(stream: Any) -> None:
    next(iter(stream))


BLOCKING = [_break_from_chunks, _read_then_break, _raise_in_the_loop, _leave_with, _close, _next_and_drop]


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("leave", BLOCKING, ids=lambda way: way.__name__)
async def test_blocking_left_while_held(blocking: Side, kind: str, leave: Callable[[Any], None]) -> None:
    """The same of the blocking client, whose stream is still in a variable."""
    async with raw_server(endless(kind)) as server:
        held = MAKE[kind](blocking.connect(server.url))
        await blocking.do(lambda _: leave(held))
        await closed(server)
        with pytest.raises(RuntimeError, match="there is nothing more to read"):
            await blocking.do(lambda _: held.__enter__())


@pytest.mark.parametrize("kind", MAKE)
async def test_blocking_dropped(blocking: Side, kind: str) -> None:
    """A blocking stream that nobody holds any more closes its connection."""

    def drop(client: Cartesia) -> None:
        with_cycle: list[Any] = [MAKE[kind](client)]
        with_cycle.append(with_cycle)
        with_cycle[0].__enter__()
        del with_cycle
        gc.collect()

    async with raw_server(endless(kind)) as server:
        blocking.connect(server.url)
        await blocking.do(drop)
        await closed(server)
