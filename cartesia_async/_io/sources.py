"""Reading what is uploaded, from anything that holds bytes, off the loop and piece by piece."""

from __future__ import annotations

import asyncio
import io
import os
import stat
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable
from contextlib import aclosing
from inspect import isawaitable, iscoroutinefunction
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import attrs

from .._wire.checks import refuse
from .._wire.media_type import guess
from ..models.uploads import BinaryReader, Upload

T = TypeVar("T")
PIECE = 256 * 1024
_AT_ONCE = 2 * PIECE  # of a file whose size is known: to go to a thread costs as much as to send a piece
_BUFFERS = (bytes, bytearray, memoryview)
_END = object()
_HEAD = 64  # enough of a file to know its type by


@attrs.define
class Source:
    """
    What is uploaded, ready to be read.

    Attributes:
        pieces: Makes the iterator over its bytes, from the start.
        size: Its length in bytes, where it is known.
        replayable: Whether it can be read a second time.
        filename: The name sent along.
        content_type: The media type sent along.
        progress: Told after each piece.
        started: Whether reading has begun.
    """

    pieces: Callable[[], AsyncGenerator[bytes, None]]
    size: int | None
    replayable: bool
    filename: str = ""
    content_type: str = ""
    progress: Callable[[int, int | None], object] | None = None
    started: bool = False


async def open_source(name: str, upload: Upload) -> Source:
    """
    Look at what the argument *name* uploads and make it ready to be read.

    Raises:
        ValueError: It is a missing or unreadable file, a directory, empty, or text.
        TypeError: It is nothing that holds bytes.
    """
    content = upload.content
    source, head, known_as = await _source_of(name, content)
    extension, content_type = guess(upload.filename or known_as, head)
    source.filename = upload.filename or known_as or f"upload{extension}"
    source.content_type = upload.content_type or content_type
    source.progress = upload.progress
    if not source.filename.isprintable():
        raise refuse(f"{name}'s file name", source.filename, "printable")
    if not source.content_type.isprintable():
        raise refuse(f"{name}'s content type", source.content_type, "printable")
    return source


async def _source_of(name: str, content: Any) -> tuple[Source, bytes, str | None]:
    if isinstance(content, (str, os.PathLike)):
        path = Path(os.fspath(cast("str | os.PathLike[str]", content)))
        source, head = await asyncio.to_thread(_path_source, name, path)
        return source, head, path.name
    if isinstance(content, _BUFFERS):
        view = memoryview(cast("bytes", content)).cast("B")
        return _bytes_source(name, view), bytes(view[:_HEAD]), None
    if isinstance(content, io.TextIOBase):
        raise refuse(name, content, "opened in binary mode")
    if hasattr(content, "read"):
        return await _reader_source(name, cast(BinaryReader, content))
    if isinstance(content, AsyncIterable):
        several = cast("AsyncIterable[object]", content)
        return Source(lambda: _checked(name, several), None, aiter(several) is not several), b"", None
    if isinstance(content, Iterable):
        listed = cast("Iterable[object]", content)
        return Source(lambda: _iterated(name, listed), None, iter(listed) is not listed), b"", None
    msg = f"{name} must be a path, bytes, a binary file or an iterable of bytes, not {type(content).__name__}"
    raise TypeError(msg)


def _bytes_source(name: str, view: memoryview) -> Source:
    if not view:
        raise refuse(name, b"", "audio that is not empty")

    async def pieces() -> AsyncGenerator[bytes, None]:
        for start in range(0, len(view), PIECE):
            yield bytes(view[start : start + PIECE])

    return Source(pieces, len(view), replayable=True)


