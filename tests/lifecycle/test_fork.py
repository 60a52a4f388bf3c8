"""Clients in a forked process and in the one it was forked from."""

from __future__ import annotations

import os

import pytest

from tests.lifecycle.conftest import Python, finished
from tests.servers import RawServer

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

_FORK = """
import asyncio, gc, logging, time, warnings
logging.getLogger("asyncio").setLevel(logging.ERROR)  # how long a step takes is the machine's affair
# From Python 3.12 on, a fork beside threads is warned of.
warnings.filterwarnings("ignore", "This process", DeprecationWarning)
def fork(child, leave=os._exit):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        child()
        sys.stdout.flush()
        leave(7)
    until = time.monotonic() + 6
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            assert os.waitstatus_to_exitcode(status) == 7, status
            return
        time.sleep(0.005)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    sys.exit("the child hangs")
def tour(client):
    assert client.api_status.get().ok
    assert client.tts.bytes(**SPEECH).read() == b"audio"
    assert len(list(client.tts.sse(**SPEECH))) == 3
"""


def test_both_go_on(python: Python, server: RawServer) -> None:
    """Parent and child both go on, each over its own connection, however the child ends."""
    script = """
client = Cartesia(KEY, base_url=URL)
for leave in (os._exit, sys.exit):
    fork(lambda: tour(client), leave)
    tour(client)
    fork(lambda: (tour(client), client.close()), leave)
    tour(client)
client.close()
"""
    assert finished(python(_FORK + script, "-X", "dev")) == (0, "", "")
    assert server.connections == 5
    assert len(server.requests) == 3 * 8


def test_a_child_that_never_calls(python: Python) -> None:
    """A child that leaves its parent's client alone, closes it or drops it, ends at once and without noise."""
    script = """
client = Cartesia(KEY, base_url=URL)
tour(client)
def drop():
    global client
    del client
    gc.collect()
for leave in (os._exit, sys.exit):
    fork(lambda: None, leave)
    fork(lambda: client.close(), leave)
    fork(drop, leave)
tour(client)
client.close()
"""
    assert finished(python(_FORK + script, "-X", "dev")) == (0, "", "")


def test_a_stream_of_the_parents(python: Python, server: RawServer) -> None:
    """A stream that is open at the fork stays the parent's, who reads it to its end; in the child it says so."""
    script = """
from cartesia_async import StreamInterruptedError
client = Cartesia(KEY, base_url=URL)
stream = client.tts.sse(**HOLD)
events = iter(stream)
next(events)
def nothing():
    pass
def drop():
    global stream, events
    del stream, events
    gc.collect()
def close():
    stream.close()
    client.close()
def read():
    try:
        next(events)
    except StreamInterruptedError as error:
        assert "forked" in str(error), error
    else:
        sys.exit("it read on")
def call():
    tour(client)
for child in (nothing, drop, close, read, call):
    fork(child)
    fork(child, sys.exit)
client.request("GET", "/let-go")
assert [event.type for event in events] == ["chunk", "done"]
client.close()
"""
    assert finished(python(_FORK + script, "-X", "dev")) == (0, "", "")
    assert not server.client_closed.is_set()


def test_multiprocessing(python: Python) -> None:
    """Workers of `multiprocessing` that are forked use a client made and used before."""
    script = """
import multiprocessing
client = Cartesia(KEY, base_url=URL)
def work(number):
    assert client.api_status.get().ok
    return number
tour(client)
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(work, range(4)) == [0, 1, 2, 3]
    pool.close()
    pool.join()
tour(client)
client.close()
"""
    assert finished(python(_FORK + script, "-X", "dev")) == (0, "", "")


def test_while_another_thread_calls(python: Python) -> None:
    """A fork in the middle of other threads' calls leaves no lock behind in the child."""
    script = """
import threading
client = Cartesia(KEY, base_url=URL)
over = threading.Event()
def call():
    while not over.is_set():
        client.api_status.get()
threads = [threading.Thread(target=call) for _ in range(4)]
for thread in threads:
    thread.start()
for _ in range(5):
    fork(lambda: tour(client))
over.set()
for thread in threads:
    thread.join()
client.close()
"""
    assert finished(python(_FORK + script, "-X", "dev")) == (0, "", "")


def test_the_asynchronous_client(python: Python, server: RawServer) -> None:
    """An asynchronous client goes on in both processes, a stream of the parent's with it."""
    script = """
client = AsyncCartesia(KEY, base_url=URL)
async def once():
    assert (await client.api_status.get()).ok
asyncio.run(once())
fork(lambda: asyncio.run(once()))
fork(lambda: asyncio.run(once()), sys.exit)
async def parent():
    events = aiter(client.tts.sse(**HOLD))
    await anext(events)
    await once()
    def child():
        asyncio.run(once())
    fork(child, os._exit)
    await client.request("GET", "/let-go")
    assert [event.type async for event in events] == ["chunk", "done"]
    await client.close()
asyncio.run(parent())
"""
    assert finished(python(_FORK + script, "-X", "dev")) == (0, "", "")
