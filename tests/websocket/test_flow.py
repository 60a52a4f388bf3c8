"""How much waits, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import Any

import pytest

from cartesia_async import AsyncCartesia, Cartesia, StreamInterruptedError
from tests.conftest import KEY
from tests.streams.sides import Side
from tests.websocket.service import SPEECH, WAIT, Peer, Service
from tests.websocket.talk import Talk, audio_of

PIECE = b"x" * 60_000


async def _pour(peer: Peer, context: str, pieces: int, sent: list[int]) -> None:
    for _ in range(pieces):
        await peer.audio(context, PIECE)
        sent[0] += 1
    await peer.done(context)


async def test_a_slow_reader_slows_the_service(service: Service, side: Side) -> None:
    """While nobody reads, the service can send only so much; read on, all of it comes."""
    async with Talk(side) as talk:
        peer = await service.connection()
        context = talk.context()
        await context.send("A very long story.")
        sent = [0]
        pouring = asyncio.create_task(_pour(peer, context.id, 1_000, sent))
        before = -1
        while sent[0] != before:
            before = sent[0]
            await asyncio.sleep(0.1)
        # 80 kB each as messages; most of it is in the buffers of the two sockets, of which one may grow to 32 MB.
        assert 10 < before < 800
        events, error = await context.read()
        assert error is None
        assert len(audio_of(events)) == 1_000 * len(PIECE)
        await pouring


async def test_a_slow_reader_does_not_stop_another(service: Service, side: Side) -> None:
    """A context that nobody reads, and is far behind, does not keep another's events back."""
    async with Talk(side) as talk:
        peer = await service.connection()
        slow, quick = talk.context(), talk.context()
        await slow.send("A very long story.")
        await quick.send("Hello.")
        pouring = asyncio.create_task(_pour(peer, slow.id, 200, [0]))
        await asyncio.sleep(0.1)
        reading = quick.reading()
        await asyncio.wait_for(pouring, WAIT)
        await peer.audio(quick.id)
        await peer.done(quick.id)
        assert (await asyncio.wait_for(reading, WAIT))[1] is None
        events, error = await slow.read()
        assert error is None
        assert len(audio_of(events)) == 200 * len(PIECE)


