"""What the tests of lives and deaths share: a server on its own thread, clients, and processes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from cartesia_async import Cartesia
from tests.conftest import KEY
from tests.lifecycle.service import service
from tests.processes import complaints
from tests.servers import RawServer, raw_server

ROOT = Path(__file__).parents[2]
Python = Callable[..., "subprocess.Popen[str]"]


def _serve(started: Future[tuple[RawServer, asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
    async def main() -> None:
        over = asyncio.Event()
        async with raw_server(service) as seen:
            started.set_result((seen, asyncio.get_running_loop(), over))
            await over.wait()

    asyncio.run(main())


@pytest.fixture
def server() -> Iterator[RawServer]:
    """The service, on a thread of its own."""
    started = Future[tuple[RawServer, asyncio.AbstractEventLoop, asyncio.Event]]()
    thread = threading.Thread(target=_serve, args=(started,), name="server")
    thread.start()
    seen, loop, over = started.result(5)
    yield seen
    loop.call_soon_threadsafe(over.set)
    thread.join(5)


@pytest.fixture
def client(server: RawServer) -> Iterator[Cartesia]:
    """A blocking client of it."""
    with Cartesia(KEY, base_url=server.url) as client:
        yield client


@pytest.fixture
def python(server: RawServer) -> Iterator[Python]:
    """Start processes that run a script with the service's address in ``URL``; none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def start(script: str, *options: str, bare: bool = False, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *options, "-c", script if bare else _PRELUDE + script],
            env={**_environment(), "URL": server.url, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


_PRELUDE = """
import os, sys
from cartesia_async import AsyncCartesia, Cartesia
from tests.lifecycle.service import SPEECH
HOLD = {**SPEECH, "transcript": "hold"}
WAIT = {**SPEECH, "transcript": "wait"}
URL = os.environ["URL"]
KEY = "sk_car_test_0123456789"
"""


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CARTESIA_", "COV_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"}


def finished(process: subprocess.Popen[str], seconds: float = 15) -> tuple[int, str, str]:
    """Wait for a process and give its exit status, what it wrote, and what it wrote on standard error."""
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, complaints(err.encode()).decode()
