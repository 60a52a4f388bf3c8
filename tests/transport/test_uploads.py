"""What can be uploaded, and what is refused before the server hears of it."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import anyio
import attrs
import pytest
from aiohttp import web

from cartesia_async import Cartesia, Upload
from tests.conftest import KEY, Serve
from tests.servers import always, raw_server
from tests.transport.calls import CLONE, CLONED, Connect

CLIP = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 2000


@attrs.define
class Arrived:
    """What the server found in the form."""

    fields: dict[str, str] = attrs.field(factory=dict)
    filename: str = ""
    content_type: str = ""
    data: bytes = b""


@pytest.fixture
async def inbox(serve: Serve) -> tuple[str, list[Arrived]]:
    """Give a server that takes forms, and what has arrived there."""
    arrived: list[Arrived] = []

    async def take(request: web.Request) -> web.Response:
        found = Arrived()
        async for part in await request.multipart():
            if part.filename is None:
                assert found.filename == ""  # the fields come first
                found.fields[str(part.name)] = await part.text()
            else:
                found.filename = part.filename
                found.content_type = part.headers["Content-Type"]
                found.data = bytes(await part.read())
        arrived.append(found)
        return web.Response(body=CLONED.partition(b"\r\n\r\n")[2], content_type="application/json")

    return await serve(take), arrived


class FakeUploadFile:
    """Starlette's `UploadFile`, as far as one can see it from outside."""

    def __init__(self, file: BinaryIO, filename: str) -> None:
        self.file, self.filename = file, filename

    async def read(self, size: int = -1) -> bytes:
        """Read."""
        return self.file.read(size)

    async def seek(self, offset: int) -> None:
        """Seek, from the start only."""
        self.file.seek(offset)


class OnlyRead:
    """A file that can do nothing but be read, a little at a time."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        """Read less than was asked for."""
        return self._file.read(min(size, 1000))


def pieces() -> list[bytes]:
    """Cut the clip."""
    return [CLIP[at : at + 100_000] for at in range(0, len(CLIP), 100_000)]


def generated() -> Iterator[bytes]:
    """Give the clip in pieces."""
    yield from pieces()


async def generated_async() -> AsyncIterator[bytes]:
    """Give the clip in pieces, awaited."""
    for piece in pieces():
        yield piece


def opened(path: Path) -> BinaryIO:
    """Open a file and go to where the clip begins."""
    path.write_bytes(b"before" + CLIP)
    file = path.open("rb")
    file.seek(6)
    return file


KINDS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "str": (str, "hello.wav"),
    "Path": (lambda path: path, "hello.wav"),
    "bytes": (lambda _: CLIP, "upload.wav"),
    "bytearray": (lambda _: bytearray(CLIP), "upload.wav"),
    "memoryview": (lambda _: memoryview(CLIP), "upload.wav"),
    "wide memoryview": (lambda _: memoryview(CLIP + bytes(-len(CLIP) % 4)).cast("I"), "upload.wav"),
    "file at a position": (opened, "hello.wav"),
    "BytesIO": (lambda _: io.BytesIO(CLIP), "upload.wav"),
    "UploadFile": (lambda _: FakeUploadFile(io.BytesIO(CLIP), "théa.wav"), "théa.wav"),
    "only read": (lambda _: OnlyRead(CLIP), "upload"),
    "list": (lambda _: pieces(), "upload"),
    "generator": (lambda _: generated(), "upload"),
    "async generator": (lambda _: generated_async(), "upload"),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_source_arrives_whole(
    connect: Connect, inbox: tuple[str, list[Arrived]], tmp_path: Path, kind: str
) -> None:
    """Whatever holds the bytes, all of them arrive, after all fields, under a name and a type."""
    url, arrived = inbox
    path = tmp_path / "hello.wav"
    path.write_bytes(CLIP)
    make, name = KINDS[kind]
    source = make(path)
    voice = await connect(url).voices.clone(source, **CLONE)
    if hasattr(source, "close"):
        source.close()
    (found,) = arrived
    assert voice.id == "v2"
    assert found.fields == CLONE
    assert found.data[: len(CLIP)] == CLIP
    assert len(found.data) - len(CLIP) < 4
    assert found.filename == name
    assert found.content_type == ("audio/wav" if name.endswith(".wav") else "application/octet-stream")


async def test_an_async_file_arrives_whole(connect: Connect, inbox: tuple[str, list[Arrived]], tmp_path: Path) -> None:
    """A file of `anyio.open_file` is read from where it stands, and left open."""
    url, arrived = inbox
    path = tmp_path / "clip.mp3"
    path.write_bytes(b"before" + CLIP)
    async with await anyio.open_file(path, "rb") as file:
        await file.seek(6)
        await connect(url).voices.clone(file, **CLONE)
        assert not file.wrapped.closed
    assert arrived[0].data == CLIP
    assert (arrived[0].filename, arrived[0].content_type) == ("clip.mp3", "audio/mpeg")


async def test_an_upload_says_name_type_and_progress(connect: Connect, inbox: tuple[str, list[Arrived]]) -> None:
    """`Upload` names the file, its type, and who is told how far it is."""
    url, arrived = inbox
    told: list[tuple[int, int | None]] = []
    upload = Upload(CLIP, filename='a "b".bin', content_type="audio/x-own", progress=lambda *at: told.append(at))
    await connect(url).voices.clone(upload, **CLONE)
    assert (arrived[0].filename, arrived[0].content_type) == ('a "b".bin', "audio/x-own")
    assert told[-1] == (len(CLIP), len(CLIP))
    assert sorted(told) == told
    await connect(url).voices.clone(Upload(generated(), progress=lambda *at: told.append(at)), **CLONE)
    assert told[-1] == (len(CLIP), None)


@pytest.mark.parametrize(
    ("head", "extension", "content_type"),
    [
        (b"RIFF\x00\x00\x00\x00WAVE", ".wav", "audio/wav"),
        (b"fLaC\x00", ".flac", "audio/flac"),
        (b"OggS\x00", ".ogg", "audio/ogg"),
        (b"ID3\x04", ".mp3", "audio/mpeg"),
        (b"\xff\xfb\x90", ".mp3", "audio/mpeg"),
        (b"\x00\x00\x00\x20ftypM4A ", ".m4a", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3", ".webm", "audio/webm"),
        (b"hello", "", "application/octet-stream"),
    ],
)
async def test_type_is_guessed_from_the_signature(
    connect: Connect, inbox: tuple[str, list[Arrived]], head: bytes, extension: str, content_type: str
) -> None:
    """Where no name tells what a file is, its first bytes do."""
    url, arrived = inbox
    await connect(url).datasets.upload_file(head + b"data", "d1")
    assert (arrived[0].filename, arrived[0].content_type) == (f"upload{extension}", content_type)
    assert arrived[0].fields == {"purpose": "fine_tune"}


class Forbidden:
    """A path whose file may not be read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return os.fspath(self._path)


