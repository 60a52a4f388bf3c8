"""Audio as it comes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from io import BytesIO

from .._io.files import NewFile
from .derived import Chunks
from .flow import Flow, Items
from .reading import Stream


class AudioStream(Stream[bytes]):
    """
    Audio as it arrives: bytes in the container and encoding asked for, cut anywhere.

    ``async for`` gives the pieces as they come from the network.
    """

    def __init__(self, flow: Flow[bytes], content_type: str | None = None) -> None:
        super().__init__(flow)
        self._content_type = content_type
        self._left = bytearray()

    @property
    def content_type(self) -> str | None:
        """The audio's media type, such as ``"audio/wav"``."""
        return self._content_type or self._answer.headers.get("Content-Type")

    async def read(self, size: int = -1, /) -> bytes:
        """
        Read audio.

        Args:
            size: How many bytes; left out, all that is left.

        Returns:
            So many bytes, and fewer only at the end of the audio.

        Raises:
            CartesiaError: The request failed, or the stream broke off.
        """
        if self._iterated:
            self._begin()
        flow, left = self._flow, self._left
        if size < 0:
            return await self._read_all()
        while len(left) < size:
            if not (pieces := await flow.batch()):
                break
            for piece in pieces:
                left += piece
        taken = bytes(left[:size])
        del left[: len(taken)]
        return taken

    async def _read_all(self) -> bytes:
        # Its buffer is handed out without a copy: the body is in memory once.
        whole = BytesIO()
        whole.write(self._left)
        self._left.clear()
        while pieces := await self._flow.batch():
            whole.writelines(pieces)
        return whole.getvalue()

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._put_back()
        return super().__aiter__()

    def _put_back(self) -> None:
        # What `read` took too much of comes first.
        if self._left:
            self._flow.ready.appendleft(bytes(self._left))
            self._left.clear()

    def iter_chunks(self, size: int) -> AsyncIterator[bytes]:
        """
        Iterate over the audio in pieces of one size.

        Args:
            size: Bytes in a piece; the last may have fewer.

        Raises:
            ValueError: *size* is not above 0.
        """
        return Items(self._chunks(size))

    def _chunks(self, size: int) -> Chunks:
        if size <= 0:
            msg = f"size must be above 0, not {size!r}"
            raise ValueError(msg)
        self._put_back()
        return Chunks(self._begin(), size)

    async def save(self, path: str | os.PathLike[str]) -> None:
        """
        Write all the audio to a file, which is whole or not there.

        A WAV header that the service had to send before it knew the length is made true.

        Args:
            path: Where to write; an existing file is replaced.

        Raises:
            CartesiaError: The request failed, or the stream broke off.
            OSError: The file cannot be written.
        """
        file = NewFile(path)
        self._put_back()
        flow = self._begin()
        try:
            await file.open()
            while pieces := await flow.batch():
                await file.write(b"".join(pieces))
            await file.keep()
        except BaseException:
            flow.abort()
            raise
        finally:
            file.discard()
