"""The official Python package 2.0.17, which speaks the version 2024-11-13 over HTTP, against the emulator."""

from __future__ import annotations

import base64
from pathlib import Path

import cartesia
import pytest
from cartesia.core.api_error import ApiError

from cartesia_async.emulator import Emulator
from tests.interop import sound
from tests.interop.sound import BARRY, SARAH, WORDS


@pytest.fixture
def client(emulator: Emulator) -> cartesia.Cartesia:
    """Give a client."""
    return cartesia.Cartesia(api_key="k", base_url=emulator.base_url)


@pytest.fixture
def async_client(emulator: Emulator) -> cartesia.AsyncCartesia:
    """Give an asynchronous client."""
    return cartesia.AsyncCartesia(api_key="k", base_url=emulator.base_url)


RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000}
CHANGED = {
    "voice_id": SARAH,
    "output_format_container": "raw",
    "output_format_encoding": "pcm_s16le",
    "output_format_sample_rate": 22_050,
}


def spoken(**changes: object) -> dict[str, object]:
    """Give the arguments of a speech call."""
    voice = {"mode": "id", "id": SARAH}
    return {"model_id": "sonic-2", "transcript": WORDS, "voice": voice, "output_format": RAW} | changes


def test_the_service_is_there(client: cartesia.Cartesia) -> None:
    """The status tells a version."""
    assert client.api_status.get().ok


def test_bytes_are_speech(client: cartesia.Cartesia) -> None:
    """Bytes are the words in the voice: bare, as a WAV and as an MP3 file."""
    sound.check_speech(sound.raw(b"".join(client.tts.bytes(**spoken())), "pcm_s16le", 24_000))
    wav = {"container": "wav", "encoding": "pcm_f32le", "sample_rate": 44_100}
    sound.check_speech(sound.wav(b"".join(client.tts.bytes(**spoken(output_format=wav))), "pcm_f32le", 44_100))
    mp3 = {"container": "mp3", "sample_rate": 44_100, "bit_rate": 64_000}
    sound.check_speech(sound.mp3(b"".join(client.tts.bytes(**spoken(output_format=mp3))), 44_100))


def test_events_hold_the_same_audio_and_times(client: cartesia.Cartesia) -> None:
    """The chunks together are the bytes; each word has a time; the last event says that it is done."""
    events = list(client.tts.sse(**spoken(add_timestamps=True, context_id="one")))
    assert {event.type for event in events} == {"chunk", "timestamps", "done"}
    assert events[-1].type == "done"
    audio = b"".join(base64.b64decode(event.data) for event in events if event.type == "chunk")
    assert audio == b"".join(client.tts.bytes(**spoken()))
    words = [word for event in events if event.type == "timestamps" for word in event.word_timestamps.words]
    assert words == WORDS.split()


async def test_the_asynchronous_client_hears_the_same(async_client: cartesia.AsyncCartesia, clip: Path) -> None:
    """Speech and the voice changer reach the asynchronous client alike."""
    data = b"".join([chunk async for chunk in async_client.tts.bytes(**spoken())])
    sound.check_speech(sound.raw(data, "pcm_s16le", 24_000))
    events = [event async for event in async_client.tts.sse(**spoken())]
    assert b"".join(base64.b64decode(event.data) for event in events if event.type == "chunk") == data
    events = [event async for event in async_client.voice_changer.sse(clip=clip.read_bytes(), **CHANGED)]
    assert [event.type for event in events] == ["chunk"] * (len(events) - 1) + ["done"]


@pytest.mark.parametrize("version", ["2024-06-10", "2024-11-13"])
def test_a_clip_is_said_in_another_voice(client: cartesia.Cartesia, clip: Path, version: str) -> None:
    """The events of the voice changer, lines of JSON here, hold the audio of its bytes: this client reads no other."""
    asked = CHANGED | {"request_options": {"additional_headers": {"Cartesia-Version": version}}}
    data = b"".join(client.voice_changer.bytes(clip=clip.read_bytes(), **asked))
    sound.check_changed(sound.raw(data, "pcm_s16le", 22_050), 2.0)
    *chunks, done = client.voice_changer.sse(clip=("clip.wav", clip.read_bytes()), **asked)
    assert done.type == "done"
    assert {chunk.type for chunk in chunks} == {"chunk"}
    audio = b"".join(base64.b64decode(chunk.data) for chunk in chunks)
    sound.check_changed(sound.raw(audio, "pcm_s16le", 22_050), 2.0)


def test_voices_are_walked(client: cartesia.Cartesia) -> None:
    """Pages follow one another to the end, none twice, with an embedding where it is asked for."""
    voices = list(client.voices.list(limit=4, expand=["embedding", "is_starred"]))
    assert len({voice.id for voice in voices}) == len(voices) > 8
    assert all(len(voice.embedding) == 192 and voice.is_starred is False for voice in voices)
    assert client.voices.get(SARAH).embedding is None
    assert list(client.voices.list(is_owner=True)) == []


def test_a_clone_lives_and_dies(client: cartesia.Cartesia, clip: Path) -> None:
    """A cloned voice speaks at the pitch of its clip, is renamed, listed as one's own, and gone once deleted."""
    voice = client.voices.clone(
        clip=clip.read_bytes(), name="Me", description="Cloned", language="en", mode="similarity", enhance=True
    )
    assert (voice.name, voice.description, voice.language, voice.is_public) == ("Me", "Cloned", "en", False)
    data = b"".join(client.tts.bytes(**spoken(voice={"mode": "id", "id": voice.id})))
    assert abs(sound.raw(data, "pcm_s16le", 24_000).pitch - 150) < 5
    changed = client.voices.update(voice.id, name="You", description="Better")
    assert (changed.name, changed.description, changed.is_owner) == ("You", "Better", True)
    assert client.voices.get(voice.id) == changed
    assert [mine.id for mine in client.voices.list(is_owner=True)] == [voice.id]
    client.voices.delete(voice.id)
    with pytest.raises(ApiError) as caught:
        client.voices.get(voice.id)
    assert "voice is not valid" in caught.value.body


def test_voices_are_made(client: cartesia.Cartesia) -> None:
    """A voice is mixed and created, by its embedding, and localized by its id."""
    mixed = client.voices.mix(voices=[{"id": SARAH, "weight": 0.5}, {"id": BARRY, "weight": 0.5}]).embedding
    voice = client.voices.create(name="Mixed", description="Of two", embedding=mixed, language="en")
    by_id = b"".join(client.tts.bytes(**spoken(voice={"mode": "id", "id": voice.id})))
    by_embedding = b"".join(client.tts.bytes(**spoken(voice={"mode": "embedding", "embedding": mixed})))
    assert by_id == by_embedding
    assert sound.PITCH[BARRY] + 20 < sound.raw(by_id, "pcm_s16le", 24_000).pitch < sound.PITCH[SARAH] - 20
    local = client.voices.localize(
        voice_id=SARAH, name="Sara", description="", language="es", original_speaker_gender="female", dialect="pe"
    )
    assert (local.name, local.language) == ("Sara", "es")


def test_what_is_refused_is_told(client: cartesia.Cartesia) -> None:
    """An error is the client's, with its status and the words of the service."""
    with pytest.raises(ApiError) as caught:
        list(client.tts.bytes(**spoken(transcript="...")))
    assert caught.value.status_code == 400
    assert caught.value.body.startswith("Invalid transcript: ")
