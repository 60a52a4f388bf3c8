"""What happens when the network or the service fails: nobody hangs, and no word is lost silently."""

from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import AsyncIterator

import pytest

from cartesia_async import (
    APIConnectionError,
    APIResponseError,
    APITimeoutError,
    AsyncCartesia,
    AuthenticationError,
    InternalServerError,
    PaymentRequiredError,
    RateLimitError,
    StreamInterruptedError,
    Timeout,
)
from tests.conftest import KEY
from tests.streams.sides import Side
from tests.websocket.conftest import prompt
from tests.websocket.service import SPEECH, Service, refusal
from tests.websocket.talk import Talk, audio_of, is_whole


@pytest.mark.parametrize("way", ["cut", "closed"])
async def test_a_lost_connection(service: Service, side: Side, way: str) -> None:
    """A loss wakes each context that has begun, with how far it came; what has not is said again and heard whole."""
    async with Talk(side) as talk:
        peer = await service.connection()
        begun, early, unsaid = talk.context(), talk.context(), talk.context()
        await begun.send("Once upon ")
        await early.send("Hello, ")
        await early.send("world")
        reading = begun.reading(), early.reading(), unsaid.reading()
        await peer.audio(begun.id, b"1234")
        await peer.words(early.id, "Hello")  # no audio yet
        while not peer.heard.qsize() == 3:
            await asyncio.sleep(0.001)
        if way == "cut":
            peer.cut()
        else:
            await peer.socket.close(code=1012, message=b"restart")
        events, error = await asyncio.wait_for(reading[0], 2)
        assert audio_of(events) == b"1234"
        assert isinstance(error, StreamInterruptedError)
        assert isinstance(error, APIConnectionError)
        assert (error.context_id, error.request_id, error.events_received) == (begun.id, "handshake-1", 1)
        assert error.bytes_received > 4
        assert way == "cut" or "(1012: restart)" in str(error)
        assert pickle.loads(pickle.dumps(error)).context_id == begun.id
        with pytest.raises(StreamInterruptedError):
            await begun.send("a time.")
        second = await service.connection()
        said = [await second.next() for _ in range(2)]
        assert [(message["context_id"], message["transcript"]) for message in said] == [
            (early.id, "Hello, "),
            (early.id, "world"),
        ]
        await early.send("!")
        await early.finish()
        assert [(await second.next())["transcript"] for _ in range(2)] == ["!", ""]
        await second.words(early.id, "Hello")
        await second.audio(early.id, b"whole")
        await second.done(early.id)
        events, error = await asyncio.wait_for(reading[1], 2)
        assert error is None
        assert is_whole(events)
        assert [event.type for event in events] == ["timestamps", "chunk", "done"]
        await unsaid.send("Fresh.")
        await second.audio(unsaid.id)
        await second.done(unsaid.id)
        assert (await reading[2])[1] is None


async def test_what_was_sent_on_a_dying_connection_is_said_again(service: Service, side: Side) -> None:
    """The first text of a context, sent just as the connection ends, is said on the next one."""
    async with Talk(side) as talk:
        (await service.connection()).cut()
        context = talk.context()
        await context.send("Hello.")
        await context.finish()
        peer = await service.connection()
        assert (await peer.next())["transcript"] == "Hello."
        assert (await peer.next())["continue"] is False
        await peer.audio(context.id)
        await peer.done(context.id)
        assert (await context.read())[1] is None


async def test_quick_failures_end(service: Service, side: Side) -> None:
    """A context whose connection is lost again and again is said as often as `max_retries` allows, and then fails."""
    async with Talk(side) as talk:
        context = talk.context()
        peer = await service.connection()
        await context.send("Hello.")
        reading = context.reading()
        for attempt in range(3):
            await peer.next()
            peer.cut()
            if attempt < 2:
                peer = await service.connection()
        events, error = await asyncio.wait_for(reading, 2)
        assert events == []
        assert isinstance(error, StreamInterruptedError)
        assert error.context_id == context.id
        await asyncio.sleep(0.05)
    assert len(service.handshakes) == 3


@pytest.mark.parametrize(("status", "kind"), [(401, AuthenticationError), (402, PaymentRequiredError)])
async def test_a_refused_reconnection(service: Service, side: Side, status: int, kind: type[Exception]) -> None:
    """A reconnection that the service refuses for good is not repeated, and told to every context that waits."""
    async with Talk(side) as talk:
        peer = await service.connection()
        contexts = [talk.context() for _ in range(3)]
        for context in contexts:
            await context.send("Hello.")
            await peer.next()
        reading = [context.reading() for context in contexts]
        service.refusals = [refusal(status) for _ in range(9)]
        peer.cut()
        for _, error in await asyncio.wait_for(asyncio.gather(*reading), 2):
            assert isinstance(error, kind)
        assert len(service.handshakes) == 2