@pytest.mark.parametrize(
    "kind", ["missing", "directory", "unreadable", "null", "empty file", "empty bytes", "at its end", "text"]
)
async def test_what_cannot_be_sent_is_refused_before_anything_is_sent(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A file that is missing, a directory, unreadable, empty or text is a `ValueError` that names the argument."""
    path = tmp_path / "clip.wav"
    path.write_bytes(b"" if kind == "empty file" else b"text")
    at_end = io.BytesIO(b"abc")
    at_end.seek(3)
    with path.open(encoding="utf-8") as text:
        source = {
            "missing": tmp_path / "gone.wav",
            "directory": tmp_path,
            "null": "a\0b",
            "empty bytes": b"",
            "at its end": at_end,
            "text": text,
        }.get(kind, path)
        if kind == "unreadable":

            def refuse(*_: object) -> None:
                raise PermissionError(13, "Permission denied")

            monkeypatch.setattr(Path, "open", refuse)
        async with raw_server(always(CLONED)) as server:
            with pytest.raises(ValueError, match="clip") as caught:
                await connect(server.url).voices.clone(source, **CLONE)
            assert server.connections == 0
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("source", [5, None, object(), 1.5])
async def test_what_holds_no_bytes_is_refused(connect: Connect, source: Any) -> None:
    """What is no source at all is a `TypeError` or a `ValueError` that names the argument."""
    async with raw_server(always(CLONED)) as server:
        with pytest.raises((TypeError, ValueError), match="clip"):
            await connect(server.url).voices.clone(source, **CLONE)
        assert server.connections == 0


async def test_the_blocking_client_uploads_too(inbox: tuple[str, list[Arrived]], tmp_path: Path) -> None:
    """The blocking client sends files and generators as the other one does."""
    url, arrived = inbox
    path = tmp_path / "hello.wav"
    path.write_bytes(CLIP)

    def upload() -> None:
        with Cartesia(KEY, base_url=url) as client, path.open("rb") as file:
            client.voices.clone(file, **CLONE)
            client.voices.clone(generated(), **CLONE)

    await anyio.to_thread.run_sync(upload)
    assert [found.data for found in arrived] == [CLIP, CLIP]
