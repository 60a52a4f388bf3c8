"""
An emulator for clients that others wrote.

Each folder is for one client, which must be installed: `nox -s interop` does so. The ordinary run leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cartesia_async.emulator import Emulator
from tests.interop.sound import tone

CLIP_SECONDS = 2.0


@pytest.fixture(autouse=True)
def nothing_left() -> None:
    """Let be what the clients of others leave behind."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Give a running emulator; nothing unforeseen may have happened in it."""
    with Emulator(engine="tone") as running:
        yield running
        assert running.crashes == ()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Give a file with two seconds of a voice-like tone of 150 Hz."""
    path = tmp_path / "clip.wav"
    path.write_bytes(tone(150, CLIP_SECONDS))
    return path
