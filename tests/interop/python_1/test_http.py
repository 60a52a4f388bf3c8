"""The official Python package 1.4.0, which speaks the version 2024-06-10, against the emulator."""

from __future__ import annotations

from pathlib import Path

import cartesia
import pytest

from cartesia_async.emulator import Emulator
from tests.interop import sound
from tests.interop.sound import BARRY, SARAH, WORDS


@pytest.fixture
def client(emulator: Emulator) -> cartesia.Cartesia:
    """Give a client."""
    return cartesia.Cartesia(api_key="k", base_url=emulator.base_url)


def spoken(**changes: object) -> dict[str, object]:
    """Give the arguments of a speech call."""
    raw = {"container": "raw", "encoding": "pcm_f32le", "sample_rate": 44_100}
    return {"model_id": "sonic-english", "transcript": WORDS, "voice_id": SARAH, "output_format": raw} | changes


@pytest.mark.parametrize(
    "name", ["raw_pcm_f32le_44100", "raw_pcm_s16le_8000", "raw_pcm_mulaw_8000", "raw_pcm_alaw_8000"]
)
def test_bytes_and_events_hold_the_same(client: cartesia.Cartesia, name: str) -> None:
    """Bytes and events are the words in the voice, in the formats that the client knows by name."""
    format = client.tts.get_output_format(name)
    data = client.tts.bytes(**spoken(output_format=format))
    sound.check_speech(sound.raw(data, format["encoding"], format["sample_rate"]))
    chunks = [chunk["audio"] for chunk in client.tts.sse(**spoken(output_format=format), stream=True)]
    assert b"".join(chunks) == data
    assert client.tts.sse(**spoken(output_format=format), stream=False) == {"audio": data}


def test_bytes_may_be_a_file(client: cartesia.Cartesia) -> None:
    """WAV is there; MP3 is refused as the client drops its bit rate, without which the service makes none."""
    wav = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 22_050}
    sound.check_speech(sound.wav(client.tts.bytes(**spoken(output_format=wav)), "pcm_s16le", 22_050))
    mp3 = {"container": "mp3", "encoding": "pcm_s16le", "sample_rate": 22_050, "bit_rate": 128_000}
    with pytest.raises(ValueError, match="output_format.bit_rate"):
        client.tts.bytes(**spoken(output_format=mp3))


def test_controls_are_heard(client: cartesia.Cartesia) -> None:
    """The experimental controls slow the speech down, and a duration ends it."""
    usual = client.tts.bytes(**spoken())
    slow = client.tts.bytes(**spoken(_experimental_voice_controls={"speed": "slowest", "emotion": ["anger:high"]}))
    assert len(slow) > 1.3 * len(usual)
    assert len(client.tts.bytes(**spoken(duration=1, transcript=WORDS * 9))) == 4 * 44_100


async def test_the_asynchronous_client_hears_the_same(emulator: Emulator) -> None:
    """Bytes and events reach the asynchronous client alike."""
    async with cartesia.AsyncCartesia(api_key="k", base_url=emulator.base_url) as official:
        data = await official.tts.bytes(**spoken())
        sound.check_speech(sound.raw(data, "pcm_f32le", 44_100))
        chunks = [chunk["audio"] async for chunk in await official.tts.sse(**spoken(), stream=True)]
        assert b"".join(chunks) == data


def test_voices_are_an_array(client: cartesia.Cartesia) -> None:
    """All voices come at once, each with its embedding; one of them can be had alone."""
    voices = client.voices.list()
    assert len(voices) > 8
    assert all(len(voice["embedding"]) == 192 and voice["is_public"] for voice in voices)
    assert client.voices.get(id=SARAH) == next(voice for voice in voices if voice["id"] == SARAH)


def test_a_clip_becomes_an_embedding_and_a_voice(client: cartesia.Cartesia, clip: Path) -> None:
    """The old way to clone: the embedding of a clip speaks at its pitch, alone and as a voice created from it."""
    embedding = client.voices.clone(filepath=str(clip))
    assert len(embedding) == 192
    data = client.tts.bytes(**spoken(voice_id=None, voice_embedding=embedding))
    assert abs(sound.raw(data, "pcm_f32le", 44_100).pitch - 150) < 5
    voice = client.voices.create(name="Me", description="Cloned", embedding=embedding, language="de")
    assert (voice["name"], voice["language"], voice["is_public"]) == ("Me", "de", False)
    assert voice["embedding"] == embedding
    assert client.voices.get(id=voice["id"]) == voice
    assert client.tts.bytes(**spoken(voice_id=voice["id"])) == data
    client.voices.delete(id=voice["id"])
    with pytest.raises(ValueError, match="voice is not valid"):
        client.voices.get(id=voice["id"])


@pytest.mark.parametrize("mode", ["similarity", "stability"])
def test_a_clip_becomes_a_voice(client: cartesia.Cartesia, clip: Path, mode: str) -> None:
    """The newer way to clone gives a voice at once."""
    voice = client.voices.clone(
        filepath=str(clip), mode=mode, name="Me", description="Cloned", language="en", transcript="Hm."
    )
    assert (voice["name"], voice["description"], voice["is_public"]) == ("Me", "Cloned", False)
    data = client.tts.bytes(**spoken(voice_id=voice["id"]))
    assert abs(sound.raw(data, "pcm_f32le", 44_100).pitch - 150) < 5


def test_voices_are_mixed(client: cartesia.Cartesia) -> None:
    """A mix of two voices sounds between them."""
    other = client.voices.get(id=BARRY)["embedding"]
    mixed = client.voices.mix([{"id": SARAH, "weight": 0.5}, {"embedding": other, "weight": 0.5}])
    assert len(mixed) == 192
    pitch = sound.raw(client.tts.bytes(**spoken(voice_id=None, voice_embedding=mixed)), "pcm_f32le", 44_100).pitch
    assert sound.PITCH[BARRY] + 20 < pitch < sound.PITCH[SARAH] - 20


def test_what_is_refused_is_told(client: cartesia.Cartesia) -> None:
    """An error reaches the client in the words of the service, on events as on bytes."""
    with pytest.raises(ValueError, match="Invalid transcript: Your initial transcript is empty"):
        client.tts.bytes(**spoken(transcript="..."))
    with pytest.raises(RuntimeError, match="voice is not valid"):
        client.tts.sse(**spoken(voice_id="unknown"), stream=False)
