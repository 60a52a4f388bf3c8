"""Clips: what is sent is read or refused, its voice is heard, and it can be said in another."""

from __future__ import annotations

import array
import io
import math
import struct
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartesia_async.emulator.audio.clips import Clip, UnreadableClip, changes, read_clip, timbre_heard_in
from cartesia_async.emulator.audio.encoding import AudioFormat, Encoder
from cartesia_async.emulator.audio.intonation import intonation_of
from cartesia_async.emulator.audio.pace import words_a_minute
from cartesia_async.emulator.voice.timbre import Timbre

Installed = Callable[[], AbstractContextManager[None]]
RATE = 16_000
FILES = [
    *((kind, subtype) for kind in ("WAV", "WAVEX") for subtype in ("PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")),
    *(("WAV", subtype) for subtype in ("PCM_U8", "ULAW", "ALAW")),
]


def spoken(
    seconds: float = 1.5, *, pitch: float = 120.0, melody: float = 0.1, syllables: float = 4.0, rate: int = RATE
) -> Clip:
    """Something like a voice: a buzz whose pitch rises and falls, louder and softer with each syllable."""
    moments = np.arange(int(seconds * rate)) / rate
    hertz = pitch * (1 + melody * np.sin(2 * np.pi * moments))
    phase = 2 * np.pi * np.cumsum(hertz) / rate
    buzz = sum(np.sin(harmonic * phase) / harmonic for harmonic in range(1, 12))
    values = 0.3 * buzz * (0.02 + np.abs(np.sin(np.pi * syllables * moments)))
    return Clip(samples=array.array("f", values.astype(np.float32).tobytes()), sample_rate=rate)


def written(values: np.ndarray, kind: str, subtype: str | None = None, *, rate: int = RATE) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, values, rate, format=kind, subtype=subtype)
    return file.getvalue()


def moments(count: int = 4_000) -> np.ndarray:
    """Two channels, the right one half as loud."""
    left = (0.6 * np.sin(np.arange(count) * 0.1)).astype(np.float32)
    return np.stack([left, left / 2], axis=1)


@pytest.mark.parametrize(("kind", "subtype"), FILES)
def test_wav_files_are_read(installed: Installed, kind: str, subtype: str) -> None:
    """A WAV file of any usual encoding is mixed down to one channel, with the extra and without."""
    data = written(moments(), kind, subtype)
    with installed():
        clip = read_clip(io.BytesIO(data))
    assert (clip.sample_rate, clip.seconds) == (RATE, 0.25)
    assert np.abs(np.frombuffer(clip.samples, np.float32) - moments()[:, 0] * 0.75).max() < 0.02


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"), ("RF64", "PCM_16")],
)
def test_other_files_are_read(kind: str, subtype: str) -> None:
    """FLAC, Ogg and MP3 are read to their end, in their right order, also from a file that is spooled."""
    values = moments(300_000)
    with tempfile.SpooledTemporaryFile(max_size=1_000) as file:
        file.write(written(values, kind, subtype))
        file.seek(0)
        clip = read_clip(file)
    assert clip.sample_rate == RATE
    assert abs(len(clip.samples) - 300_000) <= 1_200
    heard = np.frombuffer(clip.samples, np.float32)[2_000:290_000]
    assert np.abs(heard - values[2_000:290_000, 0] * 0.75).max() < 0.1


@pytest.mark.parametrize(
    ("riff", "size"),
    [
        (0, 0),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0, 0xFFFFFFFF),
        (0xFFFFFFFF, 0),
        (None, 0xFFFFFFFF),
        (None, 0x7FFFFFFF),
        (36, 0),
    ],
)
def test_wav_files_that_were_streamed_are_read(installed: Installed, riff: int | None, size: int | None) -> None:
    """A WAV file is read to its end when its header has placeholders in place of sizes, or sizes too large."""
    data = bytearray(written(moments(), "WAV", "PCM_16"))
    for place, value in ((4, riff), (data.index(b"data") + 4, size)):
        if value is not None:
            struct.pack_into("<I", data, place, value)
    with installed():
        assert len(read_clip(io.BytesIO(data)).samples) == 4_000


