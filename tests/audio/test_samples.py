"""What is in audio of each format: its samples, in any encoding, and how long it is."""

from __future__ import annotations

import array
import io
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async import Audio, Mp3Format, RawFormat, WavFormat
from cartesia_async._wire.wav import FORMATS, read_header, wav_header
from cartesia_async.audio.samples import WIDTHS, decode, encode
from tests.audio.tones import tone

ENCODINGS = sorted(WIDTHS)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_raw_audio_lasts_as_its_bytes_say(encoding: str) -> None:
    """The duration of raw audio comes of its bytes, rate and encoding; half a sample does not count."""
    audio = tone(encoding, 8000, frames=2000)
    assert audio.duration == 0.25
    assert (audio.container, audio.encoding, audio.sample_rate, audio.bit_rate) == ("raw", encoding, 8000, None)
    if WIDTHS[encoding] > 1:
        assert Audio(data=audio.data + b"\1", format=audio.format).duration == 0.25


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("claimed", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_a_streamed_wav_file_is_understood(encoding: str, claimed: int) -> None:
    """A WAV file gives the same samples, whatever its header claims before the length was known."""
    plain = tone(encoding)
    header = bytearray(wav_header(encoding, 16000))
    struct.pack_into("<I", header, len(header) - 4, claimed)
    wav = Audio(data=bytes(header) + plain.data, format=WavFormat(encoding=encoding, sample_rate=16000))
    assert wav.to_raw() == plain
    assert wav.duration == 0.1
    again = wav.to_wav()
    known = read_header(again.data)
    assert known is not None
    assert known.length == len(again.to_raw().data) == len(again.data) - known.start


def test_what_stands_after_the_audio_is_no_audio() -> None:
    """A chunk after the audio of a WAV file, and the byte that makes a chunk even, are not part of it."""
    plain = tone("pcm_mulaw", 8000, frames=801)
    whole = plain.to_wav()
    assert len(whole.data) % 2 == 0
    assert whole.to_raw() == plain
    size = len(whole.data) - 8 + 12
    longer = b"RIFF" + struct.pack("<I", size) + whole.data[8:] + b"LIST" + struct.pack("<I", 4) + b"INFO"
    assert Audio(data=longer, format=whole.format).to_raw() == plain


@given(st.binary(max_size=200), st.sampled_from(ENCODINGS), st.sampled_from([8000, 44100]))
def test_wav_and_back(data: bytes, encoding: str, rate: int) -> None:
    """Raw audio comes back unchanged from a WAV file, which the library of the field reads the same way."""
    data = data[: len(data) - len(data) % WIDTHS[encoding]]
    plain = Audio(data=data, format=RawFormat(encoding=encoding, sample_rate=rate))
    wav = plain.to_wav()
    assert wav.to_raw() == plain
    assert wav.format == WavFormat(encoding=encoding, sample_rate=rate)
    assert wav.to_wav() == wav
    header = read_header(wav.data)
    assert header is not None
    assert (header.encoding, header.sample_rate, header.channels) == (encoding, rate, 1)


@given(st.lists(st.integers(-32768, 32767), max_size=50))
def test_floats_hold_what_16_bits_hold(values: list[int]) -> None:
    """16 bits survive the way to floats and back, each one."""
    data = array.array("h", values)
    there = encode(data, "pcm_f32le")
    assert decode(encode(decode(there, "pcm_f32le"), "pcm_s16le"), "pcm_s16le") == data


@given(st.lists(st.floats(width=32), max_size=20))
def test_floats_of_any_kind_become_16_bits(values: list[float]) -> None:
    """What is too loud for 16 bits is clipped, and nothing, not even what is not a number, makes it fail."""
    numbers = decode(encode(array.array("f", values), "pcm_s16le"), "pcm_s16le")
    for before, after in zip(values, numbers, strict=True):
        if not math.isnan(before):
            assert after == max(-32768, min(32767, round(before * 32768) if math.isfinite(before) else before))


@pytest.mark.parametrize("encoding", ["pcm_mulaw", "pcm_alaw"])
def test_companded_audio_is_what_the_library_reads(encoding: str) -> None:
    """mu-law and A-law become the 16 bits that libsndfile makes of them, for each of the 256 codes."""
    soundfile = pytest.importorskip("soundfile")
    audio = Audio(data=bytes(range(256)), format=RawFormat(encoding=encoding, sample_rate=8000))
    expected, rate = soundfile.read(io.BytesIO(audio.to_wav().data), dtype="int16")
    assert rate == 8000
    assert list(decode(audio.to_raw(encoding="pcm_s16le").data, "pcm_s16le")) == list(expected)
    back = audio.to_raw(encoding="pcm_s16le").to_raw(encoding=encoding).data
    # Nought has two codes in mu-law.
    assert [code for code in range(256) if back[code] != code] == ([0x7F] if encoding == "pcm_mulaw" else [])


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("target", ENCODINGS)
def test_the_encoding_can_be_changed(encoding: str, target: str) -> None:
    """`to_wav` and `to_raw` give another encoding, which sounds the same within what it can tell apart."""
    audio = tone(encoding)
    wav = audio.to_wav(encoding=target)
    assert wav.format == WavFormat(encoding=target, sample_rate=16000)
    assert wav.duration == audio.duration
    assert wav.to_raw() == audio.to_raw(encoding=target)
    before, after = (decode(one.to_raw(encoding="pcm_f32le").data, "pcm_f32le") for one in (audio, wav))
    loudest = 0.001 if {encoding, target} <= {"pcm_f32le", "pcm_s16le"} else 0.05
    assert max(abs(one - other) for one, other in zip(before, after, strict=True)) < loudest


@pytest.mark.parametrize(
    ("data", "format", "message"),
    [
        (b"", None, "the format of this audio is not known"),
        (b"", RawFormat(encoding="pcm_s24le", sample_rate=8000), "encoding must be one of .*, not 'pcm_s24le'"),
        (b"", WavFormat(encoding="pcm_s16le", sample_rate=8000), "ends before its audio begins"),
        (b"ID3 and more of it", WavFormat(encoding="pcm_s16le", sample_rate=8000), "not a WAV file"),
        (b"RIFF\0\0\0\0WAVEdata\0\0\0\0", WavFormat(encoding="pcm_s16le", sample_rate=8000), "does not say how"),
        (wav_header("pcm_s16le", 8000)[:20] + b"\x02\0" + wav_header("pcm_s16le", 8000)[22:] + b"\0\0",
         WavFormat(encoding="pcm_s16le", sample_rate=8000), "16 bits of encoding 2 in 1 channels"),
        (b"no frame", Mp3Format(sample_rate=8000, bit_rate=32000), "not an MP3 file"),
    ],
    ids=["unknown", "24 bits", "empty", "no WAV", "no fmt", "ADPCM", "no MP3"],
)  # fmt: skip
def test_what_is_not_understood_is_told(
    data: bytes, format: RawFormat | WavFormat | Mp3Format | None, message: str
) -> None:
    """Audio that is not what its format says is a `ValueError` that tells what is wrong."""
    with pytest.raises(ValueError, match=message):
        _ = Audio(data=data, format=format).duration


def test_there_is_no_such_encoding() -> None:
    """An encoding that does not exist is refused, with those that do."""
    with pytest.raises(ValueError, match=r"encoding must be one of pcm_f32le.*, not 'wide'"):
        tone().to_wav(encoding="wide")


@given(st.sampled_from(sorted(FORMATS)), st.integers(1, 6), st.integers(0, 58), st.binary(max_size=4))
def test_a_header_is_read_once_it_is_there(encoding: str, channels: int, cut: int, after: bytes) -> None:
    """A header that is not all there yet is waited for; one that is tells where the audio begins."""
    header = wav_header(encoding, 8000, channels=channels)
    read = read_header(header[:cut])
    if cut < len(header):
        assert read is None
    whole = read_header(header + after)
    assert whole is not None
    assert (whole.encoding, whole.channels, whole.start, whole.length) == (encoding, channels, len(header), 0xFFFFFFFF)
