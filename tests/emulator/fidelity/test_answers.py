"""Every good answer is as the service's own description says."""

from __future__ import annotations

import array
import io
import math
import wave
from collections.abc import Awaitable, Callable, Mapping
from importlib.util import find_spec

import aiohttp
import pytest

from cartesia_async.emulator.asked_version import has
from cartesia_async.emulator.routes import TABLE
from tests.emulator.fidelity.conftest import SARAH, SPEECH, Asker
from tests.emulator.fidelity.description import AUDIO, VERSION, Deviation, description, events_in

# What the emulator serves in this version and OpenAPI can describe, which it cannot WebSockets; the previews, to which
# `preview_file_url` leads, are no part of the API.
SERVED = {
    (route.method, route.path)
    for route in TABLE.routes
    if route.path != "/previews/{file}"
    and not route.path.endswith("/websocket")
    and (route.feature is None or has(route.feature, VERSION))
}


def clip() -> bytes:
    """Make half a second of a tone, as a WAV file."""
    rate = 16_000
    samples = array.array("h", (round(9_000 * math.sin(2 * math.pi * 150 * n / rate)) for n in range(rate // 2)))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def form(fields: Mapping[str, str], file: str = "clip", content: bytes | None = None) -> aiohttp.FormData:
    """Make a form with a file."""
    made = aiohttp.FormData(fields)
    made.add_field(file, clip() if content is None else content, filename="a.wav", content_type="audio/wav")
    return made


def changed(container: str) -> dict[str, str]:
    """Give the fields of the voice changer."""
    rest = {"bit_rate": "64000"} if container == "mp3" else {"encoding": "pcm_s16le"}
    format = {"container": container, "sample_rate": "16000", **rest}
    return {"voice[id]": SARAH} | {f"output_format[{name}]": value for name, value in format.items()}


def infill(container: str) -> dict[str, str]:
    """Give the fields of infill."""
    said = {"model_id": "sonic-2", "language": "en", "transcript": "and so", "voice_id": SARAH}
    return said | {name: value for name, value in changed(container).items() if name != "voice[id]"}


def test_what_is_served_is_described() -> None:
    """Each call that the emulator has in this version stands in the description."""
    assert {(method, path.replace("{file}", "{fileID}")) for method, path in SERVED} <= description().operations


async def status(ask: Asker) -> None:
    """The status is as described."""
    assert (await ask("GET", "/")).json["ok"] is True


async def audio(ask: Asker) -> None:
    """Speech, a clip in another voice, and what is put between two, are audio of the container's type."""
    for container in AUDIO if find_spec("soundfile") else ("raw", "wav"):
        rest = {"bit_rate": 64_000} if container == "mp3" else {"encoding": "pcm_mulaw"}
        format = {"container": container, "sample_rate": 16_000, **rest}
        for answer in (
            await ask("POST", "/tts/bytes", json=SPEECH | {"output_format": format}),
            await ask("POST", "/voice-changer/bytes", data=form(changed(container))),
            await ask("POST", "/infill/bytes", data=form(infill(container), "right_audio")),
        ):
            assert answer.content_type == AUDIO[container]
            assert answer.body


async def speech_events(ask: Asker) -> None:
    """Each event of speech is one that is described, of all kinds but the error."""
    asked = SPEECH | {"add_timestamps": True, "add_phoneme_timestamps": True, "context_id": "one"}
    answer = await ask("POST", "/tts/sse", json=asked)
    types = {event["type"] for event in events_in(answer.body)}
    assert types == {"chunk", "timestamps", "phoneme_timestamps", "done"}


async def voice_changer_events(ask: Asker) -> None:
    """Each event of the voice changer is one that is described."""
    answer = await ask("POST", "/voice-changer/sse", data=form(changed("raw")))
    *chunks, done = events_in(answer.body)
    assert chunks
    assert done == {"status_code": 200, "done": True}


async def voices(ask: Asker) -> None:
    """Voices are as described: listed by every parameter, alone, cloned, localized, changed and deleted."""
    asked = {"limit": 100, "q": "a", "is_owner": "false", "gender": "feminine", "expand[]": "preview_file_url"}
    listed = (await ask("GET", "/voices", params=asked | {"language": "en-US"})).json["data"]
    assert listed
    assert all(voice["preview_file_url"] for voice in listed)
    whole = (await ask("GET", "/voices", params={"limit": 100})).json
    assert whole["has_more"] is False
    part = (await ask("GET", "/voices", params={"limit": 1, "starting_after": whole["data"][0]["id"]})).json
    assert part["next_page"] == whole["data"][1]["id"]
    assert (await ask("GET", "/voices", params={"ending_before": whole["data"][1]["id"]})).json["data"]
    fields = {"name": "Me", "language": "en", "description": "Cloned", "base_voice_id": SARAH}
    mine = (await ask("POST", "/voices/clone", data=form(fields))).json["id"]
    target = {"language": "pt", "dialect": "br", "original_speaker_gender": "male"}
    asked = {"voice_id": mine, "name": "Eu", "description": "", **target}
    other = (await ask("POST", "/voices/localize", json=asked)).json["id"]
    for change in ({"name": "I"}, {"description": "x"}, {"gender": "feminine"}, {"gender": None}, {}):
        assert (await ask("PATCH", "/voices/{id}", id=mine, json=change)).status == 200
    assert (await ask("GET", "/voices/{id}", id=other, params={"expand[]": "preview_file_url"})).json["name"] == "Eu"
    assert len((await ask("GET", "/voices", params={"is_owner": "true"})).json["data"]) == 2
    assert (await ask("DELETE", "/voices/{id}", id=mine)).status == 204


async def datasets(ask: Asker) -> None:
    """Datasets and their files are as described: made, listed, changed and deleted."""
    id = (await ask("POST", "/datasets/", json={"name": "Mine", "description": "Of mine"})).json["id"]
    await ask("POST", "/datasets/", json={"name": "Other", "description": ""})
    assert (await ask("GET", "/datasets/", params={"limit": 1})).json["next_page"] == id
    assert (
        await ask("PATCH", "/datasets/{id}", id=id, json={"name": "Yours", "description": "Of yours"})
    ).status == 204
    assert (await ask("GET", "/datasets/{id}", id=id)).json["name"] == "Yours"
    files = form({"purpose": "fine_tune"}, "file", b"1234")
    assert (await ask("POST", "/datasets/{id}/files", id=id, data=files)).status == 204
    (file,) = (await ask("GET", "/datasets/{id}/files", id=id)).json["data"]
    assert (file["filename"], file["size"]) == ("a.wav", 4)
    assert (await ask("DELETE", "/datasets/{id}/files/{fileID}", id=id, file=file["id"])).status == 204
    assert (await ask("GET", "/datasets/{id}/files", id=id)).json["data"] == []
    assert (await ask("DELETE", "/datasets/{id}", id=id)).status == 204


async def stock_voices(ask: Asker) -> None:
    """Each voice of the library is as described."""
    listed = (await ask("GET", "/voices", params={"limit": 100})).json["data"]
    for voice in listed:
        assert (await ask("GET", "/voices/{id}", id=voice["id"])).json == voice


JOURNEYS = (status, audio, speech_events, voice_changer_events, voices, datasets, stock_voices)


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__)
async def test_good_answers(ask: Asker, journey: Callable[[Asker], Awaitable[None]]) -> None:
    """Every good answer on the way has the status, the type and the body that are described."""
    await journey(ask)


async def test_every_call_is_asked(ask: Asker) -> None:
    """No call that the emulator has in these versions is left out by the journeys."""
    for journey in JOURNEYS:
        await journey(ask)
    assert {(method, path.replace("{fileID}", "{file}")) for method, path in ask.good} == SERVED


@pytest.mark.parametrize(
    ("status", "content_type", "body", "said"),
    [
        (201, "application/json", b"{}", "answers 200, not 201"),
        (200, "text/plain", b"{}", "answers application/json, not text/plain"),
        (200, "application/json", b'{"ok": 1, "version": "x"}', "1 is not of type 'boolean'"),
        (200, "application/json", b'{"ok": true}', "'version' is a required property"),
    ],
)
def test_a_deviation_is_found(status: int, content_type: str, body: bytes, said: str) -> None:
    """What answers are held against lets a wrong status, type or body not pass."""
    with pytest.raises(Deviation, match=said):
        description().check("GET", "/", status, content_type, body)


async def test_a_locale_for_a_language_is_read_as_one(ask: Asker) -> None:
    """Versions that do not look at the language of a clone take a locale too, and list the voice with that locale."""
    if ask.session.headers["Cartesia-Version"] >= "2026-03-01":
        assert (await ask("POST", "/voices/clone", data=form({"name": "Me", "language": "en-GB"}))).status == 400
        return
    async with ask.session.post("/voices/clone", data=form({"name": "Me", "language": "en-GB"})) as answer:
        id = (await answer.json())["id"]
    async with ask.session.get(f"/voices/{id}") as answer:
        assert (await answer.json())["locales"] == [{"locale": "en-GB", "is_native": True}]
