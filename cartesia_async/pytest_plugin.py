"""
The pytest plugin: an emulator for a test session, and clients bound to it.

pytest loads it in every run, so it loads nothing else: what a fixture needs is imported by the first test that asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from . import AsyncCartesia, Cartesia
    from .emulator import Emulator


@pytest.fixture(scope="session")
def cartesia_emulator_options() -> Mapping[str, Any]:
    """
    Say what the emulator of the tests is made with: the arguments of ``cartesia_async.emulator.Emulator``.

    A fixture of the same name and scope in a ``conftest.py`` takes its place. What it leaves out is as the class has it,
    but for the engine: tests hear ``"tone"``, which is quick, needs no extra, and sounds the same each time.
    """
    return {}


@pytest.fixture(scope="session")
def cartesia_emulator_session(cartesia_emulator_options: Mapping[str, Any]) -> Iterator[Emulator]:
    """Give the emulator to a fixture that outlives a test; it runs from here to the end of the session, on a thread."""
    from .emulator import Emulator

    options: dict[str, Any] = {"engine": "tone", **cartesia_emulator_options}
    with Emulator(**options) as emulator:
        yield emulator


@pytest.fixture
def cartesia_emulator(cartesia_emulator_session: Emulator) -> Emulator:
    """Give a local Cartesia, fresh for each test: the library's voices, no datasets, no requests, no faults."""
    cartesia_emulator_session.reset()
    return cartesia_emulator_session


@pytest.fixture
def cartesia_client(cartesia_emulator: Emulator, cartesia_emulator_options: Mapping[str, Any]) -> Iterator[Cartesia]:
    """Give a blocking client of the emulator, closed after the test."""
    from . import Cartesia

    with Cartesia(_key(cartesia_emulator_options), base_url=cartesia_emulator.base_url) as client:
        yield client


@pytest.fixture
def async_cartesia_client(
    cartesia_emulator: Emulator, cartesia_emulator_options: Mapping[str, Any]
) -> Iterator[AsyncCartesia]:
    """Give a client of the emulator for tests that await, whatever runs them on asyncio; closed after the test."""
    from . import AsyncCartesia

    client = AsyncCartesia(_key(cartesia_emulator_options), base_url=cartesia_emulator.base_url)
    yield client
    # This is no coroutine, so that every async plugin takes it.
    _close(client)


def _close(client: AsyncCartesia) -> None:
    """Close a client on the loop of its test, which is at rest by now, or has ended."""
    sessions = client._runner.transport.sessions  # noqa: SLF001 (its public `close` is awaited on a loop)
    for loop in sessions.loops:
        if not loop.is_closed() and not loop.is_running():
            loop.run_until_complete(client.close())
    sessions.abandon()


def _key(options: Mapping[str, Any]) -> str:
    return min(options.get("api_keys") or ("test",))
