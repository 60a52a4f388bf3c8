"""Writing a file that is whole or not there."""

from __future__ import annotations

import asyncio
import errno
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .._wire.wav import repaired_header
from .threads import on_thread

_HEAD = 4096
_PAUSE = 0.01  # seconds until a pipe that takes nothing is tried again


class NewFile:
    """
    A file that takes its name only when it is whole.

    Args:
        path: Where it will stand; an existing file is replaced. Where a link leads to it, the link stays; a pipe or a
            device, which can only be written to as it is, gets each piece at once.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._told = str(path)
        self._temporary: Path | None = None
        self._file: BinaryIO | None = None
        self._pipe: int | None = None

    async def open(self) -> None:
        """
        Begin to write, beside the path, under another name.

        Raises:
            OSError: The folder is missing or cannot be written in, or the path is a folder.
        """
        await on_thread(self._open)
        if self._file is None:
            with self._named():
                self._pipe = await self._opened()

    # A thread that waits for whoever reads a pipe could not be told to stop: so a pipe is never waited for in one.

    async def _opened(self) -> int:
        while True:
            try:
                return os.open(self._path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
            await asyncio.sleep(_PAUSE)  # nobody reads it yet

    def _open(self) -> None:
        if self._path.is_dir():
            raise IsADirectoryError(21, "Is a directory", self._told)
        with self._named():
            if is_special(self._path):
                return
            self._path = Path(os.path.realpath(self._path))
            handle, name = tempfile.mkstemp(prefix=f".{self._path.name}.", suffix=".part", dir=self._path.parent)
            self._temporary, self._file = Path(name), os.fdopen(handle, "w+b")

    @contextmanager
    def _named(self) -> Generator[None]:
        # Of the name that it has meanwhile nobody has heard; of an error while it is written, no name is told.
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, self._told) from error

    async def write(self, piece: bytes) -> None:
        """Write a piece."""
        if self._pipe is None:
            await on_thread(self._write, piece)
            return
        with self._named():
            left = memoryview(piece)
            while left:
                try:
                    left = left[os.write(self._pipe, left) :]
                except BlockingIOError:
                    await asyncio.sleep(_PAUSE)

    def _write(self, piece: bytes) -> None:
        assert self._file is not None
        with self._named():
            self._file.write(piece)

    async def keep(self) -> None:
        """Give the file its name; a WAV header written before its length was known is made true."""
        if self._pipe is None:
            await on_thread(self._keep)

    def _keep(self) -> None:
        assert self._file is not None
        assert self._temporary is not None
        with self._named():
            size = self._file.tell()
            self._file.seek(0)
            repaired = repaired_header(self._file.read(_HEAD), size)
            if repaired is not None:
                self._file.seek(0)
                self._file.write(repaired)
            self._file.close()
            # A temporary file is for its owner alone; what is saved gets the permissions of any new file.
            mode = self._path.stat().st_mode & 0o777 if self._path.exists() else 0o666 & ~_umask()
            self._temporary.chmod(mode)
            self._temporary.replace(self._path)
        self._temporary = self._file = None

    def discard(self) -> None:
        """Remove what was written, unless it has its name; what has gone into a pipe is gone."""
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None
        if self._file is not None:
            self._file.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """
    Write a file that is whole or not there, or into a pipe or a device, and block meanwhile.

    Args:
        path: Where to write; an existing file is replaced.
        data: All that is in it.

    Raises:
        OSError: The file cannot be written.
    """
    if is_special(path):
        with open(path, "wb") as special:
            special.write(data)
        return
    file = NewFile(path)
    try:
        file._open()  # noqa: SLF001 - what it does on a thread is done on this one
        file._write(data)  # noqa: SLF001
        file._keep()  # noqa: SLF001
    finally:
        file.discard()


def is_special(path: str | os.PathLike[str]) -> bool:
    """Whether there is something at *path* that is neither a file nor a folder: a pipe, or a device."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
