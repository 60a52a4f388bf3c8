"""Ctrl-C in the middle of what blocks."""

from __future__ import annotations

import asyncio
import gc
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from typing import Any

import pytest

from cartesia_async._io import private_loop
from cartesia_async._io.private_loop import THREAD_NAME, PrivateLoop
from tests.lifecycle.conftest import Python
from tests.lifecycle.service import eventually
from tests.servers import RawServer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")

_MAIN = """
client = Cartesia(KEY, base_url=URL)
def main():
    {body}
try:
    main()
except KeyboardInterrupt as error:
    assert type(error) is KeyboardInterrupt
    print("interrupted", flush=True)
    import time
    sys.stdin.readline()
    assert client.api_status.get().ok
    client.close()
    raise
"""
BODIES = {
    "a call": "client.tts.bytes(**WAIT).read()",
    "events": "for event in client.tts.sse(**HOLD): pass",
    "events, held in a variable": """
    global stream, events
    stream = client.tts.sse(**HOLD)
    events = iter(stream)
    while True: next(events)
""",
    "events, collected": "client.tts.sse(**HOLD).collect()",
    "with": "with client.tts.sse(**WAIT) as events: pass",
    "a file": "client.tts.sse(**HOLD).audio().save(os.path.join(os.environ['FOLDER'], 'hello.wav'))",
}


def _start(python: Python, script: str, **environment: str) -> subprocess.Popen[str]:
    return python("import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n" + script, **environment)


def test_ctrl_c_that_comes_just_before_it_is_waited(python: Python, server: RawServer) -> None:
    """A signal that does not wake what waits, since it came just before, is heard soon all the same."""
    process = python(
        """
import _thread, threading
client = Cartesia(KEY, base_url=URL)
# It is noted, as a signal is, and wakes nobody.
threading.Timer(0.3, _thread.interrupt_main).start()
try:
    client.tts.bytes(**WAIT).read()
except KeyboardInterrupt:
    print("interrupted", flush=True)
client.close()
"""
    )
    out, err = process.communicate(timeout=10)
    assert (out, err, process.returncode) == ("interrupted\n", "", 0)
    assert eventually(server.client_closed.is_set, 2)


@pytest.mark.parametrize("name", BODIES)
def test_ctrl_c(python: Python, server: RawServer, tmp_path: object, name: str) -> None:
    """Ctrl-C stops the request at once, while the program lives on; the client can be used, and the exit is quick."""
    process = python(_MAIN.format(body=BODIES[name]), "-X", "dev", FOLDER=str(tmp_path))
    assert process.stdout is not None
    assert process.stdin is not None
    assert eventually(lambda: server.requests)
    time.sleep(0.05)  # until it waits for what comes after
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "interrupted\n"
    assert eventually(server.client_closed.is_set, 2)
    assert len(server.requests) == 1
    started = time.monotonic()
    _, err = process.communicate("\n", timeout=5)
    assert time.monotonic() - started < 2
    assert process.returncode == -signal.SIGINT
    assert err.count("Traceback") == 1
    assert err.splitlines()[-1] == "KeyboardInterrupt"
    assert "Warning" not in err
    assert len(server.requests) == 2
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_asyncio_run(python: Python, server: RawServer) -> None:
    """Ctrl-C in `asyncio.run` closes the connection of the asynchronous client and leaves quickly, with nothing to add."""
    script = """
import asyncio
async def main():
    async with AsyncCartesia(KEY, base_url=URL) as client:
        async for event in client.tts.sse(**HOLD):
            print("event", flush=True)
asyncio.run(main())
"""
    process = python(script, "-X", "dev")
    assert process.stdout is not None
    assert process.stdout.readline() == "event\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=5)
    assert process.returncode == -signal.SIGINT
    assert err.splitlines()[-1] == "KeyboardInterrupt"
    assert "Warning" not in err
    assert eventually(server.client_closed.is_set, 2)


def test_ctrl_c_while_the_loop_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the moment in which the private loop starts leaves no thread, and the next call starts another."""

    async def nothing() -> None:
        return

    class Interrupted(Future[None]):
        def result(self, timeout: float | None = None) -> None:
            raise KeyboardInterrupt

    loop = PrivateLoop(nothing)
    with monkeypatch.context() as patch:
        patch.setattr(private_loop, "Future", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            loop.call(nothing)
    assert eventually(lambda: not [thread for thread in threading.enumerate() if thread.name == THREAD_NAME])
    loop.call(nothing)
    loop.close()


@pytest.mark.parametrize("begun", [False, True], ids=["before it begins", "once it has begun"])
@pytest.mark.filterwarnings("error")
def test_ctrl_c_while_a_call_is_handed_over(monkeypatch: pytest.MonkeyPatch, begun: bool) -> None:
    """A signal between the call and the waiting for it leaves nothing that runs on, nor a coroutine that nobody awaits."""
    started, ended = threading.Event(), threading.Event()

    async def for_ever() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def nothing() -> None:
        pass

    start = private_loop._Running.start

    def interrupted(running: Any, *handed_over: Any) -> None:
        if begun:
            start(running, *handed_over)
            assert started.wait(5)
        raise KeyboardInterrupt

    loop = PrivateLoop(nothing)
    loop.call(nothing)
    with monkeypatch.context() as patch:
        patch.setattr(private_loop._Running, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            loop.call(for_ever)
    gc.collect()
    assert ended.wait(5 if begun else 0) is begun
    loop.call(nothing)
    loop.close()


def test_what_cannot_begin_is_told() -> None:
    """A call that fails before there is anything to wait for raises where it was made, and the loop goes on."""

    async def nothing() -> None:
        pass

    loop = PrivateLoop(nothing)
    with pytest.raises(TypeError, match="positional argument"):
        loop.call(nothing, "too much")
    loop.call(nothing)
    loop.close()
