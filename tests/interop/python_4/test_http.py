"""The official Python package 4.2.0 against the emulator."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import cartesia
import pytest

from cartesia_async.emulator import Emulator
from tests.interop import sound
from tests.interop.sound import BARRY, SARAH, WORDS


@pytest.fixture
def client(emulator: Emulator) -> Iterator[cartesia.Cartesia]:
    """Give a client that does not try twice."""
    with cartesia.Cartesia(api_key="k", base_url=emulator.base_url, max_retries=0) as official:
        yield official


@pytest.fixture
async def async_client(emulator: Emulator) -> AsyncIterator[cartesia.AsyncCartesia]:
    """Give an asynchronous client that does not try twice."""
    async with cartesia.AsyncCartesia(api_key="k", base_url=emulator.base_url, max_retries=0) as official:
        yield official


def spoken(**changes: object) -> dict[str, object]:
    """Give the arguments of a speech call."""
    raw = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000}
    return {"model_id": "sonic-3", "transcript": WORDS, "voice": SARAH, "output_format": raw} | changes


def test_the_service_is_there(client: cartesia.Cartesia) -> None:
    """The status tells a version."""
    status = client.get_status()
    assert status.ok
    assert status.version == "2026-08-14"


@pytest.mark.parametrize("rate", [8_000, 44_100])
@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"])
@pytest.mark.parametrize("container", ["raw", "wav"])
def test_speech_has_the_format_asked_for(client: cartesia.Cartesia, container: str, encoding: str, rate: int) -> None:
    """Bytes are the words in the voice, in every encoding, bare and as a WAV file."""
    format = {"container": container, "encoding": encoding, "sample_rate": rate}
    data = client.tts.generate(**spoken(output_format=format)).read()
    decode = sound.wav if container == "wav" else sound.raw
    sound.check_speech(decode(data, encoding, rate))


def test_speech_may_be_mp3(client: cartesia.Cartesia, tmp_path: Path) -> None:
    """An MP3 file holds the words too, also when it is streamed to a file."""
    format = {"container": "mp3", "sample_rate": 44_100, "bit_rate": 128_000}
    client.tts.generate(**spoken(output_format=format, voice={"id": BARRY})).write_to_file(tmp_path / "a.mp3")
    sound.check_speech(sound.mp3((tmp_path / "a.mp3").read_bytes(), 44_100), BARRY)


def test_events_hold_the_same_audio_and_times(client: cartesia.Cartesia) -> None:
    """The chunks together are the bytes; each word has a time; the last event says that it is done."""
    asked = spoken(add_timestamps=True, add_phoneme_timestamps=True, context_id="one")
    events = list(client.tts.generate_sse(**asked))
    assert {event.type for event in events} == {"chunk", "timestamps", "phoneme_timestamps", "done"}
    assert events[-1].type == "done"
    assert {event.context_id for event in events} == {"one"}
    audio = b"".join(event.audio for event in events if event.type == "chunk")
    assert audio == client.tts.generate(**spoken()).read()
    words = [word for event in events if event.type == "timestamps" for word in event.word_timestamps.words]
    assert words == WORDS.split()


async def test_the_asynchronous_client_hears_the_same(async_client: cartesia.AsyncCartesia) -> None:
    """Bytes and events reach the asynchronous client alike."""
    data = await (await async_client.tts.generate(**spoken())).read()
    sound.check_speech(sound.raw(data, "pcm_s16le", 24_000))
    events = [event async for event in await async_client.tts.generate_sse(**spoken())]
    assert b"".join(base64.b64decode(event.data) for event in events if event.type == "chunk") == data


def test_real_speech_is_heard() -> None:
    """With its other engine the emulator says the words: a second or two of sound, with silence in it."""
    with Emulator(engine="espeak") as emulator, cartesia.Cartesia(api_key="k", base_url=emulator.base_url) as official:
        format = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 44_100}
        heard = sound.wav(official.tts.generate(**spoken(output_format=format)).read(), "pcm_s16le", 44_100)
        assert emulator.crashes == ()
    assert 0.8 < heard.seconds < 4
    frames = heard.samples[: len(heard.samples) // 882 * 882].reshape(-1, 882)  # of 20 ms
    loudness = (frames**2).mean(axis=1) ** 0.5
    assert loudness.max() > 0.05
    assert 0.5 < (loudness > 0.01).mean() < 1


def test_speech_may_be_paced_and_kept(client: cartesia.Cartesia) -> None:
    """Speed is heard, and an answer that is to be kept names its file."""
    slow = client.tts.with_raw_response.generate(**spoken(generation_config={"speed": 0.6}, save=True))
    assert slow.headers["Cartesia-File-ID"]
    usual = client.tts.generate(**spoken()).read()
    assert len(slow.read()) > 1.4 * len(usual)


def test_all_voices_are_walked(client: cartesia.Cartesia) -> None:
    """Pages follow one another to the end, none twice."""
    page = client.voices.list(limit=4, expand=["preview_file_url"])
    voices = list(page)
    assert len(voices) > 8
    assert len({voice.id for voice in voices}) == len(voices)
    assert all(voice.preview_file_url for voice in voices)
    assert all(voice.access == "public" and voice.language for voice in voices)
    assert {voice.id for voice in client.voices.list(q="sarah")} == {SARAH}
    assert all(voice.gender == "feminine" for voice in client.voices.list(gender="feminine"))
    assert list(client.voices.list(is_owner=True)) == []


def test_a_clone_lives_and_dies(client: cartesia.Cartesia, clip: Path) -> None:
    """A cloned voice speaks at the pitch of its clip, is renamed, listed as one's own, and gone once deleted."""
    voice = client.voices.clone(clip=clip, name="Me", language="en", description="Cloned", accent="en-GB")
    assert (voice.name, voice.description, voice.language, voice.access) == ("Me", "Cloned", "en", "private")
    data = client.tts.generate(**spoken(voice=voice.id)).read()
    assert abs(sound.raw(data, "pcm_s16le", 24_000).pitch - 150) < 3
    changed = client.voices.update(voice.id, name="You", gender="feminine", description="Better")
    assert (changed.name, changed.gender, changed.is_owner) == ("You", "feminine", True)
    assert client.voices.get(voice.id) == changed
    assert client.voices.update(voice.id, gender=None).gender is None
    assert [mine.id for mine in client.voices.list(is_owner=True)] == [voice.id]
    client.voices.delete(voice.id)
    with pytest.raises(cartesia.NotFoundError) as caught:
        client.voices.get(voice.id)
    assert caught.value.body["error_code"] == "voice_not_found"


