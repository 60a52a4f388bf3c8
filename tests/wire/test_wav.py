"""Making true the header of a WAV file."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async._wire.wav import repaired_header

PLACEHOLDERS = [0, 0xFFFFFFFF, 0x7FFFFFFF]


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    """Write one chunk, padded to a whole number of words; *size* is what it claims."""
    return name + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


def form(channels: int = 1, width: int = 2, rate: int = 44100, tag: int = 1) -> bytes:
    """Write a ``fmt`` chunk."""
    block = channels * width
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, 8 * width))


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    """Write a file; *size* is what it claims."""
    inner = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(inner) if size is None else size) + inner


def repaired(whole: bytes, head: int = 4096) -> bytes:
    """Put the repaired head in the place of the old one."""
    new = repaired_header(whole[:head], len(whole))
    assert new is not None
    assert len(new) == len(whole[:head])
    return new + whole[head:]


def frames(whole: bytes) -> bytes:
    """Read a file's audio by the standard library."""
    with wave.open(io.BytesIO(whole)) as file:
        return bytes(file.readframes(file.getnframes()))


def sizes(whole: bytes) -> tuple[int, int]:
    """Give the sizes that the file and its audio claim."""
    at = 12
    while whole[at : at + 4] != b"data":
        (size,) = struct.unpack_from("<I", whole, at + 4)
        at += 8 + size + size % 2
    return struct.unpack_from("<I", whole, 4)[0], struct.unpack_from("<I", whole, at + 4)[0]


SHAPES = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(0, 50))
EXTRAS = st.lists(st.tuples(st.sampled_from([b"LIST", b"JUNK", b"bext"]), st.binary(max_size=9)), max_size=3)


@given(SHAPES, EXTRAS, st.sampled_from(PLACEHOLDERS), st.sampled_from(PLACEHOLDERS), st.data())
def test_a_streamed_file_becomes_readable(
    shape: tuple[int, int, int], extras: list[tuple[bytes, bytes]], outer: int, inner: int, data: st.DataObject
) -> None:
    """Whatever a header had for sizes it did not know, the standard library reads all frames after the repair."""
    channels, width, count = shape
    audio = data.draw(st.binary(min_size=channels * width * count, max_size=channels * width * count))
    before = [chunk(name, body) for name, body in extras]
    whole = riff(form(channels, width), *before, b"data" + struct.pack("<I", inner) + audio, size=outer)
    new = repaired(whole)
    assert frames(new) == audio
    assert sizes(new) == (len(whole) - 8, len(audio))
    assert repaired_header(new[:4096], len(new)) is None


@given(SHAPES, EXTRAS, EXTRAS, st.data())
def test_a_true_header_is_left_alone(
    shape: tuple[int, int, int],
    before: list[tuple[bytes, bytes]],
    after: list[tuple[bytes, bytes]],
    data: st.DataObject,
) -> None:
    """A file whose sizes are true needs no repair, whatever other chunks stand around its audio."""
    channels, width, count = shape
    audio = data.draw(st.binary(min_size=channels * width * count, max_size=channels * width * count))
    whole = riff(
        form(channels, width),
        *(chunk(name, body) for name, body in before),
        chunk(b"data", audio),
        *(chunk(name, body) for name, body in after),
    )
    assert repaired_header(whole[:4096], len(whole)) is None


@given(SHAPES, st.data())
def test_what_the_standard_library_writes_is_left_alone(shape: tuple[int, int, int], data: st.DataObject) -> None:
    """A file of the standard library's needs no repair."""
    channels, width, count = shape
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(8000)
        writer.writeframes(data.draw(st.binary(min_size=channels * width * count, max_size=channels * width * count)))
    whole = file.getvalue()
    assert repaired_header(whole, len(whole)) is None


def test_a_header_written_before_the_audio() -> None:
    """A header that tells of an empty file, before audio that was not known yet, is repaired."""
    whole = riff(form(), b"data\0\0\0\0" + b"\1\2" * 9, size=36)
    assert sizes(repaired(whole)) == (len(whole) - 8, 18)


def test_only_the_outer_size() -> None:
    """Where only the outer size is wrong, only that is repaired."""
    audio, after = chunk(b"data", b"\1\2" * 5), chunk(b"LIST", b"abcd")
    for outer in PLACEHOLDERS:
        whole = riff(form(), audio, after, size=outer)
        assert repaired(whole) == riff(form(), audio, after)


def test_an_empty_file_of_audio() -> None:
    """A file without audio is right to claim none, also before other chunks."""
    for whole in (riff(form(), chunk(b"data", b"")), riff(form(), chunk(b"data", b""), chunk(b"LIST", b"abcd"))):
        assert repaired_header(whole, len(whole)) is None


@pytest.mark.parametrize("left", [1, 2, 3])
def test_half_a_frame_is_not_audio(left: int) -> None:
    """Bytes at the end that are less than a frame are not counted as audio."""
    whole = riff(form(channels=2), b"data\xff\xff\xff\xff" + b"\1\2\3\4" * 5 + b"\0" * left, size=0xFFFFFFFF)
    new = repaired(whole)
    assert sizes(new)[1] == 20
    assert frames(new) == b"\1\2\3\4" * 5


@pytest.mark.parametrize(("said", "written"), [(0, 10), (0xFFFFFFFF, 10), (99, 10), (7, 7)])
def test_the_number_of_samples(said: int, written: int) -> None:
    """A count of samples that was not known either is repaired with the rest; one that may be true is not."""
    fact = chunk(b"fact", struct.pack("<I", said))
    whole = riff(form(width=4, tag=3), fact, b"data\xff\xff\xff\xff" + b"\0" * 40, size=0xFFFFFFFF)
    new = repaired(whole)
    assert struct.unpack_from("<I", new, new.index(b"fact") + 8)[0] == written


def test_a_head_is_enough() -> None:
    """Of a large file only the first bytes are looked at."""
    whole = riff(form(), b"data\xff\xff\xff\xff" + b"\1\2" * 9000, size=0xFFFFFFFF)
    assert repaired(whole, head=44) == repaired(whole) == riff(form(), chunk(b"data", b"\1\2" * 9000))


def test_a_size_beyond_the_format() -> None:
    """A file above 4 GiB claims what the format can hold."""
    head = riff(form(), b"data\0\0\0\0", size=0)
    new = repaired_header(head, 6 << 30)
    assert new is not None
    assert sizes(new) == (0xFFFFFFFF, 0xFFFFFFFF)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"RIFF",
        b"ID3\4",
        b"RIFF\xff\xff\xff\xffAVI LIST",
        riff(form(), size=0xFFFFFFFF),
        riff(form(), chunk(b"JUNK", b"\0" * 4096), chunk(b"data", b"", 0xFFFFFFFF), size=0)[:4096],
        riff(form(), b"dat", size=0),
    ],
)
def test_nothing_to_repair(head: bytes) -> None:
    """What is no WAV file, or does not show where its audio begins, is left alone."""
    assert repaired_header(head, len(head) + 100) is None


@given(st.binary(max_size=80), st.integers(0, 1 << 33))
def test_any_head_is_safe(tail: bytes, beyond: int) -> None:
    """Whatever follows the first bytes of a WAV file, what is given back is as long as what was given."""
    for head in (b"RIFF" + tail, riff(tail), riff(form(), b"data" + tail, size=0), riff(form()[:-4] + tail)):
        new = repaired_header(head, len(head) + beyond)
        assert new is None or len(new) == len(head)
