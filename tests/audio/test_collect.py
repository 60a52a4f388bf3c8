"""What streams give by `collect()`: audio that knows its format and its times."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cartesia_async import Audio, Mp3Format, RawFormat, StreamInterruptedError, WavFormat
from cartesia_async._wire.wav import read_header, wav_header
from cartesia_async.audio.formats import format_of
from cartesia_async.emulator import Emulator
from cartesia_async.models.events import AudioChunk
from cartesia_async.streams.events import Gathered
from tests.audio.tones import tone, words
from tests.servers import chunk, raw_server, streaming
from tests.streams.sides import DONE_EVENT, SPEECH, Side, audio_event, one_answer, sse_answer

RAW = RawFormat(encoding="pcm_s16le", sample_rate=16000)
WAV = WavFormat(encoding="pcm_mulaw", sample_rate=8000)
MP3 = Mp3Format(sample_rate=44100, bit_rate=128000)
CHANGE: dict[str, Any] = {"voice_id": "v1", "output_format_container": "wav", "output_format_sample_rate": 8000}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(engine="tone") as running:
        yield running


@pytest.mark.parametrize("format", [RAW, WAV, MP3], ids=["raw", "wav", "mp3"])
@pytest.mark.parametrize("plain", [False, True], ids=["model", "dictionary"])
async def test_audio_knows_the_format_asked_for(side: Side, format: Any, plain: bool) -> None:
    """`collect()` of a stream of audio gives all of it with the format that was asked for, as a model, however given."""
    asked = {name: getattr(format, name) for name in format.__slots__ if name != "__weakref__"} if plain else format
    async with raw_server(one_answer(streaming() + chunk(b"ab") + chunk(b"cd") + chunk(b""))) as server:
        side.connect(server.url)
        audio = await side.do(lambda client: client.tts.bytes(**{**SPEECH, "output_format": asked}).collect())
    assert audio == Audio(data=b"abcd", format=format)


async def test_a_streamed_header_is_made_true(side: Side) -> None:
    """The header of a WAV file that was streamed is true in what `collect()` gives, and left alone by `read()`."""
    sound = tone("pcm_mulaw", 8000)
    body = wav_header("pcm_mulaw", 8000) + sound.data
    answer = streaming() + chunk(body[:30]) + chunk(body[30:]) + chunk(b"")
    async with raw_server(one_answer(answer)) as server:
        side.connect(server.url)
        audio = await side.do(lambda client: client.tts.bytes(**{**SPEECH, "output_format": WAV}).collect())
    header = read_header(audio.data)
    assert header is not None
    assert header.length == 1600
    assert struct.unpack_from("<I", audio.data, 4)[0] == len(audio.data) - 8
    assert audio.data == sound.to_wav().data
    assert audio.duration == 0.2
    async with raw_server(one_answer(answer)) as server:
        await side.close()
        side.connect(server.url)
        assert await side.do(lambda client: client.tts.bytes(**SPEECH).read()) == body


async def test_events_know_the_format_asked_for(side: Side) -> None:
    """`collect()` of a stream of events has the format too, as has that of its audio alone, whose media type is true."""
    body = sse_answer(audio_event(b"abcd"), DONE_EVENT)
    async with raw_server(one_answer(body)) as server:
        side.connect(server.url)
        audio = await side.do(lambda client: client.tts.sse(**SPEECH).collect())
        assert (audio.data, audio.format, audio.duration) == (b"abcd", RAW, 2 / 16000)
    async with raw_server(one_answer(body)) as server:
        await side.close()
        side.connect(server.url)
        assert await side.do(lambda client: client.tts.sse(**SPEECH).audio().collect()) == audio


@pytest.mark.parametrize(
    ("given", "format", "media_type"),
    [
        ({"output_format_encoding": "pcm_mulaw"}, WAV, "audio/wav"),
        ({"output_format_container": "mp3", "output_format_bit_rate": 32000}, Mp3Format(sample_rate=8000, bit_rate=32000), "audio/mpeg"),
        ({"output_format_container": "raw", "output_format_encoding": "pcm_f32le"}, RawFormat(encoding="pcm_f32le", sample_rate=8000), "audio/pcm"),
        ({"output_format_container": "opus"}, None, "audio/pcm"),
    ],
    ids=["wav", "mp3", "raw", "unknown"],
)  # fmt: skip
async def test_changed_voices_know_it_too(side: Side, given: dict[str, Any], format: Any, media_type: str) -> None:
    """Both calls of the voice changer tell their audio's format, and its media type; one that is not known is `None`."""
    options = {**CHANGE, **given}
    async with raw_server(one_answer(streaming() + chunk(b"ab") + chunk(b""))) as server:
        side.connect(server.url)
        assert (await side.do(lambda client: client.voice_changer.bytes(b"RIFF", **options).collect())).format == format
    async with raw_server(one_answer(sse_answer(audio_event(b"ab"), DONE_EVENT))) as server:
        await side.close()
        side.connect(server.url)
        stream = side.client.voice_changer.sse(b"RIFF", **options).audio()
        assert stream.content_type == media_type
        assert (await side.do(lambda _: stream.collect())).format == format