def test_a_voice_is_localized(client: cartesia.Cartesia) -> None:
    """A localized voice is another one, in the other language."""
    voice = client.voices.localize(voice_id=SARAH, name="Sara", accent="es-MX", language="es", tagline="Hola")
    assert voice.id != SARAH
    assert (voice.name, voice.language, voice.tagline) == ("Sara", "es", "Hola")
    assert client.voices.get(voice.id).language == "es"


@pytest.mark.parametrize("kind", ["path", "bytes", "file", "named"])
def test_a_clip_is_said_in_another_voice(client: cartesia.Cartesia, clip: Path, kind: str) -> None:
    """Bytes and events of the voice changer hold the same audio, as long as the clip, at the pitch of the voice."""
    content = clip.read_bytes()
    given = {"path": clip, "bytes": content, "file": io.BytesIO(content), "named": ("clip.wav", content, "audio/wav")}
    asked = {"voice_id": SARAH, "output_format_encoding": "pcm_s16le", "output_format_sample_rate": 22_050}
    data = client.voice_changer.generate(clip=given[kind], output_format_container="wav", **asked).read()
    sound.check_changed(sound.wav(data, "pcm_s16le", 22_050), 2.0)
    events = list(client.voice_changer.generate_sse(clip=content, output_format_container="raw", **asked))
    *chunks, done = events
    assert done.done
    assert {chunk.sample_rate for chunk in chunks} == {22_050}
    audio = b"".join(base64.b64decode(chunk.data) for chunk in chunks)
    sound.check_changed(sound.raw(audio, "pcm_s16le", 22_050), 2.0)


def test_datasets_hold_files(client: cartesia.Cartesia) -> None:
    """A dataset is made, changed, filled, listed page by page, emptied and deleted."""
    dataset = client.datasets.create(name="Mine", description="Of mine")
    assert client.datasets.retrieve(dataset.id) == dataset
    client.datasets.update(dataset.id, name="Yours", description="Of yours")
    assert [(one.name, one.description) for one in client.datasets.list()] == [("Yours", "Of yours")]
    for number in range(3):
        client.datasets.files.upload(dataset.id, file=(f"{number}.wav", b"x" * number), purpose="fine_tune")
    files = list(client.datasets.files.list(dataset.id, limit=2))
    assert [(file.filename, file.size) for file in files] == [("0.wav", 0), ("1.wav", 1), ("2.wav", 2)]
    client.datasets.files.delete(files[1].id, id=dataset.id)
    assert [file.filename for file in client.datasets.files.list(dataset.id)] == ["0.wav", "2.wav"]
    client.datasets.delete(dataset.id)
    with pytest.raises(cartesia.NotFoundError):
        client.datasets.retrieve(dataset.id)


def test_what_is_refused_is_told(client: cartesia.Cartesia) -> None:
    """A wrong request is the error that the client has for it, with the words of the service."""
    with pytest.raises(cartesia.BadRequestError) as caught:
        client.tts.generate(**spoken(generation_config={"speed": 9}))
    assert "generation_config.speed" in caught.value.body["message"]
    with pytest.raises(cartesia.NotFoundError):
        client.tts.generate(**spoken(voice="unknown"))
    with pytest.raises(cartesia.BadRequestError):
        list(client.tts.generate_sse(**spoken(transcript="...")))


def test_a_wrong_key_is_refused() -> None:
    """A key that is not accepted is the client's error for it; the right one is let in."""
    with Emulator(engine="tone", api_keys=["right"]) as emulator:
        with cartesia.Cartesia(api_key="right", base_url=emulator.base_url) as official:
            assert official.voices.list().data
        with cartesia.Cartesia(api_key="wrong", base_url=emulator.base_url) as official:
            with pytest.raises(cartesia.AuthenticationError):
                official.voices.list()
