"""What the tests of WebSockets share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.streams.sides import Side
from tests.websocket.service import Service, running


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A service that does what the test says."""
    async with running() as service:
        yield service


@pytest.fixture(params=["async", "blocking"])
async def side(request: pytest.FixtureRequest, service: Service) -> AsyncIterator[Side]:
    """Each of the two clients in turn, which never waits before it tries again; it is closed in the end."""
    # Each blocking call has a thread, however many wait at a time.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))
    side = Side(request.param == "blocking")
    prompt(side.connect(service.url))
    yield side
    await side.close()


def prompt(client: object) -> None:
    """Let a client try again at once."""
    client._runner.transport._dice = lambda: 0.0  # type: ignore[attr-defined]
