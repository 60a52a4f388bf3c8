"""Guessing what a file is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async._wire.media_type import guess

UNKNOWN = ("", "application/octet-stream")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.flac", "audio/flac"),
        ("a.m4a", "audio/mp4"),
        ("a.mp3", "audio/mpeg"),
        ("a.mp4", "audio/mp4"),
        ("a.mpeg", "audio/mpeg"),
        ("a.mpga", "audio/mpeg"),
        ("a.oga", "audio/ogg"),
        ("a.ogg", "audio/ogg"),
        ("a.wav", "audio/wav"),
        ("a.webm", "audio/webm"),
        ("/some/where.else/A CLIP.v2.WAV", "audio/wav"),
    ],
)
def test_by_name(name: str, media_type: str) -> None:
    """The end of a name tells the type, in any case, before what is in the file does."""
    extension = "." + name.rpartition(".")[2].lower()
    assert guess(name, b"") == guess(name, b"fLaC") == (extension, media_type)


@pytest.mark.parametrize(
    ("head", "extension", "media_type"),
    [
        (b"fLaC\0\0\0\x22", ".flac", "audio/flac"),
        (b"OggS\0\x02", ".ogg", "audio/ogg"),
        (b"ID3\x04\0\0", ".mp3", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", ".mp3", "audio/mpeg"),
        (b"\xff\xf3\x44\xc4", ".mp3", "audio/mpeg"),
        (b"\xff\xfd\x80\x04", ".mp3", "audio/mpeg"),
        (b"RIFF\x24\0\0\0WAVEfmt ", ".wav", "audio/wav"),
        (b"RIFF\xff\xff\xff\xffWAVE", ".wav", "audio/wav"),
        (b"\0\0\0\x20ftypM4A ", ".m4a", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3\x9f", ".webm", "audio/webm"),
    ],
)
@pytest.mark.parametrize("name", [None, "", "clip", "clip.bin", ".wav", "clip.", "a.wav/clip"])
def test_by_content(name: str | None, head: bytes, extension: str, media_type: str) -> None:
    """Where the name does not tell, the first bytes do."""
    assert guess(name, head) == (extension, media_type)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"\xff\xfe",
        b"\xff\xfeH\0i\0",
        b"\xff\xf1\x50\x80",
        b"\xff\xd8\xff\xe0",
        b"hello",
        b"RIFF\0\0\0\0AVI ",
    ],
)
def test_unknown(head: bytes) -> None:
    """Nothing, text, other sound and pictures are not taken for what they are not."""
    assert guess(None, head) == guess("clip.txt", head) == UNKNOWN


@given(st.none() | st.text(), st.binary(max_size=20))
def test_any_file_has_a_guess(name: str | None, head: bytes) -> None:
    """Whatever the name and the bytes, there is a guess, and an extension wherever there is a type."""
    extension, media_type = guess(name, head)
    assert (extension == "") == (media_type == "application/octet-stream")