@pytest.mark.parametrize("encoding", ["pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw"])
def test_what_the_emulator_makes_it_reads(installed: Installed, encoding: str) -> None:
    """A WAV file made by the emulator, its sizes placeholders, is read by the emulator."""
    clip = spoken(0.2)
    with installed():
        encoder = Encoder(
            AudioFormat(container="wav", sample_rate=RATE, encoding=encoding, bit_rate=None), clip.sample_rate
        )
        again = read_clip(io.BytesIO(encoder.encode(clip.samples) + encoder.finish()))
    assert again.sample_rate == RATE
    assert again.samples.tolist() == pytest.approx(clip.samples.tolist(), abs=0.03)


def test_other_chunks_are_passed_over(installed: Installed) -> None:
    """Chunks before the audio, of an odd size too, and after it do no harm."""
    data = written(moments(), "WAV", "PCM_16")
    at = data.index(b"data")
    notes = b"note" + struct.pack("<I", 3) + b"abc\0"
    with installed():
        assert len(read_clip(io.BytesIO(data[:at] + notes + data[at:] + notes)).samples) == 4_000


def test_what_is_no_number_is_silence(installed: Installed) -> None:
    """Samples of a clip are finite, whatever the file holds."""
    values = np.array([[np.inf, -np.inf], [np.nan, 0], [0.5, 0.5]], np.float32)
    data = written(values, "WAV", "FLOAT")
    with installed():
        assert read_clip(io.BytesIO(data)).samples.tolist() == [0.0, 0.0, 0.5]


def test_a_file_without_audio_is_an_empty_clip(installed: Installed) -> None:
    """A WAV file of no samples is read as a clip of none."""
    data = written(moments(0), "WAV", "PCM_16")
    with installed():
        assert read_clip(io.BytesIO(data)).seconds == 0


WEBM = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"hello, this is text",
        WEBM,
        written(moments(), "AIFF", "PCM_16"),
        written(moments(), "WAV", "PCM_16")[:30],
        written(moments(), "WAV", "PCM_16", rate=12),
        written(moments(), "WAV", "PCM_16").replace(b"fmt ", b"junk"),
        written(moments(), "FLAC")[:60],
    ],
)
def test_what_is_no_clip_is_refused(installed: Installed, data: bytes) -> None:
    """What is empty, cut in its header, of another kind, or of an absurd rate is refused."""
    with installed(), pytest.raises(UnreadableClip, match="clip"):
        read_clip(io.BytesIO(data))


def test_other_kinds_need_the_extra(without_extra: Installed) -> None:
    """Without the extra, the refusal of FLAC says what to install."""
    data = written(moments(), "FLAC")
    with without_extra(), pytest.raises(UnreadableClip, match=r"cartesia-async\[emulator\]"):
        read_clip(io.BytesIO(data))


SEEDS = [
    written(moments(900), kind, subtype)
    for kind, subtype in (("WAV", "PCM_24"), ("WAV", "FLOAT"), ("WAV", "IMA_ADPCM"), ("FLAC", None), ("OGG", "VORBIS"))
]


# The fixture is what opens a time, and holds nothing.
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=100).map(lambda rest: b"RIFF\0\0\0\0WAVEfmt " + rest),
        st.builds(
            lambda seed, cut, changes: _spoilt(seed[: int(cut * len(seed))], changes),
            st.sampled_from(SEEDS),
            st.floats(0.1, 1.0),
            st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 255)), max_size=5),
        ),
    )
)
def test_garbage_is_refused_or_read(without_extra: Installed, data: bytes) -> None:
    """Any bytes at all are a clip or `UnreadableClip`, and nothing else is raised; with the extra and without."""
    for time in (nullcontext, without_extra):
        with time():
            try:
                clip = read_clip(io.BytesIO(data))
            except UnreadableClip:
                continue
            assert all(map(math.isfinite, clip.samples))


def _spoilt(data: bytes, changes: list[tuple[int, int]]) -> bytes:
    changed_data = bytearray(data)
    for place, value in changes:
        # Headers are more often hit than audio.
        changed_data[place % min(len(data), 60 if place % 2 else len(data))] = value
    return bytes(changed_data)


