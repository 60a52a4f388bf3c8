"""WebSockets in programs that are interrupted, fork, or simply end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from tests.conftest import KEY
from tests.websocket.service import SPEECH, WAIT, Service

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has neither fork nor SIGINT")

_HEAD = f"""
import os, signal, sys
from cartesia_async import AsyncCartesia, Cartesia
KEY, URL, SPEECH = {KEY!r}, sys.argv[1], {SPEECH!r}
signal.signal(signal.SIGINT, signal.default_int_handler)
"""


async def _start(service: Service, script: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "default", "-c", _HEAD + script, service.url, stdin=pipe, stdout=pipe, stderr=pipe
    )


async def _end(process: asyncio.subprocess.Process, given: bytes = b"") -> tuple[int | None, str, str]:
    try:
        out, err = await asyncio.wait_for(process.communicate(given), WAIT)
    except TimeoutError:
        process.kill()
        raise
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize(
    "reading",
    ["for _ in context: pass", "context.collect()", "ws.stream(iter(['Hello ', 'there.']), **SPEECH).read()"],
    ids=["events", "collected", "stream"],
)
async def test_ctrl_c(service: Service, reading: str) -> None:
    """Ctrl-C stops a blocking reader at once; the context is ended on the service, and the WebSocket serves on."""
    script = f"""
client = Cartesia(KEY, base_url=URL)
with client.tts.websocket() as ws:
    context = ws.context(**SPEECH)
    context.send("Hello there.")
    try:
        {reading}
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    again = ws.context(**SPEECH, context_id="again")
    again.send("Again.")
    print(again.collect().data.decode(), flush=True)
client.close()
"""
    process = await _start(service, script)
    peer = await service.connection()
    name = (await peer.next())["context_id"]
    if "stream" in reading:
        name = (await peer.next())["context_id"]
    await asyncio.sleep(0.1)
    process.send_signal(signal.SIGINT)
    while (message := await peer.next()).get("cancel") is None:
        pass
    assert message["context_id"] == name
    while (message := await peer.next())["context_id"] != "again":
        pass
    await peer.audio("again", b"heard")
    await peer.done("again")
    code, out, err = await _end(process)
    assert (code, out.split(), err) == (0, ["interrupted", "heard"], "")


async def test_ctrl_c_in_asyncio_run(service: Service) -> None:
    """Ctrl-C in `asyncio.run` ends the context and the connection, and adds nothing to what Python says."""
    script = """
import asyncio
async def main():
    async with AsyncCartesia(KEY, base_url=URL) as client, client.tts.websocket() as ws:
        context = ws.context(**SPEECH)
        await context.send("Hello.")
        async for event in context: pass
asyncio.run(main())
"""
    process = await _start(service, script)
    peer = await service.connection()
    await peer.next()
    await asyncio.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert [message.get("cancel") for message in await peer.closed()] == [True]
    code, _, err = await _end(process)
    assert code == -signal.SIGINT
    assert err.count("Traceback (most") <= 2
    assert "Warning" not in err
    assert err.splitlines()[-1] == "KeyboardInterrupt"


async def test_an_exit_with_everything_open(service: Service) -> None:
    """A program that ends with WebSockets, contexts and streams open ends quickly, without a word."""
    script = """
client = Cartesia(KEY, base_url=URL)
ws = client.tts.websocket().__enter__()
context = ws.context(**SPEECH)
context.send("Hello.")
events = iter(context)
stream = client.tts.stream(["Hello ", "there."], **SPEECH).__enter__()
print("ready", flush=True)
sys.stdin.readline()
"""
    process = await _start(service, script)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    code, _, err = await _end(process, b"\n")
    assert (code, err) == (0, "")
    for _ in range(2):
        await (await service.connection()).closed()


async def test_a_fork_leaves_it_to_the_parent(service: Service) -> None:
    """In a forked child a WebSocket says that it is the parent's, and dropping it disturbs nothing; the parent's goes on."""
    script = """
import gc, warnings
warnings.filterwarnings("ignore", "This process", DeprecationWarning)
client = Cartesia(KEY, base_url=URL)
ws = client.tts.websocket().__enter__()
context = ws.context(**SPEECH, context_id="parent")
context.send("Hello.")
events = iter(context)
if (child := os.fork()) == 0:
    try:
        ws.context(**SPEECH).send("Hello.")
    except RuntimeError as error:
        assert "forked" in str(error), error
        del events, context, ws
        gc.collect()
        os._exit(7)
    os._exit(1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
print("forked", flush=True)
print(b"".join(event.data for event in events if event.type == "chunk").decode())
ws.close()
client.close()
"""
    process = await _start(service, script)
    peer = await service.connection()
    await peer.next()
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), WAIT) == b"forked\n"
    await peer.audio("parent", b"whole")
    await peer.done("parent")
    code, out, err = await _end(process)
    assert (code, out, err) == (0, "whole\n", "")
    assert await peer.closed() == []


_HANGING = """
import threading
def text():
    yield "Hello "
    threading.Event().wait()
"""
_BLOCKING = """
client = Cartesia(KEY, base_url=URL)
stream = client.tts.stream(text(), **SPEECH)
"""
_ASYNC = """
import asyncio
async def main():
    async with AsyncCartesia(KEY, base_url=URL) as client:
        async for piece in client.tts.stream(text(), **SPEECH):
            {then}
"""


@pytest.mark.parametrize(
    "script",
    [
        _BLOCKING + "for piece in stream: break\nclient.close()\nprint('left', flush=True)",
        _BLOCKING + "items = iter(stream); next(items)\nclient.close()\nprint('left', flush=True)",
        _BLOCKING + "items = iter(stream); next(items)\nprint('left', flush=True)",
        _ASYNC.format(then="break") + "asyncio.run(main())\nprint('left', flush=True)",
    ],
    ids=["break", "close", "exit", "async"],
)
async def test_a_text_that_never_returns(service: Service, script: str) -> None:
    """A source of text that hangs on its thread keeps neither a stream from being left nor the program from ending."""
    process = await _start(service, _HANGING + script)
    peer = await service.connection()
    name = (await peer.next())["context_id"]
    await peer.audio(name)
    code, out, err = await _end(process)
    assert (code, out, err) == (0, "left\n", "")
    assert await peer.closed() == [{"context_id": name, "cancel": True}]


@pytest.mark.parametrize(
    "script",
    [
        _BLOCKING + "for piece in stream: print('heard', flush=True)",
        _ASYNC.format(then="print('heard', flush=True)") + "asyncio.run(main())",
    ],
    ids=["blocking", "async"],
)
async def test_ctrl_c_while_the_text_never_returns(service: Service, script: str) -> None:
    """Ctrl-C ends a program whose source of text hangs, and the context on the service."""
    process = await _start(service, _HANGING + script)
    peer = await service.connection()
    name = (await peer.next())["context_id"]
    await peer.audio(name)
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), WAIT) == b"heard\n"
    process.send_signal(signal.SIGINT)
    code, _, err = await _end(process)
    assert code == -signal.SIGINT
    assert err.splitlines()[-1] == "KeyboardInterrupt"
    assert await peer.closed() == [{"context_id": name, "cancel": True}]
