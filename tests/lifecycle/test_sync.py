"""The blocking client: threads, running loops, forgetting, closing."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from cartesia_async import APIConnectionError, Cartesia
from cartesia_async._io.private_loop import THREAD_NAME
from tests.conftest import KEY, _open_sockets
from tests.lifecycle.service import SPEECH, eventually
from tests.servers import RawServer

HOLD = {**SPEECH, "transcript": "hold"}
WAIT = {**SPEECH, "transcript": "wait"}


def _own_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == THREAD_NAME]


def _tour(client: Cartesia) -> None:
    assert client.api_status.get().ok
    assert client.tts.bytes(**SPEECH).read() == b"audio"
    assert [event.type for event in client.tts.sse(**SPEECH)] == ["chunk", "chunk", "done"]
    assert [voice.id for voice in client.voices.list()] == ["v2"]


@contextmanager
def _one_warning() -> Iterator[None]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert [(w.category, str(w.message)) for w in caught] == [(ResourceWarning, "a Cartesia client was not closed")]


def test_sixteen_threads(client: Cartesia, server: RawServer) -> None:
    """Sixteen threads share one client, which starts one thread, and each gets its own answers."""
    together = threading.Barrier(16)

    def work(_: int) -> None:
        together.wait(5)
        for _ in range(4):
            _tour(client)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    assert len(server.requests) == 16 * 4 * 4
    assert server.connections <= 16
    assert len(_own_threads()) == 1


async def test_inside_a_running_loop(client: Cartesia) -> None:
    """It works where a loop is running, as in a notebook's cell, and from that loop's worker threads."""
    _tour(client)
    await asyncio.to_thread(_tour, client)


def test_contextvars_reach_callables(server: RawServer) -> None:
    """A callable given as credential, and `on_event`, see the context variables of the thread that calls."""
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")
    seen: list[str] = []

    def key() -> str:
        seen.append(variable.get())
        return KEY

    with Cartesia(key, base_url=server.url, on_event=lambda event: seen.append(variable.get())) as client:
        for value in ("one", "two"):
            variable.set(value)
            client.api_status.get()
            assert set(seen) == {value}
            seen.clear()


def test_called_from_its_own_callback(server: RawServer) -> None:
    """A callback that calls its own client is told that it must not, and nothing hangs."""
    errors: list[BaseException] = []

    def listen(event: object) -> None:
        try:
            client.api_status.get()
        except BaseException as error:
            errors.append(error)

    with Cartesia(KEY, base_url=server.url, on_event=listen) as client:
        assert client.api_status.get().ok
    assert errors
    assert all("own callbacks" in str(error) for error in errors)


def test_close_twice_then_call(server: RawServer) -> None:
    """`close` can be repeated; a call after it says what to do, and so does a view."""
    client = Cartesia(KEY, base_url=server.url)
    view = client.with_options(timeout=3)
    _tour(client)
    _tour(view)
    assert len(_own_threads()) == 1
    client.close()
    client.close()
    assert _own_threads() == []
    for closed in (client, view):
        with pytest.raises(RuntimeError, match="this client is closed: make a new one"):
            closed.api_status.get()
        with pytest.raises(RuntimeError, match="this client is closed"):
            next(iter(closed.tts.bytes(**SPEECH)))


def test_closed_unused() -> None:
    """A client that was never used starts no thread, warns of nothing, and refuses calls once closed."""
    client = Cartesia(KEY)
    assert _own_threads() == []
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.api_status.get()
    Cartesia(KEY)
    gc.collect()


def test_closed_in_the_middle_of_calls(server: RawServer) -> None:
    """Closing wakes threads that wait for an answer or for the next event, with the reason, and the server sees it."""
    client = Cartesia(KEY, base_url=server.url)
    events = iter(client.tts.sse(**HOLD))
    next(events)
    errors: list[BaseException] = []

    def wait(call: Any) -> None:
        try:
            call()
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=wait, args=(call,))
        for call in (lambda: next(events), lambda: client.tts.bytes(**WAIT).read())
    ]
    for thread in threads:
        thread.start()
    assert eventually(lambda: len(server.requests) == 2)
    started = time.monotonic()
    client.close()
    for thread in threads:
        thread.join(5)
    assert time.monotonic() - started < 2
    assert len(errors) == 2
    assert all("closed" in str(error) for error in errors), errors
    assert eventually(server.client_closed.is_set)


def test_closed_while_the_key_is_awaited(server: RawServer) -> None:
    """Closing does not wait for a callable of the user's that takes its time; the call ends and says why."""
    asked = threading.Event()

    async def key() -> str:
        asked.set()
        await asyncio.sleep(3600)
        return KEY

    client = Cartesia(key, base_url=server.url)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(client.api_status.get)
        assert asked.wait(5)
        client.close()
        with pytest.raises(APIConnectionError, match="the client was closed while this call was under way"):
            call.result(5)
    assert server.requests == []


