"""A place for the clip of one request: in memory while it is small, on disk when it is not."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import BinaryIO, TypeVar, cast

import attrs

from .problems import too_large
from .workers import Workers

T = TypeVar("T")

_MOST = 64 * 2**20
_BATCH = 2**20


def _place() -> BinaryIO:
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_BATCH))  # It is one in all but its declared type.


@attrs.define(eq=False)
class Spooled:
    """
    Takes the bytes of a clip (64 MiB at most), and has them written and read by workers.

    A request may be left while a worker is at its clip. The file is closed when both have gone, by whoever is last.
    """

    workers: Workers
    size: int = 0
    batch: bytearray = attrs.field(factory=bytearray)
    _file: BinaryIO = attrs.field(factory=_place, init=False)
    _left: bool = attrs.field(default=False, init=False)
    _in_use: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    async def write(self, chunk: bytes, /) -> None:
        """Take a chunk; `Problem` (413) when it is too much."""
        self.size += len(chunk)
        if self.size > _MOST:
            raise too_large("A clip", _MOST)
        self.batch += chunk
        if len(self.batch) >= _BATCH:
            await self._write_out()

    async def read(self, reading: Callable[[BinaryIO], T]) -> T:
        """Have the whole clip read from its start by a worker; what `reading` gives or raises is given or raised."""
        await self._write_out()

        def read_from_start(file: BinaryIO) -> T:
            file.seek(0)
            return reading(file)

        return await self._use(read_from_start)

    def leave(self) -> None:
        """Say that the request is over."""
        self._left = True
        self._close_unless_in_use()

    async def _write_out(self) -> None:
        batch, self.batch = bytes(self.batch), bytearray()
        await self._use(lambda file: file.write(batch))

    async def _use(self, work: Callable[[BinaryIO], T]) -> T:
        def use() -> T:
            try:
                with self._in_use:
                    if self._left:
                        raise ValueError("nobody waits for this clip any more")
                    return work(self._file)
            finally:
                if self._left:
                    self._close_unless_in_use()

        return await self.workers.run(use)

    def _close_unless_in_use(self) -> None:
        if self._in_use.acquire(blocking=False):
            try:
                self._file.close()
            finally:
                self._in_use.release()


@asynccontextmanager
async def spooled(workers: Workers) -> AsyncGenerator[Spooled]:
    """Give a place for one clip, gone when left."""
    place = Spooled(workers)
    try:
        yield place
    finally:
        place.leave()
