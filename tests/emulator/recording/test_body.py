"""What is kept of a request's body."""

from __future__ import annotations

import hashlib

import pytest

from cartesia_async.emulator.recording.body import Body, BodyReader, Content, FormBody, JSONBody, UploadedFile

MULTIPART = "multipart/form-data; boundary=xx"


def _read(content_type: str, *pieces: bytes) -> Body | None:
    reader = BodyReader(content_type)
    for piece in pieces:
        reader.feed(piece)
    return reader.close()


def _content(data: bytes) -> Content:
    return Content(size=len(data), sha256=hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", ""])
def test_json(content_type: str) -> None:
    """JSON is kept as it is, whatever it is said to be."""
    assert _read(content_type, b'{"a": [1, n', b"ull]}") == JSONBody({"a": [1, None]})
    assert _read(content_type, b"null") == JSONBody(None)


def test_nothing() -> None:
    """No body is none."""
    assert _read("application/json") is None
    assert _read(MULTIPART) is None


@pytest.mark.parametrize(
    "body",
    [b"{", b"NaN", b"\xff", b"[" * 100_000, b'"' + b"x" * (8 * 2**20) + b'"'],
    ids=["cut", "no number", "no text", "deep", "large"],
)
def test_what_is_no_json(body: bytes) -> None:
    """Of any other body, and of JSON that is too large, size and digest are kept."""
    assert _read("application/json", body[:1], body[1:]) == _content(body)


def test_urlencoded() -> None:
    """A form in the way of an address is kept by its fields."""
    assert _read("application/x-www-form-urlencoded", b"a=1&a=2&b=") == FormBody(fields={"a": ["1", "2"], "b": [""]})


def test_multipart() -> None:
    """Fields are kept, files by name, type, size and digest; a field that is long or no text is taken for a file."""
    parts = {
        'name="a"': b"1",
        'name="b"': b"\xff",
        'name="c"': b"x" * 70_000,
        'name="d"; filename="d.wav"\r\nContent-Type: audio/wav': b"RIFF",
    }
    body = b"".join(
        b"--xx\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + data + b"\r\n"
        for head, data in parts.items()
    )

    def file(field: str, data: bytes, **known: str) -> UploadedFile:
        return UploadedFile(field=field, size=len(data), sha256=_content(data).sha256, **known)

    expected = FormBody(
        fields={"a": ["1"]},
        files=[
            file("b", b"\xff"),
            file("c", b"x" * 70_000),
            file("d", b"RIFF", filename="d.wav", content_type="audio/wav"),
        ],
    )
    assert _read(MULTIPART, body, b"--xx--\r\n") == expected
    assert _read(MULTIPART, body) == _content(body)


@pytest.mark.parametrize("content_type", [MULTIPART, "multipart/form-data", "multipart/mixed; boundary=xx"])
def test_broken_forms(content_type: str) -> None:
    """Of what is no form that can be read, size and digest are kept."""
    assert _read(content_type, b"{}", b"--xx") == _content(b"{}--xx")


def test_endless_parts() -> None:
    """A form of too many parts is not kept in memory."""
    body = b"--xx\r\n\r\n\r\n" * 1_001 + b"--xx--"
    assert _read(MULTIPART, body) == _content(body)