def test_two_hundred_made_and_closed(server: RawServer) -> None:
    """Two hundred clients, made, used and closed, leave no thread and no socket."""
    before, threads = _open_sockets(), threading.active_count()
    for _ in range(200):
        with Cartesia(KEY, base_url=server.url) as client:
            assert client.tts.bytes(**SPEECH).read() == b"audio"
    assert threading.active_count() == threads
    assert eventually(lambda: not _open_sockets() - before)


def test_two_hundred_made_and_dropped(server: RawServer) -> None:
    """Two hundred clients, used and forgotten, warn each, and leave no thread and no socket either."""
    before, threads = _open_sockets(), threading.active_count()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(200):
            client = Cartesia(KEY, base_url=server.url)
            assert client.tts.bytes(**SPEECH).read() == b"audio"
            del client
        gc.collect()
    assert [str(warning.message) for warning in caught] == ["a Cartesia client was not closed"] * 200
    assert eventually(lambda: threading.active_count() == threads)
    assert eventually(lambda: not _open_sockets() - before)


def test_dropped_in_a_cycle(server: RawServer) -> None:
    """A client that the garbage collector finds in a cycle warns as well."""
    with _one_warning():
        client: Any = Cartesia(KEY, base_url=server.url)
        client.api_status.get()
        client.myself = client
        del client
        gc.collect()
    assert eventually(lambda: not _own_threads())


def test_dropped_with_a_stream(server: RawServer) -> None:
    """A stream keeps what it needs: its client may be forgotten, and the stream is read on to its end."""
    client = Cartesia(KEY, base_url=server.url)
    events = iter(client.tts.sse(**SPEECH))
    next(events)
    del client
    gc.collect()
    assert [event.type for event in events] == ["chunk", "done"]
    with _one_warning():
        del events
    assert eventually(lambda: not _own_threads())


def test_collected_on_its_own_thread(server: RawServer) -> None:
    """A client whose last reference goes away on its own thread ends, and does not wait for itself."""
    held = [Cartesia(KEY, base_url=server.url)]
    held[0].api_status.get()
    running, transport = held[0]._runner.loop._running, held[0]._runner.transport
    assert running is not None
    with _one_warning():
        running._loop.call_soon_threadsafe(held.clear)
        running.thread.join(5)
    assert not running.thread.is_alive()
    assert transport.sessions.closed


def test_collected_while_a_lock_is_held(server: RawServer) -> None:
    """Garbage is collected at any moment: a client that goes away under a lock its thread needs does not deadlock."""
    lock, waits = threading.Lock(), threading.Event()

    async def need_the_lock() -> None:
        waits.set()
        with lock:
            pass

    client: Any = Cartesia(KEY, base_url=server.url)
    client.api_status.get()
    with lock, _one_warning():
        client._runner.loop._running.start(Future(), need_the_lock)
        assert waits.wait(5)
        del client
    assert eventually(lambda: not _own_threads())
