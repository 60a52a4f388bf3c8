"""What `on_event` is told of a call, in which order, and that it can do no harm."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import attrs
import pytest

from cartesia_async import (
    APIStatusError,
    AttemptStarted,
    CallEnded,
    CallEvent,
    Cartesia,
    CartesiaError,
    FirstByte,
    RetryScheduled,
    StreamInterruptedError,
    Timeout,
)
from tests.conftest import KEY
from tests.servers import Peer, always, answer, chunk, raw_server, streaming
from tests.transport.calls import AUDIO, CLONE, INFO, SPEECH, Connect


def kinds(events: list[CallEvent]) -> list[str]:
    """Name the kinds of events."""
    return [type(event).__name__ for event in events]


async def _endless(peer: Peer) -> None:
    await peer.request()
    await peer.send(streaming())
    while True:
        await peer.send(chunk(b"more"))
        await asyncio.sleep(0.001)


async def test_a_call_is_told_from_its_first_attempt_to_its_end(connect: Connect) -> None:
    """Attempt, retry, attempt, first byte, end: all under one call id, with method and path."""
    events: list[Any] = []
    async with raw_server(always(answer(503, b"busy"), AUDIO)) as server:
        client = connect(server.url + "/prefix", on_event=events.append)
        await client.tts.bytes(**SPEECH).read()
    assert kinds(events) == ["AttemptStarted", "RetryScheduled", "AttemptStarted", "FirstByte", "CallEnded"]
    assert {event.call_id for event in events} == {events[0].call_id}
    assert {(event.method, event.path) for event in events} == {("POST", "/tts/bytes")}
    assert [event.attempt for event in events if isinstance(event, AttemptStarted)] == [1, 2]
    retry, end = events[1], events[4]
    assert retry.attempt == 1
    assert isinstance(retry.cause, APIStatusError)
    assert end.status == 200
    assert (end.attempts, end.bytes, end.error) == (2, 5, None)
    assert 0 < events[3].seconds <= end.seconds


async def test_every_call_has_an_id_of_its_own(connect: Connect) -> None:
    """Calls that run at once are told apart by their ids."""
    events: list[Any] = []
    async with raw_server(always(INFO)) as server:
        client = connect(server.url, on_event=events.append)
        await asyncio.gather(*(client.api_status.get() for _ in range(5)))
    ids = [event.call_id for event in events if isinstance(event, CallEnded)]
    assert len(set(ids)) == 5
    for call_id in ids:
        assert kinds([e for e in events if e.call_id == call_id]) == ["AttemptStarted", "FirstByte", "CallEnded"]


async def test_events_are_frozen_and_the_query_is_left_out(connect: Connect) -> None:
    """Events cannot be changed, and their path has no query, in which users' words may be."""
    events: list[Any] = []
    async with raw_server(always(answer(404))) as server:
        with pytest.raises(CartesiaError):
            await connect(server.url, on_event=events.append).voices.list(q="private").first_page()
    for event in events:
        assert event.path == "/voices"
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            event.path = "/"
        assert "private" not in repr(event)
        assert KEY not in repr(event)


@pytest.mark.parametrize("how", ["break", "close", "drop", "cancel", "awaited only", "exception", "client closed"])
async def test_a_stream_left_early_has_ended_once(connect: Connect, how: str) -> None:
    """However a stream is left, its end is told, and told once."""
    events: list[Any] = []
    flowing = asyncio.Event()

    def listen(event: CallEvent) -> None:
        events.append(event)
        if isinstance(event, FirstByte):
            flowing.set()

    async with raw_server(_endless) as server:
        client = connect(server.url, on_event=listen)
        stream = client.tts.bytes(**SPEECH)
        if how == "break":
            async for _ in stream:
                break
        elif how == "close":
            async with stream:
                await stream.read(1)
        elif how == "drop":
            await stream.read(1)
        elif how == "awaited only":
            await stream
        elif how == "exception":
            with pytest.raises(ZeroDivisionError):
                async for _ in stream:
                    raise ZeroDivisionError
        elif how == "client closed":
            await stream.read(1)
            await client.close()
        else:
            task = asyncio.create_task(stream.read())
            await flowing.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await stream.close()
        del stream
        await asyncio.sleep(0)
    ends = [event for event in events if isinstance(event, CallEnded)]
    assert len(ends) == 1
    assert events[-1] is ends[0]
    assert ends[0].status == 200
    assert isinstance(ends[0].error, asyncio.CancelledError) == (how == "cancel")


