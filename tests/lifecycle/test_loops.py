"""One asynchronous client on many loops, and its end."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from typing import Any

import aiohttp
import pytest

from cartesia_async import APIConnectionError, AsyncCartesia, CartesiaError
from tests.conftest import KEY, _open_sockets
from tests.lifecycle.service import SPEECH, eventually
from tests.servers import WAIT, Peer, RawServer, chunk, raw_server, streaming
from tests.streams.sides import one_answer


async def _calls(client: AsyncCartesia) -> list[int]:
    attempts = []
    for _ in range(2):
        async with client.tts.bytes(**SPEECH) as stream:
            assert await stream.read() == b"audio"
            attempts.append(stream.attempts)
    return attempts


def test_two_runs_one_client(server: RawServer) -> None:
    """A client goes on in a second `asyncio.run` without a repeated request, on one connection for each."""
    client = AsyncCartesia(KEY, base_url=server.url)
    before = _open_sockets()
    for run in (1, 2):
        assert asyncio.run(_calls(client), debug=True) == [1, 1]
        assert len(server.requests) == 2 * run
        assert server.connections == run
        assert eventually(lambda: not _open_sockets() - before)


def test_plain_loops_closed_without_shutdown(server: RawServer) -> None:
    """Loops that are closed without a word do not harm the next, and the next closes what they left."""
    client = AsyncCartesia(KEY, base_url=server.url)
    before = _open_sockets()
    for _ in range(3):
        loop = asyncio.new_event_loop()
        assert loop.run_until_complete(_calls(client)) == [1, 1]
        loop.close()
    assert server.connections == 3

    async def last() -> None:
        await _calls(client)
        await client.close()

    asyncio.run(last())
    gc.collect()
    assert eventually(lambda: not _open_sockets() - before)


def test_dropped_after_a_loop_closed_without_shutdown(server: RawServer) -> None:
    """A client forgotten after its loop was closed takes its sockets with it, without noise from below."""
    client = AsyncCartesia(KEY, base_url=server.url)
    before = _open_sockets()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(_calls(client))
    loop.close()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del client
        gc.collect()
    assert [str(warning.message) for warning in caught if "AsyncCartesia" not in str(warning.message)] == []
    assert eventually(lambda: not _open_sockets() - before)


def test_two_loops_in_two_threads_at_once(server: RawServer) -> None:
    """Two threads, each with a loop, share a client at the same time; closing it on one closes it on both."""
    client = AsyncCartesia(KEY, base_url=server.url)
    both = threading.Barrier(2)
    results: list[object] = []

    async def work(closes: bool) -> None:
        await asyncio.to_thread(both.wait, 5)
        async with asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(_calls(client))
        await asyncio.to_thread(both.wait, 5)
        if closes:
            await client.close()
        await asyncio.to_thread(both.wait, 5)
        with pytest.raises(RuntimeError, match="closed"):
            await client.api_status.get()
        results.append("done")

    def run(closes: bool) -> None:
        try:
            asyncio.run(work(closes), debug=True)
        except BaseException as error:
            results.append(error)

    threads = [threading.Thread(target=run, args=(closes,)) for closes in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert results == ["done", "done"]
    assert len(server.requests) == 80


def test_dropped_while_its_loop_runs_on_another_thread(server: RawServer) -> None:
    """A client that is forgotten on one thread closes on the thread of its loop, which stays unharmed."""
    client: Any = AsyncCartesia(KEY, base_url=server.url)
    loop = asyncio.new_event_loop()
    loop.set_debug(True)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    before = _open_sockets()
    try:
        asyncio.run_coroutine_threadsafe(_calls(client), loop).result(5)
        assert len(_open_sockets() - before) >= 1
        with pytest.warns(ResourceWarning, match="AsyncCartesia client was not closed"):
            del client
            gc.collect()
        assert eventually(lambda: not _open_sockets() - before)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


async def test_close_twice_then_call(server: RawServer) -> None:
    """`close` can be repeated; a call after it says what to do."""
    client = AsyncCartesia(KEY, base_url=server.url)
    assert (await client.api_status.get()).ok
    await client.close()
    await client.aclose()
    with pytest.raises(RuntimeError, match="this client is closed: make a new one"):
        await client.api_status.get()
    with pytest.raises(RuntimeError, match="this client is closed"):
        async for _ in client.tts.bytes(**SPEECH):
            pass


@pytest.mark.parametrize("status", [200, 400])
async def test_closed_in_the_moment_of_an_answer(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer whose head came in the moment in which the client was closed is not left open, with nobody to read it."""
    head = streaming().replace(b"200 OK", f"{status} Whatever".encode())
    real = aiohttp.ClientSession._request

    async def closing_before_it_is_known(session: aiohttp.ClientSession, *arguments: Any, **options: Any) -> Any:
        found = await real(session, *arguments, **options)
        await client.close()
        return found

    monkeypatch.setattr(aiohttp.ClientSession, "_request", closing_before_it_is_known)
    async with raw_server(one_answer(head + chunk(b"audio"), then=Peer.until_closed)) as server:
        client = AsyncCartesia(KEY, base_url=server.url)
        with pytest.raises(APIConnectionError, match="the client was closed while"):
            await client.tts.bytes(**SPEECH)
        async with asyncio.timeout(WAIT):
            await server.client_closed.wait()


