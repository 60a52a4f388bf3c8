"""The four time limits: each ends in an error that says which, and none disturbs what flows."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import time
from typing import Any

import aiohttp
import pytest

from cartesia_async import APITimeoutError, AsyncCartesia, Cartesia, Done, Timeout
from tests.conftest import KEY
from tests.servers import WAIT, Peer, always, answer, chunk, raw_server, streaming
from tests.transport.calls import INFO, SPEECH, Connect

TINY = Timeout(connect=0.15, first_byte=0.15, idle=0.15)


async def _silent(peer: Peer) -> None:
    await peer.request()
    await peer.until_closed()


def event(text: bytes) -> bytes:
    """Write an event with audio."""
    data = json.dumps({"type": "chunk", "data": base64.b64encode(text).decode(), "done": False, "step_time": 1.0})
    return f"event: chunk\ndata: {data}\n\n".encode()


async def test_connect_is_the_limit_of_getting_a_connection(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is looked up for ever ends at `connect`, and is tried again: nothing was sent."""

    async def resolve(*_: object, **__: object) -> list[Any]:
        await asyncio.sleep(WAIT)
        return []

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    client = connect("http://nowhere.invalid", timeout=Timeout(connect=0.05), max_retries=1)
    with pytest.raises(APITimeoutError, match=r"no connection within 0.05 s \(timeout connect\)") as caught:
        await client.tts.bytes(**SPEECH).read()
    assert (caught.value.limit, caught.value.seconds, caught.value.attempts) == ("connect", 0.05, 2)


@pytest.mark.parametrize("own", [False, True], ids=["client's", "user's"])
async def test_a_host_that_does_not_accept_is_a_connect_timeout(
    connect: Connect, http: aiohttp.ClientSession, own: bool
) -> None:
    """A listener whose queue is full ends at `connect`, in a session of the user's too."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        await asyncio.sleep(0.05)
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        client = connect(url, timeout=Timeout(connect=0.1), max_retries=0, session=http if own else None)
        with pytest.raises(APITimeoutError) as caught:
            await client.api_status.get()
        assert (caught.value.limit, caught.value.seconds) == ("connect", 0.1)


@pytest.mark.parametrize("own", [False, True], ids=["client's", "user's"])
async def test_first_byte_is_the_limit_of_the_headers(connect: Connect, http: aiohttp.ClientSession, own: bool) -> None:
    """A request that is not answered ends at `first_byte`, is not repeated, and closes its connection."""
    async with raw_server(_silent) as server:
        client = connect(server.url, timeout=Timeout(first_byte=0.1), session=http if own else None)
        began = time.monotonic()
        with pytest.raises(APITimeoutError) as caught:
            await client.tts.bytes(**SPEECH).read()
        assert 0.1 <= time.monotonic() - began < 0.5
        assert (caught.value.limit, caught.value.seconds, caught.value.attempts) == ("first_byte", 0.1, 1)
        async with asyncio.timeout(WAIT):
            await server.client_closed.wait()
        assert len(server.requests) == 1


async def test_first_byte_is_the_limit_of_the_first_item(connect: Connect) -> None:
    """On a stream the first item counts, not the headers, and not comments that keep the connection alive."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(streaming(content_type="text/event-stream"))
        for _ in range(100):
            await peer.send(chunk(b": wait\n\n"))
            await asyncio.sleep(0.02)

    async with raw_server(script) as server:
        client = connect(server.url, timeout=Timeout(first_byte=0.15, idle=0.05))
        async with client.tts.sse(**SPEECH) as stream:
            with pytest.raises(APITimeoutError) as caught:
                await anext(aiter(stream))
        assert caught.value.limit == "first_byte"
        assert caught.value.bytes_received > 0
        assert caught.value.events_received == 0


@pytest.mark.parametrize("events", [False, True], ids=["audio", "events"])
async def test_idle_is_the_limit_between_two_pieces(connect: Connect, events: bool) -> None:
    """A stream that falls silent ends at `idle`, and the error tells what had arrived."""
    closed = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(streaming() + chunk(event(b"one") if events else b"12345"))
        await peer.until_closed()
        closed.set()

    async with raw_server(script) as server:
        client = connect(server.url, timeout=Timeout(first_byte=5, idle=0.1))
        stream: Any = client.tts.sse(**SPEECH) if events else client.tts.bytes(**SPEECH)
        items = aiter(stream)
        await anext(items)
        with pytest.raises(APITimeoutError) as caught:
            await anext(items)
        assert (caught.value.limit, caught.value.seconds, caught.value.attempts) == ("idle", 0.1, 1)
        assert caught.value.bytes_received == len(event(b"one") if events else b"12345")
        assert caught.value.events_received == int(events)
        async with asyncio.timeout(WAIT):
            await closed.wait()


