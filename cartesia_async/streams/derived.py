"""Flows that are made out of another flow."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

from .._io.http.response import Response
from ..errors import StreamError
from ..models.events import AudioChunk
from .flow import Flow

S = TypeVar("S")
T = TypeVar("T")


class Derived(Flow[T], Generic[S, T]):
    """A flow whose items are made out of those of *source*, which holds the connection."""

    def __init__(self, source: Flow[S]) -> None:
        self._source = source
        self.ready = deque[T]()

    @property
    def response(self) -> Response | None:  # type: ignore[override]  # it is the other flow's to set
        """The answer, once there is one."""
        return self._source.response

    async def open(self) -> None:
        """Send the request, unless it was sent."""
        await self._source.open()

    def interruption(self, reason: str) -> StreamError | None:
        """Make the error for a flow that was open when its connection was closed."""
        return self._source.interruption(reason)

    async def settle(self) -> None:
        """Do nothing: the other flow has seen to it."""

    def abort(self, reason: str = "the stream was closed") -> None:
        """Let go of the connection at once."""
        self.ready.clear()
        self._source.abort(reason)


class AudioOnly(Derived[S, bytes]):
    """The audio in a flow of events."""

    async def fill(self, pieces: int = 1) -> None:
        """Wait until audio is ready, or the flow is over."""
        while not self.ready and (events := await self._source.batch(pieces)):
            self.ready.extend(event.data for event in events if isinstance(event, AudioChunk))


class Chunks(Derived[bytes, bytes]):
    """
    Audio in pieces of one size.

    Args:
        source: Audio, cut anywhere.
        size: Bytes in a piece; the last may have fewer.
    """

    def __init__(self, source: Flow[bytes], size: int) -> None:
        super().__init__(source)
        self._size = size
        self._left = bytearray()
        self._broken: Exception | None = None

    async def fill(self, pieces: int = 1) -> None:
        """Wait until a piece is ready, or the flow is over."""
        if self._broken is not None and not self.ready:
            broken, self._broken = self._broken, None
            raise broken
        while not self.ready:
            try:
                found = await self._source.batch(pieces)
            except Exception as error:
                if not self._left:
                    raise
                # What had come is delivered before it is told that no more will.
                self._broken = error
                found = []
            if not found:
                if self._left:
                    self.ready.append(bytes(self._left))
                    self._left.clear()
                return
            self._cut(found)

    def _cut(self, pieces: list[bytes]) -> None:
        left, size = self._left, self._size
        for piece in pieces:
            left += piece
        whole = len(left) - len(left) % size
        with memoryview(left) as view:
            self.ready.extend(bytes(view[at : at + size]) for at in range(0, whole, size))
        del left[:whole]

    def abort(self, reason: str = "the stream was closed") -> None:
        """Let go of the connection at once."""
        self._left.clear()
        super().abort(reason)
