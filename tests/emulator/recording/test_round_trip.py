"""Recorded from a service, and answered from the recordings: the same to the last byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from cartesia_async import AsyncCartesia, Cartesia, NotFoundError, StreamInterruptedError
from cartesia_async.emulator import Emulator, Recorder

from .conftest import KEY, VOICE

CHANGE: dict[str, Any] = {
    "voice_id": VOICE,
    "output_format_container": "raw",
    "output_format_sample_rate": 16_000,
    "output_format_encoding": "pcm_s16le",
}
HEADERS = {"X-API-Key": KEY, "Cartesia-Version": "2026-08-14"}


async def _answer(base_url: str, method: str, path: str, **options: Any) -> tuple[int, dict[str, str], list[bytes]]:
    async with (
        aiohttp.ClientSession(base_url, headers=HEADERS) as session,
        session.request(method, path, **options) as response,
    ):
        # Where there is no body, aiohttp gives empty pieces for ever.
        pieces = [] if response.content.at_eof() else [piece async for piece, _ in response.content.iter_chunks()]
        headers = {name: response.headers[name] for name in response.headers if name not in {"Date", "Server"}}
        return response.status, headers, list(filter(None, pieces))


def _form(clip: bytes) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("voice[id]", VOICE)
    form.add_field("output_format[container]", "raw")
    form.add_field("output_format[sample_rate]", "16000")
    form.add_field("output_format[encoding]", "pcm_s16le")
    form.add_field("clip", clip, filename="clip.wav", content_type="audio/wav")
    return form


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/", {}, 200),
        ("GET", "/voices?limit=2", {}, 200),
        ("GET", "/voices/none", {}, 404),
        ("DELETE", f"/voices/{VOICE}", {}, None),
        ("POST", "/tts/bytes", {"json": "speech"}, 200),
        ("POST", "/tts/sse", {"json": "speech"}, 200),
        ("POST", "/tts/sse", {"json": {}}, 400),
        ("POST", "/voice-changer/bytes", {"data": "form"}, 200),
        ("POST", "/voice-changer/sse", {"data": "form"}, 200),
        ("HEAD", "/", {}, None),
    ],
)
async def test_the_same_answer(
    method: str,
    path: str,
    options: dict[str, Any],
    status: int | None,
    service: Emulator,
    folder: Path,
    speech: dict[str, object],
    clip: bytes,
) -> None:
    """Status, headers, body and the places where it is cut are the same, recorded and replayed."""

    def given() -> dict[str, Any]:
        values = {"speech": lambda: speech, "form": lambda: _form(clip)}
        return {name: values[value]() if isinstance(value, str) else value for name, value in options.items()}

    async with Recorder(folder, target=service.base_url) as recorder:
        recorded = await _answer(recorder.base_url, method, path, **given())
    assert status in {recorded[0], None}
    async with Emulator(replay=folder) as emulator:
        for _ in range(2):
            assert await _answer(emulator.base_url, method, path, **given()) == recorded
        assert emulator.unmatched == ()
        assert emulator.crashes == ()
    if "sse" in path and status == 200:
        assert len(recorded[2]) > 2


async def _calls(base_url: str, speech: dict[str, Any], clip: bytes) -> list[object]:
    """Call one of each kind, and give all that comes back."""
    async with AsyncCartesia(KEY, base_url=base_url) as client:
        info = await client.api_status.get()
        voices = [voice async for voice in client.voices.list(limit=30)]
        audio = [chunk async for chunk in client.tts.bytes(**speech)]
        events = [event async for event in client.tts.sse(**speech, add_timestamps=True)]
        changed = [event async for event in client.voice_changer.sse(clip, **CHANGE)]
        cloned = await client.voices.clone(clip, name="Me", language="en")
        voice = await client.voices.get(cloned.id)
        renamed = await client.voices.update(cloned.id, name="You", description="You")
        again = await client.voices.get(cloned.id)
        await client.voices.delete(cloned.id)
        with pytest.raises(NotFoundError) as gone:
            await client.voices.get(cloned.id)
        assert (voice.name, again.name) == ("Me", "You")
        return [info, voices, b"".join(audio), events, changed, cloned, voice, renamed, again, str(gone.value)]


async def test_our_client(service: Emulator, folder: Path, speech: dict[str, Any], clip: bytes) -> None:
    """Everything that this library's client gives is the same: pages, audio, events, uploads, what changed, errors."""
    async with Recorder(folder, target=service.base_url) as recorder:
        recorded = await _calls(recorder.base_url, speech, clip)
    async with Emulator(replay=folder) as emulator:
        assert await _calls(emulator.base_url, speech, clip) == recorded
        assert emulator.unmatched == ()


def test_the_blocking_client(folder: Path, speech: dict[str, Any], clip: bytes, tmp_path: Path) -> None:
    """Recorder and replay serve blocking code, an upload from a file included."""
    path = tmp_path / "clip.wav"
    path.write_bytes(clip)

    def ask(base_url: str) -> list[object]:
        with Cartesia(KEY, base_url=base_url) as client:
            return [client.voice_changer.bytes(path, **CHANGE).read(), list(client.tts.sse(**speech))]

    with Emulator(engine="tone") as service, Recorder(folder, target=service.base_url) as recorder:
        recorded = ask(recorder.base_url)
    with Emulator(replay=folder) as emulator:
        assert ask(emulator.base_url) == recorded


async def test_leaving_a_stream(service: Emulator, folder: Path, speech: dict[str, Any]) -> None:
    """A stream that was left in the middle is replayed as far as it had come, and then is interrupted."""
    service.fail("/tts/sse", stall_after=2)
    async with Recorder(folder, target=service.base_url) as recorder:
        async with AsyncCartesia(KEY, base_url=recorder.base_url) as client:
            recorded = []
            async for event in client.tts.sse(**speech):
                recorded.append(event)
                if len(recorded) == 2:
                    break
    async with Emulator(replay=folder) as emulator, AsyncCartesia(KEY, base_url=emulator.base_url) as client:
        replayed = []
        with pytest.raises(StreamInterruptedError):
            async for event in client.tts.sse(**speech):
                replayed.append(event)
    assert replayed == recorded


def test_imports_are_lazy() -> None:
    """Importing the package loads no server; the recorder is there when it is asked for."""
    script = (
        "import sys, cartesia_async.emulator as e; assert 'aiohttp.web' not in sys.modules; "
        "assert e.Recorder.__name__ == 'Recorder'; assert {'Recorder', 'RecordingError', 'Unmatched'} <= set(dir(e))"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
