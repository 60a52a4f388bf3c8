"""Audio as it comes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from io import BytesIO

from .._io.files import NewFile
from .._wire.wav import repaired_header
from ..audio.audio import Audio
from ..audio.formats import HEAD, MEDIA_TYPES, AudioFormat
from ..audio.playing import Playable
from .derived import Chunks
from .flow import Flow, Items
from .playing import play
from .reading import Stream


class AudioStream(Stream[bytes]):
    """
    Audio as it arrives: bytes in the container and encoding asked for, cut anywhere.

    ``async for`` gives the pieces as they come from the network.
    """

    def __init__(self, flow: Flow[bytes], format: AudioFormat | None = None, *, in_events: bool = False) -> None:
        super().__init__(flow)
        self._format, self._in_events = format, in_events
        self._left = bytearray()

    @property
    def content_type(self) -> str | None:
        """The audio's media type, such as ``"audio/wav"``."""
        if self._in_events:
            # The answer's own type is that of the events.
            return MEDIA_TYPES[self._format.container if self._format is not None else "raw"]
        return self._answer.headers.get("Content-Type")

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
            return (await self._read_all()).getvalue()
        while len(left) < size:
            if not (pieces := await flow.batch()):
                break
            for piece in pieces:
                left += piece
        taken = bytes(left[:size])
        del left[: len(taken)]
        return taken

    async def _read_all(self) -> BytesIO:
        # Its buffer is handed out without a copy: the body is in memory once.
        whole = BytesIO()
        whole.write(self._left)
        self._left.clear()
        while pieces := await self._flow.batch():
            whole.writelines(pieces)
        return whole

    async def collect(self) -> Audio:
        """
        Read to the end.

        A WAV header that the service had to send before it knew the length is made true.

        Returns:
            All the audio, with its format.

        Raises:
            CartesiaError: The request failed, or the stream broke off.
        """
        self._begin()
        try:
            whole = await self._read_all()
        except BaseException:
            self._flow.abort()
            raise
        size = whole.tell()
        whole.seek(0)
        if (head := repaired_header(whole.read(HEAD), size)) is not None:
            whole.seek(0)
            whole.write(head)
        return Audio(data=whole.getvalue(), format=self._format)

    async def play(self, *, device: int | str | None = None) -> None:
        """
        Play the audio on a loudspeaker of this machine, from its first piece on, and wait until it has been heard.

        The loudspeaker is taken hold of before anything is sent for. Cancelled, it is silent at once, and the connection
        is closed.

        Args:
            device: Which loudspeaker, by number or by a part of its name; left out, the usual one.

        Raises:
            ValueError: MP3 was asked for, which cannot be played while it comes, or there is no such loudspeaker.
            ImportError: The extra ``play`` is not installed.
            OSError: The loudspeaker cannot play.
            CartesiaError: The request failed, or the stream broke off.
        """
        playable = Playable(self._format)
        self._put_back()
        await play(self._begin(), playable, device)

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

        A WAV header that the service had to send before it knew the length is made true. Nothing else is changed, whatever
        the suffix of the path: what converts is `Audio.save`, of what `collect` gives.

        Args:
            path: Where to write; an existing file is replaced, and a pipe or a device written to.

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
