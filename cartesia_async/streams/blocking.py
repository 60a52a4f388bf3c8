"""
The blocking twins of the streams.

Each waits on the private loop for the next piece of the network, and hands out what that piece
held without crossing threads again.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from .._io.private_loop import PrivateLoop
from ..audio.audio import Audio
from .audio import AudioStream
from .events import EventStream
from .flow import Flow
from .reading import Stream

T = TypeVar("T")
E = TypeVar("E")
R = TypeVar("R")
# Pieces of the network. To cross from thread to thread costs as much as to read a large one, so what is at hand comes along.
_AT_ONCE = 8


def _read(loop: PrivateLoop, flow: Flow[Any], function: Callable[..., Coroutine[Any, Any, R]], *arguments: object) -> R:
    try:
        return loop.call(function, *arguments)
    except RuntimeError:
        # A client that is closed between two pieces takes no more calls, and cuts its streams off a moment later.
        if not loop.closed or (interruption := flow.interruption("the client was closed")) is None:
            raise
        raise interruption from None


class BlockingItems(Generic[T]):
    """The iterator over a flow; dropped, it closes the connection."""

    __slots__ = ("_flow", "_loop", "_ready")

    def __init__(self, loop: PrivateLoop, flow: Flow[T]) -> None:
        self._loop, self._flow = loop, flow
        self._ready = deque[T]()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        ready = self._ready
        if not ready:
            ready.extend(_read(self._loop, self._flow, self._flow.batch, _AT_ONCE))
            if not ready:
                raise StopIteration
        return ready.popleft()

    def close(self) -> None:
        """Stop reading."""
        self._flow.abort("the iterator was closed")

    def __del__(self) -> None:
        self._flow.abort("the loop over this stream was left")


class BlockingStream(Generic[T]):
    """
    A stream of items, of which nothing is sent for until it is read or entered.

    However it is left (by ``break``, an exception, Ctrl-C, `close`, the end of ``with``, or by dropping it), its
    connection is closed at once; read to its end, it gives the connection back.
    """

    def __init__(self, loop: PrivateLoop, stream: Stream[T]) -> None:
        self._loop = loop
        self._stream = stream

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return self._stream.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer, whose names are case-insensitive."""
        return self._stream.headers

    @property
    def request_id(self) -> str | None:
        """The service's name for the request, where it gave one."""
        return self._stream.request_id

    @property
    def attempts(self) -> int:
        """How many times the request was sent."""
        return self._stream.attempts

    def __iter__(self) -> Iterator[T]:
        return BlockingItems(self._loop, self._stream._begin())  # noqa: SLF001 - its twin

    def __enter__(self) -> Self:
        self._loop.call(self._stream.__aenter__)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading and close the connection, unless all was read."""
        self._stream._flow.abort()  # noqa: SLF001 - its twin


class BlockingAudioStream(BlockingStream[bytes]):
    """
    Audio as it arrives: bytes in the container and encoding asked for, cut anywhere.

    ``for`` gives the pieces as they come from the network.
    """

    _stream: AudioStream

    def __init__(self, loop: PrivateLoop, stream: AudioStream) -> None:
        super().__init__(loop, stream)

    @property
    def content_type(self) -> str | None:
        """The audio's media type, such as ``"audio/wav"``."""
        return self._stream.content_type

    def read(self, size: int = -1, /) -> bytes:
        """
        Read audio.

        Args:
            size: How many bytes; left out, all that is left.

        Returns:
            So many bytes, and fewer only at the end of the audio.

        Raises:
            CartesiaError: The request failed, or the stream broke off.
        """
        return _read(self._loop, self._stream._flow, self._stream.read, size)  # noqa: SLF001 - its twin

    def collect(self) -> Audio:
        """
        Read to the end.

        A WAV header that the service had to send before it knew the length is made true.

        Returns:
            All the audio, with its format.

        Raises:
            CartesiaError: The request failed, or the stream broke off.
        """
        return _read(self._loop, self._stream._flow, self._stream.collect)  # noqa: SLF001 - its twin

    def play(self, *, device: int | str | None = None) -> None:
        """
        Play the audio on a loudspeaker of this machine, from its first piece on, and wait until it has been heard.

        The loudspeaker is taken hold of before anything is sent for. Interrupted by Ctrl-C, it is silent at once, and the
        connection is closed.

        Args:
            device: Which loudspeaker, by number or by a part of its name; left out, the usual one.

        Raises:
            ValueError: MP3 was asked for, which cannot be played while it comes, or there is no such loudspeaker.
            ImportError: The extra ``play`` is not installed.
            OSError: The loudspeaker cannot play.
            CartesiaError: The request failed, or the stream broke off.
        """
        stream = self._stream
        _read(self._loop, stream._flow, partial(stream.play, device=device))  # noqa: SLF001 - its twin

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        """
        Iterate over the audio in pieces of one size.

        Args:
            size: Bytes in a piece; the last may have fewer.

        Raises:
            ValueError: *size* is not above 0.
        """
        return BlockingItems(self._loop, self._stream._chunks(size))  # noqa: SLF001 - its twin

    def __iter__(self) -> Iterator[bytes]:
        self._stream._put_back()  # noqa: SLF001 - its twin
        return super().__iter__()

    def save(self, path: str | os.PathLike[str]) -> None:
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
        _read(self._loop, self._stream._flow, self._stream.save, path)  # noqa: SLF001 - its twin


class BlockingEventStream(BlockingStream[E], Generic[E]):
    """Events as they arrive; the last is `Done`. An error that the service sends is raised."""

    _stream: EventStream[E]

    def __init__(self, loop: PrivateLoop, stream: EventStream[E]) -> None:
        super().__init__(loop, stream)

    def audio(self) -> BlockingAudioStream:
        """Give only the audio of the events, as a stream of its own that takes this one's place."""
        return BlockingAudioStream(self._loop, self._stream.audio())

    def play(self, *, device: int | str | None = None) -> None:
        """
        Play the audio on a loudspeaker of this machine, from its first piece on, and wait until it has been heard.

        The loudspeaker is taken hold of before anything is sent for. Interrupted by Ctrl-C, it is silent at once, and the
        connection is closed.

        Args:
            device: Which loudspeaker, by number or by a part of its name; left out, the usual one.

        Raises:
            ValueError: MP3 was asked for, which cannot be played while it comes, or there is no such loudspeaker.
            ImportError: The extra ``play`` is not installed.
            OSError: The loudspeaker cannot play.
            CartesiaError: The request failed, or the stream broke off.
        """
        stream = self._stream
        _read(self._loop, stream._flow, partial(stream.play, device=device))  # noqa: SLF001 - its twin

    def collect(self) -> Audio:
        """
        Read to the end and put everything together.

        Returns:
            The joined audio, with its format and all timestamps.

        Raises:
            CartesiaError: The request failed, or the stream broke off.
        """
        return _read(self._loop, self._stream._flow, self._stream.collect)  # noqa: SLF001 - its twin