async def test_a_busy_service_is_asked_again(service: Service, side: Side) -> None:
    """A handshake refused with 503 or 429 is repeated; a quota that is used up is not."""
    service.refusals = [refusal(503), refusal(429)]
    async with Talk(side):
        pass
    assert len(service.handshakes) == 3
    service.refusals = [refusal(429, error_code="quota_exceeded") for _ in range(3)]
    with pytest.raises(RateLimitError, match="quota_exceeded"):
        await Talk(side).__aenter__()
    assert len(service.handshakes) == 4


async def test_a_refusal_that_is_final(service: Service, side: Side) -> None:
    """A handshake that is refused with `x-should-retry: false` is not repeated, whatever its status."""
    service.refusals = [refusal(503) for _ in range(3)]
    service.refusals[0].headers["X-Should-Retry"] = "false"
    with pytest.raises(InternalServerError) as caught:
        await Talk(side).__aenter__()
    assert caught.value.attempts == len(service.handshakes) == 1


async def test_no_service_at_all(side: Side, unused_tcp_port: int) -> None:
    """Where nothing listens, connecting fails with a typed error, after its attempts."""
    side = Side(side.blocking)
    prompt(side.connect(f"http://127.0.0.1:{unused_tcp_port}", max_retries=1))
    talk = Talk(side)
    with pytest.raises(APIConnectionError, match="cannot connect") as caught:
        await talk.__aenter__()
    assert caught.value.attempts == 2
    await talk.close()
    await side.close()


async def test_no_websocket(service: Service, side: Side) -> None:
    """An answer that is no handshake is told as such; a redirect is not followed."""
    from aiohttp import web

    service.refusals = [web.Response(text="hello"), web.Response(status=302, headers={"Location": "/elsewhere"})]
    with pytest.raises(APIConnectionError, match="no WebSocket"):
        await Talk(side).__aenter__()
    with pytest.raises(Exception, match="302"):
        await Talk(side).__aenter__()
    assert [request.path for request in service.handshakes] == ["/tts/websocket"] * 2


async def test_a_peer_that_is_gone(service: Service) -> None:
    """A peer that answers no ping is given up well before the idle limit: what has begun fails, the rest is said again."""
    service.autoping = False
    timeout = Timeout(idle=0.3, first_byte=5)
    async with AsyncCartesia(KEY, base_url=service.url, timeout=timeout) as client, client.tts.websocket() as ws:
        prompt(client)
        peer = await service.connection()
        begun, early = ws.context(**SPEECH), ws.context(**SPEECH)
        await begun.send("Once.")
        await early.send("Hello.")
        await peer.audio(begun.context_id)
        with pytest.raises(StreamInterruptedError, match="no answer to a ping"):
            async for _ in begun:
                pass
        assert peer.pings > 0
        second = await service.connection()
        assert (await second.next())["transcript"] == "Hello."


@pytest.mark.parametrize("limit", ["first_byte", "idle", "total"])
async def test_a_service_that_is_silent(service: Service, side: Side, limit: str) -> None:
    """A service that answers pings and nothing else runs into the time limit, which names the context and how far it came."""
    limits = {"first_byte": 9.0, "idle": 9.0, "total": 9.0, limit: 0.15}
    side.client = side.client.with_options(timeout=Timeout(**limits))
    async with Talk(side) as talk:
        peer = await service.connection()
        context = talk.context()
        await context.send("Hello.")
        await peer.next()
        await context.finish()
        if limit == "idle":
            await peer.audio(context.id)
        events, error = await asyncio.wait_for(context.read(), 2)
        assert isinstance(error, APITimeoutError)
        assert (error.limit, error.seconds, error.context_id) == (limit, 0.15, context.id)
        assert error.events_received == len(events) == (limit == "idle")
        assert context.id in str(error)
        while (message := await peer.next()) != {"context_id": context.id, "cancel": True}:
            assert message["transcript"] == ""


