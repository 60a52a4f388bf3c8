"""What is sent again, when, and what never is: counted by the server."""

from __future__ import annotations

import asyncio
import socket
import time
from email.utils import formatdate
from typing import Any

import aiohttp
import pytest

from cartesia_async import (
    APIConnectionError,
    APIStatusError,
    Cartesia,
    InternalServerError,
    RateLimitError,
    RetryScheduled,
    StreamInterruptedError,
    Timeout,
)
from tests.conftest import KEY
from tests.servers import Peer, always, answer, chunk, raw_server, streaming
from tests.transport.calls import AUDIO, INFO, SPEECH, Connect


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
async def test_passing_failures_are_repeated(connect: Connect, status: int) -> None:
    """A status that may pass is repeated, and `attempts` tells how often."""
    async with raw_server(always(answer(status), answer(status), AUDIO)) as server:
        async with connect(server.url).tts.bytes(**SPEECH) as stream:
            assert stream.attempts == 3
            assert await stream.read() == b"audio"
        assert [request.body for request in server.requests] == [server.requests[0].body] * 3
        assert b"Hello" in server.requests[0].body


@pytest.mark.parametrize("status", [300, 302, 304, 400, 401, 402, 403, 404, 405, 413, 422, 451])
async def test_final_failures_are_not_repeated(connect: Connect, status: int) -> None:
    """A status that will not pass is raised after one attempt."""
    async with raw_server(always(answer(status, b""))) as server:
        with pytest.raises(APIStatusError) as caught:
            await connect(server.url).api_status.get()
        assert (caught.value.status_code, caught.value.attempts, len(server.requests)) == (status, 1, 1)


@pytest.mark.parametrize(("advice", "attempts"), [("false", 1), ("FALSE", 1), ("true", 3), ("maybe", 3)])
async def test_the_service_may_advise_against_it(connect: Connect, advice: str, attempts: int) -> None:
    """A failure of a status that may pass is not repeated where the service says that it will not."""
    async with raw_server(always(answer(503, x_should_retry=advice))) as server:
        with pytest.raises(InternalServerError):
            await connect(server.url).api_status.get()
        assert len(server.requests) == attempts


@pytest.mark.parametrize("retries", [0, 1, 3])
async def test_max_retries_is_how_often_it_is_repeated(connect: Connect, retries: int) -> None:
    """There are `max_retries` attempts besides the first, and the last one's error is raised."""
    async with raw_server(always(answer(500, b"one"), answer(503, b"again"))) as server:
        with pytest.raises(InternalServerError) as caught:
            await connect(server.url, max_retries=retries).tts.bytes(**SPEECH).read()
        assert len(server.requests) == caught.value.attempts == retries + 1
        assert caught.value.status_code == (503 if retries else 500)


