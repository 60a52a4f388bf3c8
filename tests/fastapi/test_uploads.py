"""A file that was uploaded to an app, and goes straight on to the voice changer."""

from __future__ import annotations

import io
from typing import Annotated, Any

import aiohttp
import pytest
from fastapi import FastAPI, Form, UploadFile
from fastapi.testclient import TestClient
from starlette.requests import Request

from cartesia_async import Cartesia
from cartesia_async.emulator import Emulator
from cartesia_async.fastapi import AudioResponse, CartesiaDep
from tests.fastapi.conftest import Serving
from tests.fastapi.test_audio import VOICE, WAV, speech

CHANGED: Any = {"voice_id": VOICE, **{f"output_format_{name}": value for name, value in WAV.items()}}


def changing(app: FastAPI) -> FastAPI:
    @app.post("/changed")
    async def change(client: CartesiaDep, clip: UploadFile, voice: Annotated[str, Form()] = VOICE) -> AudioResponse:
        return AudioResponse(client.voice_changer.bytes(clip, **CHANGED | {"voice_id": voice}))

    @app.post("/streamed")
    async def stream(client: CartesiaDep, request: Request) -> AudioResponse:
        return AudioResponse(await client.voice_changer.bytes(request.stream(), **CHANGED))

    return app


@pytest.fixture
def clip(cartesia_client: Cartesia, cartesia_emulator: Emulator) -> bytes:
    audio = cartesia_client.tts.bytes(**speech()).read()
    cartesia_emulator.requests.clear()
    return audio


@pytest.mark.parametrize("size", [None, 3 << 20], ids=["small", "on-disk"])
async def test_an_uploaded_file_goes_straight_on(
    served: Serving,
    http: aiohttp.ClientSession,
    app: FastAPI,
    cartesia_emulator: Emulator,
    clip: bytes,
    size: int | None,
) -> None:
    """An `UploadFile` is a clip, with its name and size, whether Starlette keeps it in memory or on disk."""
    clip += b"\0" * ((size or len(clip)) - len(clip))
    form = aiohttp.FormData()
    form.add_field("clip", io.BytesIO(clip), filename="mine.wav", content_type="audio/x-wav")
    async with http.post(f"{await served(changing(app))}/changed", data=form) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "audio/wav"
        assert (await answer.read()).startswith(b"RIFF")
    [file] = cartesia_emulator.requests.last.files
    assert (file.field, file.filename, file.size) == ("clip", "mine.wav", len(clip))


async def test_a_body_goes_on_while_it_comes(
    served: Serving, http: aiohttp.ClientSession, app: FastAPI, cartesia_emulator: Emulator, clip: bytes
) -> None:
    """A request's body is a clip too, where the endpoint awaits the stream."""
    async with http.post(f"{await served(changing(app))}/streamed", data=clip) as answer:
        assert (await answer.read()).startswith(b"RIFF")
    [file] = cartesia_emulator.requests.last.files
    assert file.size == len(clip)


def test_an_empty_file_is_refused(app: FastAPI, cartesia_emulator: Emulator) -> None:
    """An empty file is a 422 that says so, and nothing is sent for it."""
    with TestClient(changing(app)) as browser:
        told = browser.post("/changed", files={"clip": ("mine.wav", b"")})
    assert told.status_code == 422
    assert "clip must be a file with something left to read" in told.json()["detail"]
    assert len(cartesia_emulator.requests) == 0


def test_a_file_that_is_no_audio_is_the_callers_fault(app: FastAPI, cartesia_emulator: Emulator) -> None:
    """What the service says of a clip it cannot read reaches who sent it."""
    with TestClient(changing(app)) as browser:
        told = browser.post("/changed", files={"clip": ("mine.wav", b"no audio" * 100)})
        unknown = browser.post("/changed", files={"clip": ("mine.wav", b"")}, data={"voice": ".."})
    assert 400 <= told.status_code < 500
    assert told.json()["detail"]
    assert unknown.status_code == 422
    assert unknown.json()["detail"].startswith("voice_id must be")