async def test_a_reader_that_never_comes(service: Service, side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """What piles up for a context that is not read, while another is, has a bound; beyond it the context fails, and says so."""
    monkeypatch.setattr("cartesia_async.websocket.connection.MOST_IGNORED", 1_000_000)
    async with Talk(side) as talk:
        peer = await service.connection()
        slow, quick = talk.context(), talk.context()
        await slow.send("A very long story.")
        await quick.send("Hello.")
        reading = quick.reading()
        pouring = asyncio.create_task(_pour(peer, slow.id, 100, [0]))
        while (message := await peer.next()).get("cancel") is None:
            pass
        assert message["context_id"] == slow.id
        await pouring
        await peer.audio(quick.id)
        await peer.done(quick.id)
        assert (await asyncio.wait_for(reading, WAIT))[1] is None
        events, error = await slow.read()
        assert 500_000 < len(audio_of(events)) < 1_500_000
        assert isinstance(error, StreamInterruptedError)
        assert "nobody read" in str(error)


async def test_closing_wakes_all(service: Service, side: Side) -> None:
    """Closing the WebSocket, or the client, ends every context on the service and wakes whoever reads."""
    for close in ("socket", "client"):
        talk = await Talk(side).__aenter__()
        peer = await service.connection()
        said, unsaid = talk.context(), talk.context()
        await said.send("Hello.")
        await peer.next()
        reading = said.reading(), unsaid.reading()
        await asyncio.sleep(0.02)
        await (talk.close() if close == "socket" else side.close())
        for context, (_, error) in zip(
            (said, unsaid), await asyncio.wait_for(asyncio.gather(*reading), 2), strict=True
        ):
            assert isinstance(error, StreamInterruptedError)
            assert error.context_id == context.id
            assert "closed" in str(error)
        assert {"context_id": said.id, "cancel": True} in await peer.closed()
        await talk.close()
        if close == "socket":
            with pytest.raises(RuntimeError, match="closed"):
                await talk.context().send("More.")


async def test_dropping_closes(service: Service) -> None:
    """A WebSocket that is dropped closes its connection; a context that is dropped is ended on the service."""
    async with AsyncCartesia(KEY, base_url=service.url) as client:
        ws = await client.tts.websocket()
        peer = await service.connection()
        context = ws.context(**SPEECH)
        await context.send("Hello.")
        name = (await peer.next())["context_id"]
        gone = weakref.ref(context)
        del context
        gc.collect()
        assert gone() is None
        assert await peer.next() == {"context_id": name, "cancel": True}
        held = ws.context(**SPEECH)
        await held.send("Hello.")
        await peer.next()
        del ws
        gc.collect()
        await asyncio.sleep(0.02)
        assert not peer.gone.is_set()
        del held
        gc.collect()
        await peer.closed()
        await asyncio.sleep(0)
        names = [task.get_name() for task in asyncio.all_tasks()]
        assert [name for name in names if name.startswith("cartesia_async")] == []


async def test_a_cancelled_reader_leaves(service: Service) -> None:
    """A task that is cancelled while it reads ends the context; one that is cancelled while it connects ends nothing."""
    async with AsyncCartesia(KEY, base_url=service.url) as client, client.tts.websocket() as ws:
        peer = await service.connection()
        context = ws.context(**SPEECH)
        await context.send("Hello.")
        await peer.next()
        reading = asyncio.create_task(context.collect())
        await asyncio.sleep(0.02)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert await peer.next() == {"context_id": context.context_id, "cancel": True}
        with pytest.raises(RuntimeError, match="interrupted|only once"):
            await context.collect()


async def test_two_tasks_cannot_read_one_context(service: Service) -> None:
    """A second reader is refused, and the first is not disturbed."""
    async with AsyncCartesia(KEY, base_url=service.url) as client, client.tts.websocket() as ws:
        peer = await service.connection()
        context = ws.context(**SPEECH)
        await context.send("Hello.")
        reading = asyncio.create_task(context.audio().read())
        await asyncio.sleep(0.01)
        with pytest.raises(RuntimeError, match="read"):
            await context.collect()
        await peer.audio(context.context_id)
        await peer.done(context.context_id)
        assert await reading == b"abcd"
        assert context.context_id


async def test_it_belongs_to_one_loop(service: Service) -> None:
    """Used on another event loop, it says so; what is known of the handshake is there once it is open."""
    async with AsyncCartesia(KEY, base_url=service.url) as client, client.tts.websocket() as ws:
        async with ws.context(**SPEECH) as context:
            assert (context.status, context.attempts, context.request_id) == (101, 1, "handshake-1")
            assert context.headers["upgrade"] == "websocket"

        said = ws.context(**SPEECH)
        await said.send("Hello.")
        for context in (ws.context(**SPEECH), said):
            with pytest.raises(RuntimeError, match="another event loop"):
                await asyncio.to_thread(asyncio.run, context.send("Hello."))


async def test_threads_share_a_connection(service: Service) -> None:
    """Twenty threads speak on contexts of one connection of the blocking client at a time."""
    service.answering = True
    heard: dict[int, bytes] = {}

    def speak(ws: Any, number: int) -> None:
        context = ws.context(**SPEECH)
        for word in ("I ", "am ", f"thread {number}."):
            context.send(word)
        context.finish()
        heard[number] = context.collect().data

    def everybody() -> None:
        with Cartesia(KEY, base_url=service.url) as client, client.tts.websocket() as ws:
            threads = [threading.Thread(target=speak, args=(ws, number)) for number in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    await asyncio.to_thread(everybody)
    assert heard == {number: f"I am thread {number}.".encode() for number in range(20)}
    assert len(service.handshakes) == 1


async def test_a_loop_that_ends_first(service: Service) -> None:
    """A loop that ends with a WebSocket open closes it, and leaves no task and no warning."""

    async def careless() -> None:
        client = AsyncCartesia(KEY, base_url=service.url)
        kept.append(client)
        ws = await client.tts.websocket()
        context = ws.context(**SPEECH)
        kept.extend((ws, context))
        await context.send("Hello.")

    kept: list[Any] = []
    await asyncio.to_thread(asyncio.run, careless())
    peer = await service.connection()
    await peer.closed()
    await kept[0].close()


async def test_a_listener_is_told(service: Service) -> None:
    """`on_event` hears of the handshake's attempts, the first message, and the end, never of a secret."""
    told: list[Any] = []
    service.answering = True
    async with AsyncCartesia(KEY, base_url=service.url, on_event=told.append) as client, client.tts.websocket() as ws:
        context = ws.context(**SPEECH)
        await context.send("Hello.")
        await context.finish()
        await context.collect()
    assert [type(event).__name__ for event in told] == ["AttemptStarted", "FirstByte", "CallEnded"]
    assert {(event.method, event.path) for event in told} == {("GET", "/tts/websocket")}
    assert told[-1].status == 101
    assert told[-1].bytes > 0
    assert KEY not in repr(told)
