"""Writing a file that is whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .._wire.wav import repaired_header
from .threads import on_thread

_HEAD = 4096


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

    async def open(self) -> None:
        """
        Begin to write, beside the path, under another name.

        Raises:
            OSError: The folder is missing or cannot be written in, or the path is a folder.
        """
        await on_thread(self._open)

    def _open(self) -> None:
        if self._path.is_dir():
            raise IsADirectoryError(21, "Is a directory", self._told)
        with self._named():
            if is_special(self._path):
                self._file = open(self._path, "wb", buffering=0)  # noqa: SIM115 - closed by `keep` and `discard`
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
        await on_thread(self._write, piece)

    def _write(self, piece: bytes) -> None:
        assert self._file is not None
        with self._named():
            left = memoryview(piece)
            while left:
                left = left[self._file.write(left) :]

    async def keep(self) -> None:
        """Give the file its name; a WAV header written before its length was known is made true."""
        await on_thread(self._keep)

    def _keep(self) -> None:
        assert self._file is not None
        with self._named():
            if self._temporary is not None:
                self._repair(self._file)
            self._file.close()
            if self._temporary is not None:
                # A temporary file is for its owner alone; what is saved gets the permissions of any new file.
                mode = self._path.stat().st_mode & 0o777 if self._path.exists() else 0o666 & ~_umask()
                self._temporary.chmod(mode)
                self._temporary.replace(self._path)
        self._temporary = self._file = None

    def _repair(self, file: BinaryIO) -> None:
        size = file.tell()
        file.seek(0)
        repaired = repaired_header(file.read(_HEAD), size)
        if repaired is not None:
            file.seek(0)
            file.write(repaired)

    def discard(self) -> None:
        """Remove what was written, unless it has its name."""
        if self._file is not None:
            self._file.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """
    Write a file that is whole or not there, and block meanwhile.

    Args:
        path: Where to write; an existing file is replaced.
        data: All that is in it.

    Raises:
        OSError: The file cannot be written.
    """
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