@pytest.mark.parametrize("pitch", [80.0, 130.0, 210.0, 330.0])
def test_a_clone_has_the_pitch_of_the_clip(installed: Installed, pitch: float) -> None:
    """The pitch of a voice taken from a clip is that of the clip, by Praat and without it; its language is as asked."""
    clip = spoken(1.0, pitch=pitch, rate=22_050)
    with installed():
        timbre = timbre_heard_in(clip, language="fr")
    assert timbre.pitch == pytest.approx(pitch, rel=0.06)
    assert timbre.language == "fr"


def test_a_lively_voice_is_heard_as_one(installed: Installed) -> None:
    """The more the pitch of a clip moves, the wider is the range of the voice taken from it."""
    with installed():
        flat, lively = (timbre_heard_in(spoken(melody=melody), language="en") for melody in (0.02, 0.25))
    assert flat.pitch_range < lively.pitch_range


def test_a_fast_voice_is_heard_as_one() -> None:
    """Of three seconds with six syllables each, every one is counted; with three each, it is half as many."""
    slow, fast = (words_a_minute(spoken(3.0, syllables=syllables)) for syllables in (3.0, 6.0))
    assert slow is not None
    assert fast is not None
    assert (slow, fast) == (pytest.approx(9 / 1.5 * 20, rel=0.05), pytest.approx(18 / 1.5 * 20, rel=0.05))
    assert timbre_heard_in(spoken(3.0, syllables=6.0), language="en").rate == pytest.approx(fast)


def changed(clip: Clip, timbre: Timbre) -> Clip:
    """All that a clip becomes."""
    samples = array.array("f", b"".join(stretch.tobytes() for stretch in changes(clip, timbre)))
    return Clip(samples=samples, sample_rate=clip.sample_rate)


def quiet(count: int) -> Clip:
    return Clip(samples=array.array("f", bytes(4 * count)), sample_rate=RATE)


def noise(count: int) -> Clip:
    values = np.random.default_rng(1).uniform(-1, 1, count).astype(np.float32)
    return Clip(samples=array.array("f", values.tobytes()), sample_rate=RATE)


@pytest.mark.parametrize("clip", [quiet(0), quiet(1), quiet(8_000), noise(3), noise(400), noise(8_000)])
def test_a_clip_without_a_voice_gives_a_voice(installed: Installed, clip: Clip) -> None:
    """Silence, noise and clips that are too short give a voice nevertheless, and come out as long as they were."""
    with installed():
        assert intonation_of(clip) is None
        assert 60 <= timbre_heard_in(clip, language="en").pitch <= 400
        assert len(changed(clip, Timbre(pitch=200.0)).samples) == len(clip.samples)


@pytest.mark.parametrize(("low", "high"), [(110.0, 190.0), (220.0, 130.0)])
def test_a_changed_clip_has_the_pitch_of_the_other_voice(installed: Installed, low: float, high: float) -> None:
    """The changer keeps the length of a clip and moves its pitch to that of the other voice."""
    clip = spoken(pitch=low)
    with installed():
        other = changed(clip, Timbre(pitch=high))
    assert (len(other.samples), other.sample_rate) == (len(clip.samples), clip.sample_rate)
    heard = intonation_of(other)
    assert heard is not None
    assert heard.median == pytest.approx(high, rel=0.05)


def test_a_changed_clip_keeps_its_melody() -> None:
    """By Praat, the ratio of high moments to low ones stays what it was."""
    clip = spoken(pitch=110.0, melody=0.2)
    before, after = intonation_of(clip), intonation_of(changed(clip, Timbre(pitch=200.0)))
    assert before is not None
    assert after is not None
    assert after.high / after.low == pytest.approx(before.high / before.low, rel=0.05)


def test_a_changed_clip_has_other_formants() -> None:
    """Of two voices of one pitch, the one of a smaller speaker puts more of a clip's loudness high up."""
    clip = spoken(pitch=120.0)
    large, small = (_centre(changed(clip, Timbre(pitch=120.0, formant=formant))) for formant in (0.8, 1.3))
    assert small > large * 1.1


def _centre(clip: Clip) -> float:
    power = np.abs(np.fft.rfft(np.frombuffer(clip.samples, np.float32))) ** 2
    return float((power * np.arange(len(power))).sum() / power.sum())
