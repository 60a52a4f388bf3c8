"""Interpreters that end while clients are open."""

from __future__ import annotations

import pytest

from tests.lifecycle.conftest import Python, finished
from tests.lifecycle.service import eventually
from tests.servers import RawServer

_SYNC = """
client = Cartesia(KEY, base_url=URL)
client.api_status.get()
"""
_ASYNC = """
import asyncio
client = AsyncCartesia(KEY, base_url=URL)
async def main():
    await client.api_status.get()
"""
SCRIPTS = {
    "sync": _SYNC,
    "sync, streams open": _SYNC
    + """
events = iter(client.tts.sse(**HOLD))
next(events)
stream = client.tts.sse(**HOLD).__enter__()
""",
    "sync, exit in the middle": _SYNC
    + """
def main():
    for event in client.tts.sse(**HOLD):
        sys.exit(0)
main()
""",
    "sync, a thread waits for an answer": """
import threading
from cartesia_async import APIConnectionError
def wait():
    try:
        client.tts.bytes(**WAIT).read()
    except APIConnectionError as error:
        assert "closed" in str(error), error
import time
client = Cartesia(KEY, base_url=URL)
threading.Thread(target=wait, daemon=True).start()
time.sleep(0.3)
""",
    "sync, the client in a cycle": _SYNC + "client.myself = client\n",
    "sync, used at exit": """
import atexit
client = Cartesia(KEY, base_url=URL)
atexit.register(lambda: client.api_status.get())
client.api_status.get()
""",
    "async": _ASYNC + "asyncio.run(main())\n",
    "async, streams open": _ASYNC
    + """
    global events, stream
    events = aiter(client.tts.sse(**HOLD))
    await anext(events)
    stream = await client.tts.sse(**HOLD)
asyncio.run(main())
""",
    "async, a task waits for an answer": _ASYNC
    + """
    global task
    task = asyncio.create_task(client.tts.bytes(**WAIT).read())
    await asyncio.sleep(0.05)
asyncio.run(main())
""",
    "async, exit in the middle": _ASYNC
    + """
    async for event in client.tts.sse(**HOLD):
        sys.exit(0)
asyncio.run(main())
""",
    "neither was used": "client, other = Cartesia(KEY), AsyncCartesia(KEY)\n",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_exit_without_close(python: Python, server: RawServer, name: str) -> None:
    """An interpreter that ends with a client open ends well, says nothing, and its connections are closed."""
    assert finished(python(SCRIPTS[name], "-X", "dev")) == (0, "", "")
    if "WAIT" in SCRIPTS[name] or "HOLD" in SCRIPTS[name]:
        assert eventually(server.client_closed.is_set)


def test_forgotten_in_a_running_program(python: Python) -> None:
    """A client that is forgotten in a program that goes on is named on standard error, each once, and nothing else is."""
    script = """
import asyncio, gc
client = Cartesia(KEY, base_url=URL)
client.api_status.get()
del client
gc.collect()
async def main():
    client = AsyncCartesia(KEY, base_url=URL)
    await client.api_status.get()
    before = asyncio.all_tasks()
    del client
    gc.collect()
    assert asyncio.all_tasks() == before, "scheduled"
    await asyncio.sleep(0.01)
asyncio.run(main())
"""
    code, out, err = finished(python(script))
    assert (code, out) == (0, "")
    told = [line for line in err.splitlines() if "ResourceWarning: a" in line or "rror" in line or "nclosed" in line]
    assert len(told) == 2
    assert "ResourceWarning: a Cartesia client was not closed" in told[0]
    assert "ResourceWarning: an AsyncCartesia client was not closed" in told[1]