async def test_backoff_is_exponential_with_full_jitter(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait before a repetition is anything up to a bound that doubles, and stops growing at 8 s."""
    events: list[object] = []
    async with raw_server(always(answer(500))) as server:
        client = connect(server.url, max_retries=6, on_event=events.append)
        monkeypatch.setattr(client._runner.transport, "_dice", lambda: 1.0)
        slept = asyncio.sleep
        monkeypatch.setattr(asyncio, "sleep", lambda seconds: slept(seconds / 10_000))
        with pytest.raises(InternalServerError):
            await client.api_status.get()
        monkeypatch.undo()
    assert [event.delay for event in events if isinstance(event, RetryScheduled)] == [0.5, 1, 2, 4, 8, 8]


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry_after_ms": "30"}, 0.03, 0.03),
        ({"retry_after_ms": "30", "Retry_After": "50"}, 0.03, 0.03),
        ({"Retry_After": "0.04"}, 0.04, 0.04),
        ({"Retry_After": "0"}, 0, 0),
        ({"Retry_After": "-3"}, 0, 0),
        ({"Retry_After": "Tue, 24 Nov 2020 18:01:12 GMT"}, 0, 0),
        ({"Retry_After": "soon"}, 0, 0.001),
        ({"Retry_After": "nan"}, 0, 0.001),
    ],
    ids=str,
)
async def test_retry_after_is_obeyed(connect: Connect, headers: dict[str, str], least: float, most: float) -> None:
    """The service says when: in milliseconds, in seconds or by a date; what cannot be read is passed over."""
    events: list[object] = []
    async with raw_server(always(answer(429, **headers), INFO)) as server:
        began = time.monotonic()
        await connect(server.url, on_event=events.append).api_status.get()
        took = time.monotonic() - began
    (scheduled,) = [event for event in events if isinstance(event, RetryScheduled)]
    assert least <= scheduled.delay <= most
    assert scheduled.delay <= took < scheduled.delay + 1
    assert isinstance(scheduled.cause, RateLimitError)


async def test_retry_after_takes_a_date(connect: Connect) -> None:
    """A date to come is a wait until then."""
    async with raw_server(always(answer(503, Retry_After=formatdate(time.time() + 30, usegmt=True)))) as server:
        with pytest.raises(InternalServerError) as caught:
            await connect(server.url, timeout=Timeout(total=3)).api_status.get()
        assert caught.value.retry_after is not None
        assert 28 <= caught.value.retry_after <= 30
        assert len(server.requests) == 1


@pytest.mark.parametrize("headers", [{"Retry_After": "61"}, {"retry_after_ms": "60001"}], ids=str)
async def test_too_long_a_wait_is_raised_at_once(connect: Connect, headers: dict[str, str]) -> None:
    """Asked to wait for more than a minute, the client gives up and says how long it would have been."""
    async with raw_server(always(answer(429, **headers))) as server:
        with pytest.raises(RateLimitError) as caught:
            await connect(server.url).api_status.get()
        assert caught.value.retry_after is not None
        assert caught.value.retry_after > 60
        assert len(server.requests) == 1


async def test_total_bounds_waiting(connect: Connect) -> None:
    """A wait that would end after `total` is not begun: the error is raised at once."""
    async with raw_server(always(answer(429, Retry_After="10"))) as server:
        began = time.monotonic()
        with pytest.raises(RateLimitError):
            await connect(server.url, timeout=Timeout(total=5)).api_status.get()
        assert time.monotonic() - began < 1
        assert len(server.requests) == 1


async def test_failure_to_connect_is_repeated(connect: Connect) -> None:
    """Where nobody listens, it is tried again, even for a `POST`."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        client = connect(f"http://{address}")
        with pytest.raises(APIConnectionError, match=f"cannot connect to {address}: Connection refused") as caught:
            await client.tts.bytes(**SPEECH).read()
        assert caught.value.attempts == 3
        assert isinstance(caught.value.__cause__, aiohttp.ClientConnectorError)


async def _dies_after_the_request(peer: Peer) -> None:
    await peer.request()
    peer.reset() if peer.number % 2 else peer.writer.close()


async def test_a_post_on_a_new_connection_that_dies_is_not_repeated(connect: Connect) -> None:
    """A request that was sent may have been paid for: it is not sent again, however its connection died."""
    async with raw_server(_dies_after_the_request) as server:
        for paid in (1, 2):
            with pytest.raises(APIConnectionError) as caught:
                await connect(server.url).tts.bytes(**SPEECH).read()
            assert caught.value.attempts == 1
            assert len(server.requests) == paid


@pytest.mark.parametrize("own", [False, True], ids=["client's", "user's"])
async def test_a_get_on_a_new_connection_that_dies_is_repeated_and_counted(
    connect: Connect, http: aiohttp.ClientSession, own: bool
) -> None:
    """What costs nothing is repeated `max_retries` times, and never behind our back."""
    async with raw_server(_dies_after_the_request) as server:
        client = connect(server.url, session=http if own else None)
        with pytest.raises(APIConnectionError) as caught:
            await client.api_status.get()
        assert caught.value.attempts == len(server.requests) == 3
        with pytest.raises(APIConnectionError) as caught:
            await client.with_options(max_retries=0).api_status.get()
        assert caught.value.attempts == 1
        assert len(server.requests) == 4


def _stale(answered: int, *, reset: bool) -> Any:
    async def script(peer: Peer) -> None:
        # The first connections end when their second request is there, without a byte of an answer.
        for served in range(1000):
            await peer.request()
            if served == 1 and peer.number <= answered:
                if reset:
                    peer.reset()
                return
            await peer.send(AUDIO)

    return script


@pytest.mark.parametrize("own", [False, True], ids=["client's", "user's"])
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
async def test_a_stale_connection_is_replaced_once(
    connect: Connect, http: aiohttp.ClientSession, reset: bool, own: bool
) -> None:
    """A `POST` that finds its pooled connection dead goes out once more on a new one, and that is counted."""
    async with raw_server(_stale(1, reset=reset)) as server:
        client = connect(server.url, session=http if own else None)
        assert await client.tts.bytes(**SPEECH).read() == b"audio"
        async with client.tts.bytes(**SPEECH) as stream:
            assert stream.attempts == 2
            assert await stream.read() == b"audio"
        assert server.connections == 2
        assert len(server.requests) == 3


async def test_the_replacement_of_a_stale_connection_is_a_new_one(connect: Connect) -> None:
    """With several dead connections in the pool, the second attempt does not meet another of them."""
    waiting = 0
    together = asyncio.Event()

    async def script(peer: Peer) -> None:
        nonlocal waiting
        await peer.request()
        waiting += 1
        if waiting >= 3:
            together.set()
        await together.wait()
        await peer.send(AUDIO)
        await peer.request()

    async with raw_server(script) as server:
        client = connect(server.url)
        await asyncio.gather(*(client.tts.bytes(**SPEECH).read() for _ in range(3)))
        async with client.tts.bytes(**SPEECH) as stream:
            assert stream.attempts == 2
        assert server.connections == 4


async def test_a_stale_connection_is_not_replaced_without_retries(connect: Connect) -> None:
    """With `max_retries=0` nothing is sent twice."""
    async with raw_server(_stale(9, reset=False)) as server:
        client = connect(server.url, max_retries=0)
        await client.tts.bytes(**SPEECH).read()
        with pytest.raises(APIConnectionError) as caught:
            await client.tts.bytes(**SPEECH).read()
        assert caught.value.attempts == 1
        assert len(server.requests) == 2


@pytest.mark.parametrize("beginning", [streaming(), streaming() + chunk(b"some"), b"HTTP/1.1 200 OK\r\n"])
async def test_nothing_is_repeated_once_an_answer_began(connect: Connect, beginning: bytes) -> None:
    """After the first byte of an answer a break is an error, on a reused connection too."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(AUDIO)
        await peer.request()
        await peer.send(beginning)

    async with raw_server(script) as server:
        client = connect(server.url)
        await client.tts.bytes(**SPEECH).read()
        with pytest.raises(APIConnectionError) as caught:
            await client.tts.bytes(**SPEECH).read()
        assert isinstance(caught.value, StreamInterruptedError) == (b"\r\n\r\n" in beginning)
        assert caught.value.attempts == 1
        assert len(server.requests) == 2


def test_the_blocking_client_repeats_as_well() -> None:
    """The blocking client makes the same attempts and tells of them."""

    async def serve_for(stop: asyncio.Event, ready: asyncio.Future[str]) -> int:
        async with raw_server(always(answer(503, retry_after_ms="1"), AUDIO)) as server:
            ready.set_result(server.url)
            await stop.wait()
            return len(server.requests)

    async def main() -> int:
        stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(serve_for(stop, ready))
        url = await ready

        def speak() -> int:
            with Cartesia(KEY, base_url=url) as client, client.tts.bytes(**SPEECH) as stream:
                assert stream.read() == b"audio"
                return stream.attempts

        assert await asyncio.to_thread(speak) == 2
        stop.set()
        return await serving

    assert asyncio.run(main()) == 2
