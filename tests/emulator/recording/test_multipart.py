"""The parts of forms that are cut anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async.emulator.recording.multipart import (
    BrokenFormError,
    MultipartDecoder,
    PartHead,
    boundary_of,
)

BOUNDARY = b"a-b"


class _Taker:
    def __init__(self, head: PartHead) -> None:
        self.head = head
        self.data = b""
        self.whole = False

    def take(self, data: bytes) -> None:
        assert not self.whole
        assert data
        self.data += data

    def end(self) -> None:
        self.whole = True


def _decoded(body: bytes, cuts: Sequence[int] = (), boundary: bytes = BOUNDARY) -> list[_Taker]:
    parts: list[_Taker] = []

    def begin(head: PartHead) -> _Taker:
        parts.append(_Taker(head))
        return parts[-1]

    decoder = MultipartDecoder(boundary, begin)
    points = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    for start, end in zip(points, points[1:], strict=False):
        decoder.feed(body[start:end])
    decoder.close()
    assert all(part.whole for part in parts)
    return parts


def _form(*parts: bytes) -> bytes:
    body = b"".join(
        b'--a-b\r\nContent-Disposition: form-data; name="%d"\r\n\r\n%s\r\n' % (number, part)
        for number, part in enumerate(parts)
    )
    return body + b"--a-b--\r\n"


@given(
    parts=st.lists(st.one_of(st.binary(max_size=50), st.sampled_from([b"\r\n--a-", b"\r\n--a", b"\r\r\n", b"--a-b"]))),
    cuts=st.lists(st.integers(0, 2_000), max_size=30),
)
def test_parts_come_out_as_they_went_in(parts: list[bytes], cuts: list[int]) -> None:
    """Whatever parts hold, and wherever the form is cut, they come out whole."""
    decoded = _decoded(_form(*parts), cuts)
    assert [part.data for part in decoded] == parts
    assert [part.head.name for part in decoded] == [str(number) for number in range(len(parts))]


@given(cuts=st.lists(st.integers(0, 2_000), max_size=30))
def test_heads(cuts: list[int]) -> None:
    """Names and types of parts are read, a preamble and white space at boundaries are passed over."""
    body = (
        b"preamble\r\n--a-b \r\ncontent-type: audio/wav\r\n"
        b'Content-Disposition: form-data; name="clip"; filename="\xc3\xa4.wav"\r\n\r\nRIFF\r\n'
        b"--a-b\t\r\n\r\nbare\r\n--a-b--epilogue\r\n--a-b"
    )
    clip, bare = _decoded(body, cuts)
    assert (clip.head, clip.data) == (PartHead(name="clip", filename="ä.wav", content_type="audio/wav"), b"RIFF")
    assert (bare.head, bare.data) == (PartHead(name="", filename=None, content_type=None), b"bare")


async def test_aiohttps_forms() -> None:
    """A form made by aiohttp is read as it was made."""
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("voice[id]", "a")
    form.add_field("clip", b"\x00" * 100_000, filename="x.wav", content_type="audio/wav")
    payload = form()
    writer = _Writer()
    await payload.write(writer)  # type: ignore[arg-type]
    voice, clip = _decoded(writer.body, [10, 500], payload.boundary.encode())  # type: ignore[union-attr]
    assert (voice.head.name, voice.head.filename, voice.data) == ("voice[id]", None, b"a")
    assert (clip.head.name, clip.head.filename, len(clip.data)) == ("clip", "x.wav", 100_000)


class _Writer:
    def __init__(self) -> None:
        self.body = b""

    async def write(self, data: bytes) -> None:
        await asyncio.sleep(0)
        self.body += data


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--a-b\r\n",
        b"no form",
        b"--a-bc\r\n\r\n",
        _form(b"x")[:-5],
        b"--a-b\r\n" + b"x" * 20_000,
        b"--a-b" + b" " * 20_000,
    ],
    ids=["empty", "cut in a head", "text", "longer boundary", "without an end", "long head", "long white space"],
)
def test_broken_forms(body: bytes) -> None:
    """What is no form, or not whole, is an error."""
    with pytest.raises(BrokenFormError):
        _decoded(body)


def test_no_boundary() -> None:
    """A form whose type names no boundary is broken."""
    assert boundary_of('multipart/form-data; charset=utf-8; boundary="x y"') == b"x y"
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\xe4"):
        with pytest.raises(BrokenFormError):
            boundary_of(content_type)
