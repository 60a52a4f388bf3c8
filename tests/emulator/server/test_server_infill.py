"""Infill: speech between two stretches of audio."""

from __future__ import annotations

import aiohttp
import pytest

from cartesia_async.emulator.server import Emulator

from .conftest import VOICE

FIELDS = {
    "model_id": "sonic-2",
    "language": "en",
    "transcript": "and then",
    "voice_id": VOICE,
    "output_format[container]": "raw",
    "output_format[encoding]": "pcm_s16le",
    "output_format[sample_rate]": "16000",
}


def form_of(clip: bytes, fields: dict[str, str], *files: str) -> aiohttp.FormData:
    form = aiohttp.FormData(fields)
    for name in files:
        form.add_field(name, clip, filename=f"{name}.wav", content_type="audio/wav")
    return form


@pytest.mark.parametrize("version", ["2024-06-10", "2025-11-04", "2026-08-14"])
@pytest.mark.parametrize("files", [("left_audio",), ("right_audio",), ("left_audio", "right_audio")], ids="+".join)
async def test_the_text_is_spoken(
    emulator: Emulator, session: aiohttp.ClientSession, clip: bytes, version: str, files: tuple[str, ...]
) -> None:
    """The answer is what `/tts/bytes` says of the same text; either stretch may be left out, and both are in the log."""
    headers = {"Cartesia-Version": version}
    async with session.post("/infill/bytes", data=form_of(clip, FIELDS, *files), headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "audio/pcm")
        audio = await answer.read()
    received = emulator.requests.last
    assert [(file.field, file.size) for file in received.files] == [(name, len(clip)) for name in files]
    assert received.speech is not None
    assert (received.speech.transcript, received.speech.voice, received.speech.model_id) == (
        "and then",
        VOICE,
        "sonic-2",
    )
    assert received.speech.output_format["sample_rate"] == 16_000
    said = {
        "model_id": "sonic-2",
        "language": "en",
        "transcript": "and then",
        "voice": {"mode": "id", "id": VOICE},
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000},
    }
    async with session.post("/tts/bytes", json=said) as answer:
        assert await answer.read() == audio


@pytest.mark.parametrize(
    ("change", "files", "status", "named"),
    [
        ({}, (), 400, "`left_audio` and `right_audio`"),
        ({}, ("middle_audio",), 400, "`left_audio`"),
        ({"voice_id": "unknown"}, ("left_audio",), 404, "voice"),
        ({"voice_id": ""}, ("left_audio",), 400, "voice_id"),
        ({"transcript": " "}, ("left_audio",), 400, "transcript"),
        ({"model_id": ""}, ("left_audio",), 400, "model_id"),
        ({"language": "klingon"}, ("left_audio",), 400, "language"),
        ({"output_format[sample_rate]": "1"}, ("left_audio",), 400, "output_format.sample_rate"),
    ],
)
async def test_nonsense_is_refused(
    session: aiohttp.ClientSession, clip: bytes, change: dict[str, str], files: tuple[str, ...], status: int, named: str
) -> None:
    """What is wrong is named."""
    form = form_of(clip, FIELDS | change, *files)
    if not files:
        form.add_field("other", b"x", filename="x")
    async with session.post("/infill/bytes", data=form) as answer:
        assert answer.status == status
        assert named in (await answer.json())["message"]


async def test_it_needs_a_place(clip: bytes) -> None:
    """It counts where the calls that speak are limited."""
    headers = {"X-API-Key": "k", "Cartesia-Version": "2026-08-14"}
    async with Emulator(engine="tone", concurrency=1) as emulator:
        emulator.fail("/infill/bytes", stall_after=100)
        async with aiohttp.ClientSession(emulator.base_url, headers=headers) as session:
            async with session.post("/infill/bytes", data=form_of(clip, FIELDS, "left_audio")) as first:
                await first.content.readexactly(100)
                async with session.post("/infill/bytes", data=form_of(clip, FIELDS, "left_audio")) as second:
                    assert second.status == 429
