"""What becomes of connections: given back after the end, closed with the client, and never left waiting."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cartesia_async import APIConnectionError, AsyncCartesia, StreamInterruptedError
from cartesia_async._io.http import response
from tests.servers import WAIT, Peer, answer, chunk, raw_server, streaming
from tests.streams.sides import DONE_EVENT, SPEECH, Side, audio_event, one_answer, sse_answer

CHUNKED = streaming() + chunk(b"aud") + chunk(b"io") + chunk(b"")
SIZED = answer(200, b"audio", Content_Type="audio/wav")
EVENTS = sse_answer(audio_event(), audio_event(), DONE_EVENT)
# The end of the body follows its last event in a packet of its own.
LATE = sse_answer(audio_event(), DONE_EVENT, end=b"")

TO_THE_END: dict[str, tuple[bytes, Callable[[Any, Path], Any]]] = {
    "read": (CHUNKED, lambda client, _: client.tts.bytes(**SPEECH).read()),
    "read sized": (SIZED, lambda client, _: client.tts.bytes(**SPEECH).read()),
    "read(n)": (CHUNKED, lambda client, _: client.tts.bytes(**SPEECH).read(6)),
    "save": (SIZED, lambda client, folder: client.tts.bytes(**SPEECH).save(folder / "a.wav")),
    "collect": (EVENTS, lambda client, _: client.tts.sse(**SPEECH).collect()),
    "audio": (EVENTS, lambda client, _: client.tts.sse(**SPEECH).audio().read()),
    "collect, late": (LATE, lambda client, _: client.tts.sse(**SPEECH).collect()),
}
ITERATED: dict[str, tuple[bytes, Callable[[Any], Any]]] = {
    "bytes": (CHUNKED, lambda client: client.tts.bytes(**SPEECH)),
    "iter_chunks": (SIZED, lambda client: client.tts.bytes(**SPEECH).iter_chunks(2)),
    "sse": (EVENTS, lambda client: client.tts.sse(**SPEECH)),
    "sse, late": (LATE, lambda client: client.tts.sse(**SPEECH)),
    "audio": (EVENTS, lambda client: client.tts.sse(**SPEECH).audio()),
    "audio in pieces": (EVENTS, lambda client: client.tts.sse(**SPEECH).audio().iter_chunks(3)),
}


def again_and_again(body: bytes) -> Callable[[Peer], Any]:
    """Answer every request with *body*."""

    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.send(body)
            if body is LATE:
                await asyncio.sleep(0.01)
                await peer.send(chunk(b""))

    return script


@pytest.mark.parametrize("way", TO_THE_END)
async def test_read_to_its_end_it_gives_the_connection_back(side: Side, tmp_path: Path, way: str) -> None:
    """The next request comes on the same TCP connection."""
    body, use = TO_THE_END[way]
    async with raw_server(again_and_again(body)) as server:
        side.connect(server.url)
        for _ in range(3):
            await side.do(lambda client: use(client, tmp_path))
        assert (len(server.requests), server.connections) == (3, 1)


@pytest.mark.parametrize("way", ITERATED)
async def test_iterated_to_its_end_it_gives_the_connection_back(side: Side, way: str) -> None:
    """So it is after a loop, also where the end of the body follows after the last event."""
    body, make = ITERATED[way]
    async with raw_server(again_and_again(body)) as server:
        side.connect(server.url)
        for _ in range(3):
            items, error = await side.items(make)
            assert items
            assert error is None
        assert (len(server.requests), server.connections) == (3, 1)


async def test_a_body_that_never_ends_is_not_waited_for(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that the service keeps open after the last event is closed after a moment of grace."""
    monkeypatch.setattr(response, "_GRACE", 0.05)
    async with raw_server(one_answer(LATE, then=Peer.until_closed)) as server:
        side.connect(server.url)
        items, error = await side.items(lambda client: client.tts.sse(**SPEECH))
        assert (len(items), error) == (2, None)
        async with asyncio.timeout(WAIT):
            await server.client_closed.wait()


@pytest.mark.parametrize("events", [False, True])
async def test_closing_the_client_wakes_a_waiting_reader(side: Side, events: bool) -> None:
    """A reader that waits when the client is closed gets an error that says so, and the connection is closed."""
    body = (
        LATE.replace(DONE_EVENT, b": " + b"." * (len(DONE_EVENT) - 3) + b"\n") if events else streaming() + chunk(b"a")
    )
    async with raw_server(one_answer(body, then=Peer.until_closed)) as server:
        client = side.connect(server.url)
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def make(client: Any) -> Any:
            return client.tts.sse(**SPEECH) if events else client.tts.bytes(**SPEECH)

        async def read() -> None:
            async for _item in make(client):
                begun.set()

        def read_blocking() -> None:
            for _item in make(client):
                loop.call_soon_threadsafe(begun.set)

        task = asyncio.create_task(asyncio.to_thread(read_blocking) if side.blocking else read())
        async with asyncio.timeout(WAIT):
            await begun.wait()
            await side.do(lambda client: client.close())
            with pytest.raises(StreamInterruptedError, match="the client was closed"):
                await task
            await server.client_closed.wait()


