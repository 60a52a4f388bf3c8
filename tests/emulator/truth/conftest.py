"""One emulator of each engine for all these tests, which change nothing that another could hear, and clients of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cartesia_async import Cartesia
from cartesia_async.emulator import Emulator


@pytest.fixture(scope="package")
def beeping() -> Iterator[Emulator]:
    """Give an emulator that beeps; nothing unforeseen may have happened in it."""
    with Emulator(engine="tone") as emulator:
        yield emulator
        assert emulator.crashes == ()


@pytest.fixture(scope="package")
def speaking() -> Iterator[Emulator]:
    """Give an emulator that speaks; nothing unforeseen may have happened in it."""
    with Emulator(engine="espeak") as emulator:
        yield emulator
        assert emulator.crashes == ()


@pytest.fixture
def beeps(beeping: Emulator) -> Iterator[Cartesia]:
    """Give a client of the one that beeps."""
    with Cartesia(api_key="k", base_url=beeping.base_url, max_retries=0) as client:
        yield client


@pytest.fixture
def speech(speaking: Emulator) -> Iterator[Cartesia]:
    """Give a client of the one that speaks."""
    with Cartesia(api_key="k", base_url=speaking.base_url, max_retries=0) as client:
        yield client