async def test_closed_in_the_middle_of_a_call(server: RawServer) -> None:
    """Closing a client wakes the calls that wait for an answer, which say why they end."""
    client = AsyncCartesia(KEY, base_url=server.url)
    waiting = asyncio.create_task(client.tts.bytes(**{**SPEECH, "transcript": "wait"}).read())
    async with asyncio.timeout(5):
        assert await asyncio.to_thread(eventually, lambda: server.requests)
        await client.close()
        with pytest.raises(APIConnectionError, match="the client was closed while"):
            await waiting
    assert eventually(server.client_closed.is_set)
    assert len(server.requests) == 1


async def test_a_view_shares_everything(server: RawServer) -> None:
    """A view works over its client's connections, and closing either closes both."""
    client = AsyncCartesia(KEY, base_url=server.url)
    view = client.with_options(max_retries=0, headers={"X-Mine": "1"})
    await client.api_status.get()
    await view.api_status.get()
    assert server.connections == 1
    assert server.requests[1].headers["x-mine"] == "1"
    await view.close()
    with pytest.raises(RuntimeError, match="closed"):
        await client.api_status.get()


async def test_own_session_is_used_and_kept(server: RawServer) -> None:
    """A session of the user's is used with its headers and connector, and stays open and as it was."""
    limits = aiohttp.ClientTimeout(total=7)
    async with aiohttp.ClientSession(headers={"X-Session": "mine"}, timeout=limits) as session:
        async with AsyncCartesia(KEY, base_url=server.url, session=session) as client:
            await _calls(client)
        assert not session.closed
        assert session.timeout is limits
        assert [request.headers["x-session"] for request in server.requests] == ["mine", "mine"]
        async with session.get(server.url) as answer:
            assert answer.status == 200
        assert server.connections == 1


async def test_forgotten_client_with_own_session(server: RawServer) -> None:
    """A forgotten client leaves a session of the user's open."""
    async with aiohttp.ClientSession() as session:
        client: Any = AsyncCartesia(KEY, base_url=server.url, session=session)
        await _calls(client)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            del client
            gc.collect()
        async with session.get(server.url) as answer:
            assert answer.status == 200


async def test_closed_session_is_told(server: RawServer) -> None:
    """A session of the user's that is closed is named as the reason."""
    async with aiohttp.ClientSession() as session:
        client = AsyncCartesia(KEY, base_url=server.url, session=session)
    with pytest.raises(CartesiaError, match="given as session is closed"):
        await client.api_status.get()


def test_session_of_another_loop_is_told(server: RawServer) -> None:
    """A session of the user's that belongs to another loop is named as the reason, before anything is sent."""
    sessions: list[aiohttp.ClientSession] = []

    async def make() -> None:
        sessions.append(aiohttp.ClientSession())

    async def use() -> None:
        with pytest.raises(CartesiaError, match="another event loop"):
            await AsyncCartesia(KEY, base_url=server.url, session=sessions[0]).api_status.get()

    first = asyncio.new_event_loop()
    first.run_until_complete(make())
    asyncio.run(use())
    first.run_until_complete(sessions[0].close())
    first.close()
    assert server.requests == []


async def test_two_hundred_made_and_closed(server: RawServer) -> None:
    """Two hundred asynchronous clients, made, used and closed, leave no task and no socket."""
    before, tasks = _open_sockets(), asyncio.all_tasks()
    for _ in range(200):
        async with AsyncCartesia(KEY, base_url=server.url) as client:
            assert await client.tts.bytes(**SPEECH).read() == b"audio"
    assert asyncio.all_tasks() == tasks
    assert await asyncio.to_thread(eventually, lambda: not _open_sockets() - before)


@pytest.mark.parametrize("cycle", [False, True])
async def test_two_hundred_made_and_dropped(server: RawServer, cycle: bool) -> None:
    """Two hundred that are forgotten warn each, schedule no task, and close their sockets, in a cycle too."""
    before, tasks = _open_sockets(), asyncio.all_tasks()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(200):
            client: Any = AsyncCartesia(KEY, base_url=server.url)
            assert await client.tts.bytes(**SPEECH).read() == b"audio"
            if cycle:
                client.myself = client
            del client
            assert asyncio.all_tasks() == tasks
        gc.collect()
        assert asyncio.all_tasks() == tasks
    assert [str(warning.message) for warning in caught] == ["an AsyncCartesia client was not closed"] * 200
    assert await asyncio.to_thread(eventually, lambda: not _open_sockets() - before)
