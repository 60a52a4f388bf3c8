"""What all tests share: a clean environment, a server of their own, and a look for what was left behind."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import settings

from cartesia_async._io.private_loop import THREAD_NAME

settings.register_profile("quick", max_examples=60, deadline=None)
settings.load_profile("quick")

KEY = "sk_car_test_0123456789"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[..., Awaitable[str]]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine's own environment says of the service."""
    for name in [name for name in os.environ if name.startswith("CARTESIA_")]:
        monkeypatch.delenv(name)


def _open_sockets() -> set[str]:
    # Where the system does not show its descriptors, the threads and tasks are still looked for.
    folder = Path("/proc/self/fd")
    if not folder.exists():
        return set()
    links = set()
    for entry in folder.iterdir():
        try:
            target = os.readlink(entry)
        except OSError:
            continue
        if target.startswith("socket:"):
            links.add(target)
    return links


def _ours() -> set[str]:
    # An emulator that serves several tests takes on workers as it needs them: its own tests look at those.
    threads = {f"{thread.name} {thread.ident}" for thread in threading.enumerate() if thread.name == THREAD_NAME}
    return threads | _open_sockets()


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Fail a test that leaves a thread of ours or a socket behind."""
    before = _ours()
    yield
    # The other end of a connection may be a server that runs on: it closes in a moment, on its own loop.
    until = time.monotonic() + 3
    while _ours() - before and time.monotonic() < until:
        gc.collect()
        time.sleep(0.01)
    assert _ours() - before == set()


@pytest.fixture
async def no_task_left() -> AsyncIterator[None]:
    """Fail a test that leaves a task on its loop."""
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(0)
    left = {task for task in asyncio.all_tasks() - before if task is not asyncio.current_task()}
    assert left == set()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the fixture `no_task_left` look after each asynchronous test, and no other: a loop costs more than a short test."""
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function):
            item.fixturenames.insert(0, "no_task_left")


def pytest_collection_finish() -> None:
    """Put what was imported and collected where no collection of garbage looks: it lives as long as the run.

    Many tests collect all garbage, and each time would search some million objects that none of them made.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start real servers: ``await serve(handler)`` answers every request by *handler* and gives the base URL."""
    servers: list[TestServer] = []

    async def start(handler: Handler, **options: object) -> str:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/{path:.*}", handler)
        server = TestServer(app, **options)
        await server.start_server()
        servers.append(server)
        return f"http://127.0.0.1:{server.port}"

    yield start
    for server in servers:
        await server.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A plain session, for a look from outside."""
    async with aiohttp.ClientSession() as session:
        yield session
