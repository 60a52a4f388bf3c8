"""Encoding: the audio is right, and it does not matter how it was cut."""

from __future__ import annotations

import array
import io
import math
import struct
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from cartesia_async._wire.wav import UNKNOWN, wav_header
from cartesia_async.audio.companding import codes, levels
from cartesia_async.emulator.audio.encoding import AudioFormat, Encoder, UnsupportedAudio
from cartesia_async.emulator.audio.sample_encodings import ENCODINGS, encoded

Installed = Callable[[], AbstractContextManager[None]]

RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
BIT_RATES = (32_000, 64_000, 96_000, 128_000, 192_000)
SUBTYPES = {"pcm_f32le": "FLOAT", "pcm_s16le": "PCM_16", "pcm_mulaw": "ULAW", "pcm_alaw": "ALAW"}
SOURCE_RATE = 22_050


def tone(seconds: float, *, rate: int = SOURCE_RATE, hertz: float = 440.0) -> array.array[float]:
    return array.array("f", (0.5 * math.sin(2 * math.pi * hertz * at / rate) for at in range(int(seconds * rate))))


def made(
    samples: array.array[float],
    container: str = "raw",
    rate: int = SOURCE_RATE,
    encoding: str | None = "pcm_f32le",
    *,
    bit_rate: int | None = None,
    cuts: tuple[int, ...] = (),
    source_rate: int = SOURCE_RATE,
) -> bytes:
    format = AudioFormat(container=container, sample_rate=rate, encoding=encoding, bit_rate=bit_rate)
    encoder = Encoder(format, source_rate)
    places = (0, *sorted(cuts), len(samples))
    return b"".join(encoder.encode(samples[low:high]) for low, high in pairwise(places)) + encoder.finish()


def heard(data: bytes) -> tuple[np.ndarray, int]:
    values, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    return values, rate


def raw(data: bytes, rate: int, encoding: str) -> np.ndarray:
    values, _ = soundfile.read(
        io.BytesIO(data), dtype="float32", format="RAW", samplerate=rate, channels=1, subtype=SUBTYPES[encoding]
    )
    return values


def dominant(values: np.ndarray, rate: int) -> float:
    """The loudest frequency, Hz."""
    spectrum = np.abs(np.fft.rfft(values * np.hanning(len(values))))
    return float(np.argmax(spectrum)) * rate / len(values)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_pitch_and_the_length_stay_at_every_rate(installed: Installed, rate: int, encoding: str) -> None:
    """A tone of 440 Hz stays one, and as long as it was, in every encoding and at every sample rate."""
    with installed():
        data = made(tone(0.5), rate=rate, encoding=encoding)
    values = raw(data, rate, encoding)
    assert abs(len(values) - rate / 2) <= 1
    assert dominant(values, rate) == pytest.approx(440, abs=3)
    assert float(np.abs(values).max()) == pytest.approx(0.5, abs=0.04)


def test_the_codes_are_those_of_libsndfile() -> None:
    """All 65,536 linear values have the codes, and all 256 codes the linear values, that libsndfile gives them."""
    values = np.arange(-32_768, 32_768).astype(np.int16)
    for encoding in ("pcm_mulaw", "pcm_alaw"):
        file = io.BytesIO()
        soundfile.write(file, values, 8_000, format="RAW", subtype=SUBTYPES[encoding])
        assert bytes(codes(encoding)[value & 0xFFFF] for value in values.tolist()) == file.getvalue()
        every = io.BytesIO(bytes(range(256)))
        back, _ = soundfile.read(
            every, dtype="int16", format="RAW", subtype=SUBTYPES[encoding], samplerate=8_000, channels=1
        )
        assert levels(encoding).tolist() == back.tolist()


@settings(max_examples=40, deadline=None)
@given(samples=st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=40))
def test_bytes_are_the_same_without_numpy(samples: list[float]) -> None:
    """Samples of any size have the same bytes with numpy and without it, in all four encodings."""
    values = array.array("f", [*samples, 0.5 / 32_767, 1.5 / 32_767, -2.5 / 32_767, 1.0, -1.0])
    for encoding in ENCODINGS:
        by_numpy = encoded(values, encoding)
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "numpy", None)
            assert encoded(values, encoding) == by_numpy


def test_what_is_too_loud_is_clipped() -> None:
    """Beyond -1 to 1, integers stay at their ends, and never wrap around."""
    values = array.array("f", [2.0, -2.0, 1e30, -1e30])
    assert encoded(values, "pcm_s16le") == struct.pack("<4h", 32_767, -32_767, 32_767, -32_767)
    assert encoded(values, "pcm_mulaw") == bytes([0x80, 0x00, 0x80, 0x00])