async def test_the_body_of_a_document_is_under_idle(connect: Connect) -> None:
    """A document that stops in its middle ends at `idle` too."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(INFO[:-5])
        await peer.until_closed()

    async with raw_server(script) as server:
        with pytest.raises(APITimeoutError) as caught:
            await connect(server.url, timeout=Timeout(idle=0.1)).api_status.get()
        assert caught.value.limit == "idle"


async def test_the_body_of_an_error_cannot_hold_a_call_up(connect: Connect) -> None:
    """A refusal whose body does not end is still raised, with what had come of it."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(answer(404, b'{"message": "no such voice"}')[:-3])
        await peer.until_closed()

    async with raw_server(script) as server:
        with pytest.raises(Exception, match="no such voi") as caught:
            await connect(server.url, timeout=Timeout(idle=0.1)).voices.get("v1")
        assert caught.type.__name__ == "NotFoundError"


@pytest.mark.parametrize("where", ["connect", "headers", "stream", "retries", "key"])
async def test_total_is_the_limit_of_the_whole_call(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Wherever a call stands when `total` is over, it ends there and says so."""

    async def script(peer: Peer) -> None:
        if where == "retries":
            while True:
                await peer.request()
                await asyncio.sleep(0.05)
                await peer.send(answer(503, Retry_After="0"))
        await peer.request()
        if where == "stream":
            await peer.send(streaming())
            while True:
                await peer.send(chunk(b"more"))
                await asyncio.sleep(0.01)
        await peer.until_closed()

    async def slowly(*_: object, **__: object) -> Any:
        await asyncio.sleep(WAIT)

    async with raw_server(script) as server:
        if where == "connect":
            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", slowly)
            url = "http://nowhere.invalid"
        else:
            url = server.url
        options = {"api_key": slowly} if where == "key" else {}
        client = connect(url, timeout=Timeout(total=0.2), max_retries=99, **options)
        began = time.monotonic()
        with pytest.raises(APITimeoutError) as caught:
            await client.tts.bytes(**SPEECH).read()
        assert 0.2 <= time.monotonic() - began < 0.6
        assert (caught.value.limit, caught.value.seconds) == ("total", 0.2)


async def test_a_slow_stream_that_flows_outlives_every_limit(connect: Connect) -> None:
    """Ten pieces, each within the limits, take longer than all limits together and arrive whole."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(streaming())
        for number in range(10):
            await asyncio.sleep(0.06)
            await peer.send(chunk(event(b"%d" % number)))
        await peer.send(chunk(b'data: {"type": "done", "done": true}\n\n') + chunk(b""))

    async with raw_server(script) as server:
        events = [event async for event in connect(server.url, timeout=TINY).tts.sse(**SPEECH)]
    assert len(events) == 11
    assert isinstance(events[-1], Done)


async def test_a_slow_reader_is_not_an_idle_server(connect: Connect) -> None:
    """However long the reader takes between two pieces, the limits wait for the service alone."""
    size = 8 << 20

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(answer(200, bytes(size)))
        await peer.until_closed()

    async with raw_server(script) as server:
        stream = connect(server.url, timeout=TINY).tts.bytes(**SPEECH)
        first = await stream.read(1000)
        await asyncio.sleep(0.4)
        rest = await stream.read()
        assert len(first) + len(rest) == size
    async with raw_server(script) as server:
        async with connect(server.url, timeout=TINY).tts.bytes(**SPEECH) as stream:
            await asyncio.sleep(0.4)
            assert len(await stream.read()) == size


async def test_a_view_has_limits_of_its_own(connect: Connect) -> None:
    """`with_options(timeout=…)` changes the view and leaves the client."""
    async with raw_server(_silent) as server:
        client = connect(server.url)
        view = client.with_options(timeout=0.1)
        with pytest.raises(APITimeoutError) as caught:
            await view.tts.bytes(**SPEECH).read()
        assert caught.value.seconds == 0.1
        assert client._runner.options.timeout == Timeout()
        assert view._runner.options.timeout == Timeout(connect=0.1, first_byte=0.1, idle=0.1, total=None)


@pytest.mark.parametrize("limit", ["connect", "first_byte", "idle", "total"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), "5", True, b"", [], 10**400], ids=lambda value: repr(value)[:9])
def test_a_limit_is_a_number_above_0(limit: str, value: Any) -> None:
    """A limit that is no number of seconds above 0 is refused by name."""
    with pytest.raises(ValueError, match=limit):
        Timeout(**{limit: value})


@pytest.mark.parametrize("value", [0, -1, float("nan"), "5", True, {}])
@pytest.mark.parametrize("kind", [AsyncCartesia, Cartesia])
def test_a_timeout_is_a_number_above_0(kind: type[AsyncCartesia | Cartesia], value: Any) -> None:
    """A client's timeout that is neither seconds nor limits is refused when the client is made."""
    with pytest.raises(ValueError, match="timeout must be a number of seconds above 0"):
        kind(KEY, timeout=value)
    with pytest.raises(ValueError, match="timeout must be a number of seconds above 0"):
        kind(KEY).with_options(timeout=value)


async def test_no_limit_at_all_is_allowed(connect: Connect) -> None:
    """`None` and infinity switch a limit off."""
    async with raw_server(always(INFO)) as server:
        for none in (None, float("inf")):
            limits = Timeout(connect=none, first_byte=none, idle=none, total=none)
            assert (await connect(server.url, timeout=limits).api_status.get()).ok
