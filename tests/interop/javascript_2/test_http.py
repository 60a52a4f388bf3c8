"""The official JavaScript package, releases 2.x, against the emulator; `NODE_PATH` must lead to it."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cartesia_async.emulator import Emulator
from tests.interop import sound
from tests.interop.sound import SARAH, WORDS, tone

DRIVER = Path(__file__).with_name("drive.cjs")


@pytest.fixture(scope="module", params=["2024-06-10", "2024-11-13"])
def came(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Give all that came to the client, in one version."""
    clip = tmp_path_factory.mktemp("clip") / "clip.wav"
    clip.write_bytes(tone(150, 2.0))
    with Emulator(engine="tone") as emulator:
        command = ["node", DRIVER, emulator.base_url, clip, request.param, SARAH, WORDS]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert emulator.crashes == ()
        assert {asked.api_version for asked in emulator.requests} == {request.param}
    assert run.returncode == 0, run.stderr
    return {"version": request.param, **json.loads(run.stdout)}


def audio_of(events: list[Mapping[str, Any]]) -> bytes:
    """Join the audio of events."""
    return b"".join(base64.b64decode(event["data"]) for event in events if event["type"] == "chunk")


def test_the_service_is_there(came: Mapping[str, Any]) -> None:
    """The status tells a version."""
    assert came["status"]["ok"] is True


def test_speech_reaches_the_client(came: Mapping[str, Any]) -> None:
    """Bytes and events are the words in the voice; the events hold the times of the words too."""
    speech = came["speech"]
    raw = base64.b64decode(speech["raw"])
    sound.check_speech(sound.raw(raw, "pcm_s16le", 24_000))
    sound.check_speech(sound.wav(base64.b64decode(speech["wav"]), "pcm_f32le", 44_100))
    assert audio_of(speech["events"]) == raw
    assert speech["events"][-1]["type"] == "done"
    times = [event["wordTimestamps"]["words"] for event in speech["events"] if event["type"] == "timestamps"]
    # Releases before 2.2 do not send `addTimestamps`.
    assert sum(times, []) == (WORDS.split() if came["release"] >= "2.2" else [])
    assert (speech["refused"]["name"], speech["refused"]["statusCode"]) == ("CartesiaError", 400)


def test_a_clip_is_said_in_another_voice(came: Mapping[str, Any]) -> None:
    """The events of the voice changer are the lines of JSON that this client reads, and hold the audio of its bytes."""
    changer = came["voiceChanger"]
    sound.check_changed(sound.wav(base64.b64decode(changer["wav"]), "pcm_s16le", 22_050), 2.0)
    *chunks, done = changer["events"]
    assert {chunk["type"] for chunk in chunks} == {"chunk"}
    assert (done["type"], done["done"], done["statusCode"]) == ("done", True, 200)
    sound.check_changed(sound.raw(audio_of(chunks), "pcm_s16le", 22_050), 2.0)


def test_voices_live_and_die(came: Mapping[str, Any]) -> None:
    """Voices are listed, cloned, heard, renamed and deleted."""
    if came["version"] != "2024-06-10":
        assert "voices" not in came
        return
    voices = came["voices"]
    assert voices["count"] > 8
    assert (voices["one"]["id"], len(voices["one"]["embedding"])) == (SARAH, 192)
    assert abs(sound.raw(base64.b64decode(voices["said"]), "pcm_s16le", 24_000).pitch - 150) < 5
    assert (voices["clone"]["name"], voices["update"]["name"], voices["again"]["description"]) == (
        "Me",
        "You",
        "Better",
    )
    assert voices["gone"]["name"] == "CartesiaError"


def test_voices_are_made_of_embeddings(came: Mapping[str, Any]) -> None:
    """Embeddings are mixed, become a voice, and are localized by whichever way the release knows."""
    if came["version"] != "2024-06-10":
        assert "embeddings" not in came
        return
    made = came["embeddings"]
    assert len(made["embedding"]) == 192
    assert made["created"]["name"] == "Mine"
    if came["release"] >= "2.2":
        assert (made["localized"]["name"], made["localized"]["language"]) == ("Sara", "es")
    else:
        assert len(made["localized"]["embedding"]) == 192


def test_datasets_hold_files(came: Mapping[str, Any]) -> None:
    """A dataset is made, filled and listed, by the releases that have datasets."""
    if came.get("datasets") is None:
        assert came["release"] >= "2.2" or came["version"] != "2024-06-10"
        return
    datasets = came["datasets"]
    assert [one["id"] for one in datasets["listed"]["data"]] == [datasets["dataset"]["id"]]
    assert len(datasets["files"]["data"]) == 1