async def test_a_slow_source_of_text_is_not_the_services_fault(service: Service, side: Side) -> None:
    """While the service has answered all that was said, and more text may come, no limit runs; nor does it for white space."""
    side.client = side.client.with_options(timeout=Timeout(first_byte=0.4, idle=0.4))
    async with Talk(side) as talk:
        peer = await service.connection()
        context = talk.context()
        reading = context.reading()
        await asyncio.sleep(0.5)
        await context.send("Hello, ")
        await peer.audio(context.id, b"1")
        await context.send(" ")
        await asyncio.sleep(0.5)
        await context.send("world.")
        await context.finish()
        while (await peer.next())["continue"]:
            pass
        await peer.audio(context.id, b"2")
        await peer.done(context.id)
        events, error = await reading
        assert error is None
        assert audio_of(events) == b"12"


@pytest.mark.parametrize("text", ["no json", json.dumps(["a", "list"]), json.dumps({"type": "chunk", "data": 3})])
async def test_a_message_that_cannot_be_understood(service: Service, side: Side, text: str) -> None:
    """A message that is broken is not passed over: audio may have been in it."""
    async with Talk(side) as talk:
        peer = await service.connection()
        context = talk.context()
        await context.send("Hello.")
        await peer.next()
        await peer.socket.send_str(text)
        _, error = await asyncio.wait_for(context.read(), 2)
        assert isinstance(error, APIResponseError)
        assert await peer.next() == {"context_id": context.id, "cancel": True}


async def test_what_is_no_frame_ends_the_connection(service: Service, side: Side) -> None:
    """Bytes that break the WebSocket protocol end the connection, and nobody waits for more."""
    async with Talk(side) as talk:
        peer = await service.connection()
        context = talk.context()
        await context.send("Hello.")
        await peer.audio(context.id)
        assert peer.request.transport is not None
        peer.request.transport.write(b"\xff\xff\xff\xff")
        events, error = await asyncio.wait_for(context.read(), 2)
        assert len(events) == 1
        assert isinstance(error, StreamInterruptedError)


async def test_an_ended_context_takes_no_more(service: Service, side: Side) -> None:
    """A context that the service ended by itself gives `Done`; what is said on it later is refused, not lost silently."""
    async with Talk(side) as talk:
        peer = await service.connection()
        context = talk.context()
        await context.send("Hello.")
        await peer.audio(context.id)
        await peer.done(context.id)
        events, error = await context.read()
        assert error is None
        assert is_whole(events)
        with pytest.raises(StreamInterruptedError, match="has ended context"):
            await context.send("More.")
        await context.finish()


async def test_an_idle_connection_is_renewed(service: Service, side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the service would close an idle connection, another takes its place; what is open on the old one goes on."""
    monkeypatch.setattr("cartesia_async.websocket.renewal.RENEW_AFTER", 0.2)
    async with Talk(side) as talk:
        first = await service.connection()
        service.answering = True  # on all that follow
        context = talk.context()
        await context.send("A long story.")
        reading = context.reading()
        await first.audio(context.id, b"1")
        second = await service.connection()
        await asyncio.sleep(0.05)
        other = talk.context()
        await other.send("Hello.")
        await other.finish()
        assert audio_of((await other.read())[0]) == b"Hello."
        assert not first.gone.is_set()
        await first.audio(context.id, b"2")
        await first.done(context.id)
        events, error = await reading
        assert error is None
        assert audio_of(events) == b"12"
        assert [message["context_id"] for message in await first.closed()] == [context.id]
        await second.closed()  # replaced in turn


async def test_a_connection_that_is_closed_while_idle_is_replaced(
    service: Service, side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that the service closes while it is idle is replaced at once; the next text need not wait for that."""
    monkeypatch.setattr("cartesia_async.websocket.pool._SHORTEST_LIFE", 0.0)
    async with Talk(side) as talk:
        first = await service.connection()
        await first.socket.close()
        second = await service.connection()
        context = talk.context()
        await context.send("Hello.")
        assert (await second.next())["transcript"] == "Hello."
    assert len(service.handshakes) == 2


async def test_text_that_goes_on_does_not_hide_a_silent_service(service: Service) -> None:
    """A service that never answers runs into `first_byte`, though text is sent to it all the while."""
    timeout = Timeout(first_byte=0.2, idle=9)
    async with AsyncCartesia(KEY, base_url=service.url, timeout=timeout) as client:

        async def text() -> AsyncIterator[str]:
            while True:
                yield "more "
                await asyncio.sleep(0.01)

        with pytest.raises(APITimeoutError, match="first_byte"):
            await asyncio.wait_for(client.tts.stream(text(), **SPEECH).read(), 3)