def _path_source(name: str, path: Path) -> tuple[Source, bytes]:
    try:
        status = path.stat()
        # Of a pipe, what is read to look at it would be lost.
        head = _first_bytes(path) if stat.S_ISREG(status.st_mode) else b""
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise refuse(name, str(path), f"a file that can be read ({reason})") from error
    if stat.S_ISDIR(status.st_mode):
        raise refuse(name, str(path), "a file (it is a directory)")
    if not stat.S_ISREG(status.st_mode):
        return Source(lambda: _read_path(name, path, None), None, replayable=False), b""
    if not head:
        raise refuse(name, str(path), "a file that is not empty")
    return Source(lambda: _read_path(name, path, status.st_size), status.st_size, replayable=True), head


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


async def _read_path(name: str, path: Path, size: int | None) -> AsyncGenerator[bytes, None]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        async with aclosing(_read(name, file, size)) as pieces:
            async for piece in pieces:
                yield piece
    finally:
        await asyncio.shield(asyncio.to_thread(file.close))


async def _reader_source(name: str, reader: Any) -> tuple[Source, bytes, str | None]:
    # Starlette's UploadFile wraps a file of its own, which tells where it stands; the wrapper does not.
    file = getattr(reader, "file", reader)
    file = file if hasattr(file, "read") and not hasattr(reader, "tell") else reader
    named = getattr(reader, "filename", None) or getattr(reader, "name", None)
    known_as = os.path.basename(named) if isinstance(named, str) else None
    start = await _position(file)
    if start is None:
        return Source(lambda: _read(name, file, None), None, replayable=False), b"", known_as
    await _called(file.seek, 0, os.SEEK_END)
    size = await _called(file.tell) - start
    await _called(file.seek, start)
    head = await _called(file.read, _HEAD) if size > 0 else b""
    await _called(file.seek, start)
    if isinstance(head, str):
        raise refuse(name, reader, "opened in binary mode")
    if size <= 0:
        raise refuse(name, reader, "a file with something left to read")

    async def pieces() -> AsyncGenerator[bytes, None]:
        await _called(file.seek, start)
        async with aclosing(_read(name, file, size)) as read:
            async for piece in read:
                yield piece

    return Source(pieces, size, replayable=True), head, known_as


async def _position(file: Any) -> int | None:
    if not hasattr(file, "seek") or not hasattr(file, "tell"):
        return None
    seekable = getattr(file, "seekable", None)
    try:
        if seekable is not None and not await _called(seekable):
            return None
        return int(await _called(file.tell))
    except (OSError, ValueError):
        return None


async def _called(function: Callable[..., T | Awaitable[T]], *arguments: object) -> T:
    # A wrapped file (anyio's, aiofiles') goes to a thread by itself; a plain one is taken there.
    if iscoroutinefunction(function):
        return cast(T, await function(*arguments))
    result = await asyncio.to_thread(function, *arguments)
    return cast(T, await result) if isawaitable(result) else result


async def _read(name: str, file: BinaryIO | BinaryReader, size: int | None) -> AsyncGenerator[bytes, None]:
    left = size
    while left is None or left > 0:
        read = await _called(file.read, PIECE if left is None else min(_AT_ONCE, left))
        if not read:
            return
        if left is not None:
            left -= len(read)
        data = _as_bytes(name, read)
        for start in range(0, len(data), PIECE):
            yield data[start : start + PIECE]


async def _iterated(name: str, content: Iterable[object]) -> AsyncGenerator[bytes, None]:
    iterator = await asyncio.to_thread(iter, content)
    while (piece := await asyncio.to_thread(next, iterator, _END)) is not _END:
        yield _as_bytes(name, piece)


async def _checked(name: str, content: AsyncIterable[object]) -> AsyncGenerator[bytes, None]:
    iterator = aiter(content)
    try:
        async for piece in iterator:
            yield _as_bytes(name, piece)
    finally:
        if (aclose := getattr(iterator, "aclose", None)) is not None:
            await aclose()


def _as_bytes(name: str, piece: Any) -> bytes:
    if not isinstance(piece, _BUFFERS):
        msg = f"{name} must give bytes, not {type(piece).__name__}"
        raise TypeError(msg)
    return bytes(cast("bytes", piece))
