"""What the tests of strength share: emulators in which nothing unforeseen may happen, and what to ask of them."""

from __future__ import annotations

import array
import io
import math
import wave
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cartesia_async.emulator import Emulator

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
HEADERS = {"X-API-Key": "k", "Cartesia-Version": "2026-08-14"}
FORMAT = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000}
SPEECH: dict[str, Any] = {"model_id": "sonic-3", "transcript": "Hello, world!", "voice": VOICE, "output_format": FORMAT}
FORM = {
    "voice[id]": VOICE,
    "output_format[container]": "raw",
    "output_format[encoding]": "pcm_s16le",
    "output_format[sample_rate]": "16000",
}
# All that takes a body, with what a file is called there.
UPLOADS = {
    "/voices/clone": ("clip", {"name": "n", "language": "en"}),
    "/voice-changer/bytes": ("clip", FORM),
    "/voice-changer/sse": ("clip", FORM),
    "/datasets/{dataset}/files": ("file", {"purpose": "fine_tune"}),
}


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """Give a running emulator; nothing unforeseen may have happened in it."""
    async with Emulator(engine="tone") as running:
        yield running
    assert running.crashes == ()


def tone(seconds: float, *, pitch: float = 150.0, rate: int = 16_000) -> bytes:
    """Make a clip of a tone, as a WAV file of 16 bits."""
    samples = array.array(
        "h", (round(9_000 * math.sin(2 * math.pi * pitch * at / rate)) for at in range(round(seconds * rate)))
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples.tobytes())
    return file.getvalue()