@pytest.mark.parametrize(
    "how", ["refused", "cut off", "timeout", "not JSON", "no connection", "credential", "file", "cancelled"]
)
async def test_a_failed_call_has_ended_with_its_error(connect: Connect, how: str) -> None:
    """The end of a call that failed carries the very error that the user caught."""
    events: list[Any] = []

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send({"refused": answer(404), "cut off": INFO[:-3], "not JSON": answer(200, b"oops")}.get(how, b""))
        if how in {"timeout", "cancelled"}:
            await peer.until_closed()

    async with raw_server(script) as server:
        options: dict[str, Any] = {"api_key": lambda: ""} if how == "credential" else {}
        url = "http://127.0.0.1:1" if how == "no connection" else server.url
        client = connect(url, on_event=events.append, timeout=Timeout(first_byte=0.1), max_retries=0, **options)
        call: Any = client.voices.clone("/gone.wav", **CLONE) if how == "file" else client.api_status.get()
        if how == "cancelled":
            call = asyncio.wait_for(call, 0.05)
        with pytest.raises((CartesiaError, ValueError, TimeoutError)) as caught:
            await call
    ends = [event for event in events if isinstance(event, CallEnded)]
    assert len(ends) == 1
    assert events[-1] is ends[0]
    if how == "cancelled":
        assert isinstance(ends[0].error, asyncio.CancelledError)
    else:
        assert ends[0].error is caught.value
    assert ends[0].attempts == (0 if how in {"credential", "file"} else 1)
    assert ends[0].status == {"refused": 404, "cut off": 200, "not JSON": 200}.get(how)


async def test_an_exception_in_a_hook_is_logged_and_harmless(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """A hook that fails at every event breaks no call; each failure is logged."""

    def fail(_: CallEvent) -> None:
        raise ZeroDivisionError

    async with raw_server(always(answer(503), AUDIO)) as server:
        with caplog.at_level(logging.ERROR, logger="cartesia_async"):
            assert await connect(server.url, on_event=fail).tts.bytes(**SPEECH).read() == b"audio"
    assert [record.message for record in caplog.records] == ["on_event failed"] * 5
    assert "ZeroDivisionError" in caplog.text


async def test_views_share_the_hook(connect: Connect) -> None:
    """A view made by `with_options` tells the same listener."""
    events: list[Any] = []
    async with raw_server(always(INFO)) as server:
        await connect(server.url, on_event=events.append).with_options(max_retries=0).api_status.get()
    assert kinds(events) == ["AttemptStarted", "FirstByte", "CallEnded"]


def test_the_blocking_client_tells_the_same() -> None:
    """The blocking client tells of its calls, failed ones too."""
    events: list[Any] = []
    with Cartesia(KEY, base_url="http://127.0.0.1:1", on_event=events.append, max_retries=0) as client:
        with pytest.raises(CartesiaError) as caught:
            client.api_status.get()
    assert kinds(events) == ["AttemptStarted", "CallEnded"]
    assert events[-1].error is caught.value


async def test_a_stream_cut_off_tells_how_much_came(connect: Connect) -> None:
    """The end of a stream that broke off counts the bytes that came before."""
    events: list[Any] = []

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(streaming() + chunk(b"12345"))

    async with raw_server(script) as server:
        with pytest.raises(StreamInterruptedError):
            await connect(server.url, on_event=events.append).tts.bytes(**SPEECH).read()
    assert [type(event) for event in events] == [AttemptStarted, FirstByte, CallEnded]
    assert events[-1].bytes == 5
    assert not any(isinstance(event, RetryScheduled) for event in events)
