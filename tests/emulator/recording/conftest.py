"""A real service to record (an emulator that beeps), and a clip."""

from __future__ import annotations

import io
import math
import wave
from array import array
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cartesia_async.emulator import Emulator

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
KEY = "sk_car_secret_0123456789"


@pytest.fixture
async def service() -> AsyncIterator[Emulator]:
    """Give what stands in for the service."""
    async with Emulator(engine="tone", api_keys=[KEY]) as running:
        yield running
    assert running.crashes == ()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder for recordings, which is not there yet."""
    return tmp_path / "recorded" / "here"


@pytest.fixture
def speech() -> dict[str, object]:
    """Give the body of a speech call."""
    return {
        "model_id": "sonic-3",
        "transcript": "Hello, world!",
        "voice": {"mode": "id", "id": VOICE},
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000},
    }


@pytest.fixture(scope="session")
def clip() -> bytes:
    """Give a second of a 150 Hz tone, 16-bit wav."""
    rate = 16_000
    samples = array("h", (round(9_000 * math.sin(2 * math.pi * 150 * n / rate)) for n in range(rate)))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples.tobytes())
    return file.getvalue()
