"""A tone emulator, a plain HTTP session against it, and a clip."""

from __future__ import annotations

import array
import io
import math
import wave
from collections.abc import AsyncIterator

import aiohttp
import pytest

from cartesia_async.emulator.server import Emulator

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """Give a running emulator; nothing unforeseen may have happened in it."""
    async with Emulator(engine="tone") as running:
        yield running
    assert list(running.crashes) == []


@pytest.fixture
async def session(emulator: Emulator) -> AsyncIterator[aiohttp.ClientSession]:
    """Give a session with a credential and the newest version."""
    headers = {"X-API-Key": "sk_car_secret", "Cartesia-Version": "2026-08-14"}
    async with aiohttp.ClientSession(emulator.base_url, headers=headers) as plain:
        yield plain


@pytest.fixture(scope="session")
def clip() -> bytes:
    """Give a second of a 150 Hz tone, 16-bit wav."""
    rate = 16_000
    samples = array.array("h", (round(9_000 * math.sin(2 * math.pi * 150 * n / rate)) for n in range(rate)))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


@pytest.fixture
def speech() -> dict[str, object]:
    """Give the body of a speech call, as versions up to 2026-03-01 and later ones both take it."""
    return {
        "model_id": "sonic-3",
        "transcript": "Hello, world!",
        "voice": {"mode": "id", "id": VOICE},
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000},
    }