def test_what_is_no_number_is_silence(installed: Installed) -> None:
    """Samples that are infinite or not a number come out as silence."""
    values = array.array("f", [math.nan, math.inf, -math.inf, 0.25])
    with installed():
        data = made(values)
    assert struct.unpack("<4f", data) == (0.0, 0.0, 0.0, 0.25)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    cuts=st.lists(st.integers(0, 3_000), max_size=8).map(tuple),
    format=st.sampled_from(
        [(container, encoding) for container in ("raw", "wav") for encoding in ENCODINGS] + [("mp3", None)]
    ),
    rate=st.sampled_from(RATES),
    here=st.booleans(),
)
def test_cuts_make_no_difference(
    seed: int, cuts: tuple[int, ...], format: tuple[str, str | None], rate: int, here: bool
) -> None:
    """Samples cut anywhere, into nothing too, give the same bytes as in one piece; without soxr as well."""
    samples = array.array("f", np.random.default_rng(seed).uniform(-1, 1, 3_000).astype(np.float32).tobytes())
    container, encoding = format
    with pytest.MonkeyPatch.context() as patch:
        if not here:
            patch.setitem(sys.modules, "soxr", None)
        pieces, whole = (
            made(samples, container, rate, encoding, bit_rate=64_000, cuts=places) for places in (cuts, ())
        )
    assert pieces == whole


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("known", [True, False])
def test_a_wav_file_is_read_by_others(installed: Installed, encoding: str, known: bool) -> None:
    """A WAV file is read by libsndfile: its encoding, rate and length, be its length in the header or a placeholder."""
    samples = tone(0.1)[:2_205]
    length = len(samples) * (4 if encoding == "pcm_f32le" else 2 if encoding == "pcm_s16le" else 1)
    with installed():
        format = AudioFormat(container="wav", sample_rate=SOURCE_RATE, encoding=encoding, bit_rate=None)
        encoder = Encoder(format, SOURCE_RATE, length=length if known else None)
        data = encoder.encode(samples) + encoder.finish()
    sizes = struct.unpack_from("<I", data, 4)[0], struct.unpack_from("<I", data, data.index(b"data") + 4)[0]
    assert sizes == ((len(data) - 8, length) if known else (UNKNOWN, UNKNOWN))
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert (file.format, file.subtype, file.samplerate, file.channels) == (
            "WAV",
            SUBTYPES[encoding],
            SOURCE_RATE,
            1,
        )
        values = file.read(dtype="float32")
    assert len(values) == len(samples)
    assert float(np.abs(values - np.frombuffer(samples, np.float32)).max()) < 0.02


def test_a_header_is_as_it_is_defined() -> None:
    """A header of 16 bit is the canonical one; one of another encoding counts its samples in a `fact` chunk."""
    assert wav_header("pcm_s16le", 8_000, length=6) == bytes.fromhex(
        "52494646 2a000000 57415645 666d7420 10000000 0100 0100 401f0000 803e0000 0200 1000 64617461 06000000"
    )
    assert wav_header("pcm_mulaw", 8_000, length=5) == bytes.fromhex(
        "52494646 38000000 57415645 666d7420 12000000 0700 0100 401f0000 401f0000 0100 0800 0000"
        "66616374 04000000 05000000 64617461 05000000"
    )


def test_a_header_comes_even_without_audio() -> None:
    """A WAV file of nothing is a header, and comes once."""
    data = made(array.array("f"), "wav", encoding="pcm_s16le")
    assert (len(data), data[:4], data[-8:-4]) == (44, b"RIFF", b"data")


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("bit_rate", BIT_RATES)
def test_mp3_has_the_bit_rate_asked_for(rate: int, bit_rate: int) -> None:
    """MP3 is read by libsndfile, with the pitch, the length, and the bit rate asked for or the most there is."""
    data = made(tone(1.0), "mp3", rate, None, bit_rate=bit_rate)
    values, found = heard(data)
    seconds = len(values) / rate
    assert found == rate
    assert dominant(values, rate) == pytest.approx(440, abs=3)
    assert 1.0 <= seconds <= 1.0 + 3 * 1_152 / rate
    most = 320_000 if rate >= 32_000 else 160_000 if rate >= 16_000 else 64_000
    assert len(data) * 8 / seconds == pytest.approx(min(bit_rate, most), rel=0.01)


def test_mp3_comes_before_its_end() -> None:
    """Of two seconds of MP3, more than a second and a half can be heard before the encoder is finished."""
    format = AudioFormat(container="mp3", sample_rate=24_000, encoding=None, bit_rate=128_000)
    encoder = Encoder(format, SOURCE_RATE)
    data = b"".join(encoder.encode(tone(0.1)) for _ in range(20))
    values, rate = heard(data)
    assert len(values) / rate > 1.5
    assert encoder.finish()


def test_mp3_does_not_begin_with_a_table() -> None:
    """The first frame holds sound: the table of contents, known only at the end, and its place are left out."""
    data = made(tone(0.5), "mp3", 44_100, None, bit_rate=64_000)
    assert b"Info" not in data
    assert data[:2] == b"\xff\xfb"
    assert any(data[4:100])


def test_mp3_names_the_extra_where_it_is_missing(without_extra: Installed) -> None:
    """Without the extra, MP3 is refused, and the message says what to install."""
    with without_extra(), pytest.raises(UnsupportedAudio, match=r"cartesia-async\[emulator\]"):
        made(tone(0.1), "mp3", 44_100, None, bit_rate=64_000)


@pytest.mark.parametrize(("container", "encoding"), [("raw", None), ("raw", "pcm_u8"), ("ogg", "pcm_s16le")])
def test_an_unknown_format_is_refused(container: str, encoding: str | None) -> None:
    """A container or an encoding that is not made here is refused at once, before any audio."""
    with pytest.raises(UnsupportedAudio, match=container):
        made(tone(0.1), container, encoding=encoding)


def test_media_types() -> None:
    """Each container has the media type that the service sends."""
    formats = [
        AudioFormat(container=one, sample_rate=8_000, encoding=None, bit_rate=None) for one in ("raw", "wav", "mp3")
    ]
    assert [format.content_type for format in formats] == ["audio/pcm", "audio/wav", "audio/mpeg"]