async def test_closing_the_client_ends_a_stream_that_nobody_reads(side: Side) -> None:
    """An open stream that is read after its client was closed raises, and its connection is closed at once."""
    async with raw_server(one_answer(streaming() + chunk(b"a"), then=Peer.until_closed)) as server:
        side.connect(server.url)
        stream = await side.do(
            lambda client: client.tts.bytes(**SPEECH).__enter__() if side.blocking else client.tts.bytes(**SPEECH)
        )
        await side.do(lambda client: client.close())
        async with asyncio.timeout(WAIT):
            await server.client_closed.wait()
        with pytest.raises(StreamInterruptedError, match="the client was closed"):
            await side.do(lambda _: stream.read())


@pytest.mark.parametrize("over", ["stream", "client"])
async def test_closing_wakes_one_that_waits_for_the_answer(side: Side, over: str) -> None:
    """Closed from elsewhere while it waits for its answer, a stream raises at once, and does not ask again."""
    async with raw_server(one_answer(then=Peer.until_closed)) as server:
        client = side.connect(server.url)
        stream = client.tts.bytes(**SPEECH)
        task = asyncio.create_task(side.do(lambda _: stream.read()))
        async with asyncio.timeout(WAIT):
            while not server.requests:
                await asyncio.sleep(0.005)
            await side.do(lambda client: (stream if over == "stream" else client).close())
            with pytest.raises(APIConnectionError, match="closed"):
                await task
            await server.client_closed.wait()
        assert len(server.requests) == 1


async def test_closing_from_another_task_wakes_the_reader(side: Side) -> None:
    """`close()` on a stream that another task or thread waits for ends its waiting with an error."""
    async with raw_server(one_answer(streaming() + chunk(b"a"), then=Peer.until_closed)) as server:
        stream = side.connect(server.url).tts.bytes(**SPEECH)
        task = asyncio.create_task(side.do(lambda _: stream.read()))
        async with asyncio.timeout(WAIT):
            while stream_of(stream)._flow.response is None:
                await asyncio.sleep(0.005)
            await side.do(lambda _: stream.close())
            with pytest.raises(StreamInterruptedError, match="the stream was closed"):
                await task
            await server.client_closed.wait()


def stream_of(stream: Any) -> Any:
    """Give the stream behind a blocking one."""
    return getattr(stream, "_stream", stream)


async def test_two_readers_at_once_are_told(side: Side) -> None:
    """A second reader is refused, and the first reads on."""
    go = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(streaming() + chunk(b"one"))
        await go.wait()
        await peer.send(chunk(b"two") + chunk(b""))

    async with raw_server(script) as server:
        stream = side.connect(server.url).tts.bytes(**SPEECH)
        await side.do(lambda _: stream.read(3))
        first = asyncio.create_task(side.do(lambda _: stream.read()))
        async with asyncio.timeout(WAIT):
            while not stream_of(stream)._flow._filling:
                await asyncio.sleep(0.005)
            with pytest.raises(RuntimeError, match="is being read by another task"):
                await side.do(lambda _: stream.read())
            go.set()
            assert await first == b"two"


async def test_threads_leave_their_streams_without_disturbing_others() -> None:
    """Streams left and dropped on many threads close their own connections, and no other's."""
    async with raw_server(again_and_again(EVENTS)) as server:
        side = Side(blocking=True)
        client = side.connect(server.url)
        failed: list[BaseException] = []

        def work() -> None:
            try:
                for turn in range(6):
                    for _event in client.tts.sse(**SPEECH):
                        if turn % 2:
                            break
                    assert len(client.tts.sse(**SPEECH).collect().data) == 8
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        await asyncio.to_thread(lambda: [thread.join() for thread in threads])
        await side.close()
        assert failed == []
        assert len(server.requests) == 4 * 6 * 2


async def test_a_task_that_is_cancelled_while_it_opens_closes_the_connection() -> None:
    """Cancelled before its answer came, a request is over for the server too."""
    async with (
        raw_server(one_answer(then=Peer.until_closed)) as server,
        AsyncCartesia("k", base_url=server.url) as client,
    ):
        stream = client.tts.bytes(**SPEECH)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await stream
        async with asyncio.timeout(WAIT):
            await server.client_closed.wait()
        with pytest.raises(RuntimeError, match="the request failed: there is nothing more to read"):
            await stream.read()


async def test_a_connection_does_not_remember_its_first_caller() -> None:
    """What the first call over a connection gave is free once nobody holds it, though the connection serves on."""
    gc.disable()
    try:
        body = answer(200, b'{"ok": true, "version": "1"}', Content_Type="application/json")
        async with raw_server(again_and_again(body)) as server, AsyncCartesia("k", base_url=server.url) as client:
            task = asyncio.create_task(client.api_status.get())
            await task
            first = weakref.ref(task)
            del task
            await asyncio.sleep(0)
            assert first() is None
            await client.api_status.get()
            assert server.connections == 1
    finally:
        gc.enable()