async def test_a_stream_is_collected_once_and_whole(side: Side) -> None:
    """A stream that was read cannot be collected, and one that breaks off gives an error instead of half."""
    async with raw_server(one_answer(streaming() + chunk(b"ab"))) as server:
        side.connect(server.url)
        stream = side.client.tts.bytes(**SPEECH)
        with pytest.raises(StreamInterruptedError):
            await side.do(lambda _: stream.collect())
        with pytest.raises(RuntimeError):
            await side.do(lambda _: stream.collect())


def test_what_the_service_says_of_the_rate_holds() -> None:
    """Where events tell another rate than was asked for, theirs is the audio's."""
    gathered = Gathered(RAW)
    gathered.take([AudioChunk(data=b"abcd", sample_rate=8000)])
    assert gathered.audio().format == RawFormat(encoding="pcm_s16le", sample_rate=8000)
    assert Gathered().audio() == Audio(data=b"")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"container": "raw", "encoding": "pcm_s16le"},
        {"container": "raw", "encoding": "pcm_s24le", "sample_rate": 8000},
        {"container": "opus", "encoding": "pcm_s16le", "sample_rate": 8000},
        {"container": "mp3", "sample_rate": 8000},
    ],
    ids=["nothing", "no rate", "encoding", "container", "no bit rate"],
)
def test_a_format_that_is_not_known_is_none(asked: dict[str, Any]) -> None:
    """What this library does not know of formats is no format, and no error."""
    assert format_of(asked) is None


def test_it_shows_itself_shortly() -> None:
    """The repr of an `Audio` tells how much there is of what, and holds neither audio nor words; it pickles."""
    audio = Audio(data=b"secret" * 999, format=RAW, word_timestamps=words(("unseen", 0, 1)), context_id="c")
    assert repr(audio) == (
        "Audio(data=<5994 bytes>, format=RawFormat(encoding='pcm_s16le', sample_rate=16000, container='raw'), "
        "word_timestamps=<1 words>, phoneme_timestamps=None, context_id='c')"
    )
    assert pickle.loads(pickle.dumps(audio)) == audio


async def test_speech_with_its_subtitles(side: Side, emulator: Emulator, tmp_path: Path) -> None:
    """Speech from a service with timestamps becomes a file and subtitles that last as long as it does."""
    side.connect(emulator.base_url)
    given = {**SPEECH, "transcript": "One two three. And four.", "voice": "694f9389-aac1-45b6-b726-9d9369183238"}
    audio = await side.do(lambda client: client.tts.sse(**given, add_timestamps=True).collect())
    assert audio.format == RAW
    assert 0.5 < audio.word_timestamps.end[-1] <= audio.duration + 0.01
    assert audio.vtt().replace("\n", " ").endswith("One two three. And four. ")
    audio.save(tmp_path / "speech.wav")
    assert len((tmp_path / "speech.wav").read_bytes()) == 44 + len(audio.data)
    twice = audio + audio
    assert twice.duration == pytest.approx(2 * audio.duration)
    assert twice.word_timestamps.start[5] == pytest.approx(audio.duration + audio.word_timestamps.start[0])
