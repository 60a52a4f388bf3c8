"""A tone emulator, and a connection to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cartesia_async.emulator import Emulator
from tests.emulator.websocket.talking import Talk, talk


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """Give a running emulator; nothing unforeseen may have happened in it."""
    async with Emulator(engine="tone") as running:
        yield running
    assert running.crashes == ()


@pytest.fixture
async def one(emulator: Emulator) -> AsyncIterator[Talk]:
    """Give a connection of the newest version."""
    async with talk(emulator) as connection:
        yield connection
