"""Every bad request is refused with a status of 4xx, in the error shape of the version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
import pytest

from cartesia_async.emulator import Emulator
from cartesia_async.emulator.engines.protocol import Piece, Utterance
from cartesia_async.emulator.engines.tone import ToneEngine
from tests.emulator.fidelity.conftest import SARAH, SPEECH, Answer, Asker
from tests.emulator.fidelity.description import description, events_in

NOBODY = "00000000-0000-4000-8000-000000000000"
TARGET = {"language": "es", "original_speaker_gender": "male"}
FORMAT = SPEECH["output_format"]
CHANGED = {
    "voice[id]": SARAH,
    "output_format[container]": "raw",
    "output_format[encoding]": "pcm_s16le",
    "output_format[sample_rate]": "16000",
}


def form(fields: Mapping[str, str], file: str | None) -> aiohttp.MultipartWriter:
    """Make a form, with a file that is no audio."""
    writer = aiohttp.MultipartWriter("form-data")
    for name, value in fields.items():
        writer.append(value).set_content_disposition("form-data", name=name)
    if file is not None:
        writer.append(b"no audio").set_content_disposition("form-data", name=file, filename="a.wav")
    return writer


# What is sent (a form as its fields and the name of its file), and what the answer must name; `voice` stands for the
# error of a voice that is not there.
REFUSED: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "no-model": ("POST", "/tts/bytes", {"json": SPEECH | {"model_id": None}}, "`model_id` is required"),
    "no-text": ("POST", "/tts/bytes", {"json": SPEECH | {"transcript": " "}}, "Invalid transcript"),
    "odd-rate": (
        "POST",
        "/tts/bytes",
        {"json": SPEECH | {"output_format": FORMAT | {"sample_rate": 1}}},
        "sample_rate",
    ),
    "odd-language": ("POST", "/tts/bytes", {"json": SPEECH | {"language": "xx"}}, "Invalid language"),
    "odd-speed": ("POST", "/tts/bytes", {"json": SPEECH | {"speed": "mad"}}, "speed"),
    "no-voice": ("POST", "/tts/bytes", {"json": SPEECH | {"voice": {"mode": "id", "id": NOBODY}}}, "voice"),
    "an-embedding": ("POST", "/tts/bytes", {"json": SPEECH | {"voice": {"mode": "embedding"}}}, "voice.mode"),
    "no-object": ("POST", "/tts/sse", {"json": [SPEECH]}, "Invalid JSON"),
    "no-json": ("POST", "/tts/sse", {"data": b"{"}, "Invalid JSON"),
    "a-file": ("POST", "/tts/sse", {"json": SPEECH | {"output_format": FORMAT | {"container": "mp3"}}}, "container"),
    "no-audio": ("POST", "/voice-changer/bytes", {"form": (CHANGED, "clip")}, "Unsupported audio format"),
    "no-clip": ("POST", "/voice-changer/bytes", {"form": (CHANGED, None)}, "`clip` is required"),
    "odd-voice": ("POST", "/voice-changer/sse", {"form": (CHANGED | {"voice[id]": NOBODY}, "clip")}, "voice"),
    "no-form": ("POST", "/voice-changer/sse", {"json": CHANGED}, "Unsupported media type"),
    "no-name": ("POST", "/voices/clone", {"form": ({"language": "en"}, "clip")}, "`name` is required"),
    "odd-base": (
        "POST",
        "/voices/clone",
        {"form": ({"name": "x", "language": "en", "base_voice_id": NOBODY}, "clip")},
        "voice",
    ),
    "localize-nobody": ("POST", "/voices/localize", {"json": TARGET | {"voice_id": NOBODY, "name": "x"}}, "voice"),
    "odd-dialect": ("POST", "/voices/localize", {"json": TARGET | {"voice_id": SARAH, "dialect": "br"}}, "dialect"),
    "odd-limit": ("GET", "/voices", {"params": {"limit": 101}}, "limit"),
    "odd-cursor": ("GET", "/voices", {"params": {"starting_after": NOBODY}}, "starting_after"),
    "odd-expand": ("GET", "/voices", {"params": {"expand[]": "embedding"}}, "expand"),
    "get-nobody": ("GET", "/voices/{id}", {"id": NOBODY}, "voice"),
    "delete-nobody": ("DELETE", "/voices/{id}", {"id": NOBODY}, "voice"),
    "odd-gender": ("PATCH", "/voices/{id}", {"id": SARAH, "json": {"gender": "x"}}, "gender"),
    "no-dataset-name": ("POST", "/datasets/", {"json": {"description": ""}}, "`name` is required"),
    "no-dataset": ("GET", "/datasets/{id}", {"id": NOBODY}, "no such dataset"),
    "no-dataset-to-change": ("PATCH", "/datasets/{id}", {"id": NOBODY, "json": {}}, "no such dataset"),
    "no-dataset-to-delete": ("DELETE", "/datasets/{id}", {"id": NOBODY}, "no such dataset"),
    "no-dataset-to-list": ("GET", "/datasets/{id}/files", {"id": NOBODY}, "no such dataset"),
    "no-dataset-to-fill": ("POST", "/datasets/{id}/files", {"id": NOBODY, "form": ({}, "file")}, "no such dataset"),
    "odd-path": ("GET", "/nothing", {}, "no such path"),
    "odd-method": ("PATCH", "/tts/bytes", {"json": {}}, "This path takes POST"),
    "gone": ("POST", "/voices/mix", {"json": {}}, "no such path in this version"),
}


def check_error(answer: Answer, version: str, said: str) -> None:
    """An error is a title and a message, as text or as an object with an id."""
    assert 400 <= answer.status < 500
    if version < "2026-03-01":
        assert answer.content_type == "text/plain"
        text = answer.body.decode()
        assert ": " in text
    else:
        assert answer.content_type == "application/json"
        assert set(answer.json) == {"error_code", "title", "message", "request_id"}
        assert answer.json["request_id"] == answer.headers["x-request-id"]
        text = f"{answer.json['title']}: {answer.json['message']}"
    if said == "voice":
        assert text == "Invalid voice: The voice is not valid, make sure it is a valid voice ID."
        assert answer.status == (400 if version < "2026-03-01" else 404)
    assert said in text


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_wrong_is_told(ask: Asker, name: str) -> None:
    """What is wrong is named, in the shape of the version."""
    method, path, sent, said = REFUSED[name]
    if "form" in sent:
        sent = {"id": sent.get("id", ""), "data": form(*sent["form"])}
    check_error(await ask(method, path, **sent), str(ask.session.headers["Cartesia-Version"]), said)


class FailingEngine(ToneEngine):
    """Says half of it."""

    def speak(self, utterance: Utterance) -> Iterator[Piece]:
        """Begin, and fail."""
        yield next(iter(super().speak(utterance)))
        raise OSError("lost its voice")


async def test_what_fails_midway_is_told_by_an_event() -> None:
    """The error that ends a stream is the event described; versions before 2026-03-01 have an older shape."""
    async with Emulator(engine=FailingEngine()) as emulator, aiohttp.ClientSession(emulator.base_url) as session:
        for version, schema in (("2026-03-01", "TTSSSEErrorEvent"), ("2025-11-04", None)):
            headers = {"Authorization": "Bearer k", "Cartesia-Version": version}
            async with session.post("/tts/sse", json=SPEECH, headers=headers) as answer:
                *_, last = events_in(await answer.read())
            if schema is None:
                assert last["error"] == "Unexpected error: An unexpected error occurred."
            else:
                description().check_event(schema, last)
        assert len(emulator.crashes) == 2
