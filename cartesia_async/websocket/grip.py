"""What a user holds of something spoken over a WebSocket: dropped, it ends it on the service."""

from __future__ import annotations

import abc
import asyncio
from collections import deque
from collections.abc import Mapping
from contextlib import suppress

import attrs

from .._io.http.websocket import WebSocket
from ..errors import StreamError, StreamInterruptedError
from ..models.events import TTSEvent
from ..streams.flow import Flow


@attrs.frozen(eq=False)
class Handshake:
    """
    The answer that opened a WebSocket, as much of it as a stream shows.

    Attributes:
        headers: Its headers, whose names are case-insensitive.
        request_id: The service's name for the handshake, where a header told it.
        attempts: How many handshakes were tried.
        status: The HTTP status.
    """

    headers: Mapping[str, str]
    request_id: str | None
    attempts: int
    status: int = 101

    @classmethod
    def of(cls, socket: WebSocket) -> Handshake:
        """Tell of a WebSocket."""
        return cls(socket.headers, socket.request_id, socket.attempts)

    def abort(self, reason: str) -> None:
        """Do nothing: the connection may carry other contexts."""

    def ended(self, error: BaseException | None) -> None:
        """Do nothing: the connection tells its own end."""


class Grip(Flow[TTSEvent], abc.ABC):
    """
    The events of something spoken, for whoever reads them.

    Nothing that runs holds it: when it is dropped, nobody can read any more, and what it stands for is ended.
    """

    def __init__(self) -> None:
        self.ready = deque[TTSEvent]()
        self.over = False
        self._aborted: str | None = None
        self._filling = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._handshake: Handshake | None = None

    @property
    def response(self) -> Handshake | None:  # type: ignore[override]  # streams ask no more of an answer than this
        """The answer that opened the connection, once there is one."""
        return self._handshake

    @abc.abstractmethod
    async def _connect(self) -> WebSocket:
        """Connect, and begin where there is something to begin."""

    @abc.abstractmethod
    async def _events(self) -> list[TTSEvent]:
        """Wait for events and take all that have come; none at the end."""

    @abc.abstractmethod
    def _leave(self) -> None:
        """End it, on its loop."""

    @property
    @abc.abstractmethod
    def _is_done(self) -> bool:
        """Whether there is nothing left to end."""

    @abc.abstractmethod
    def _how_far(self, error: StreamError) -> None:
        """Write on *error* how far it has come."""

    async def open(self) -> None:
        """Connect, unless it is connected."""
        self._check_usable()
        self._loop = asyncio.get_running_loop()
        if self._handshake is None:
            try:
                self._handshake = Handshake.of(await self._connect())
            except BaseException:
                self.abort("the request failed")
                raise

    async def fill(self, pieces: int = 1) -> None:  # noqa: ARG002 - all that has come is taken in any case
        """Wait until something is ready, or the flow is over."""
        if self.ready or (self.over and self._aborted is None):
            return
        self._check_usable()
        if self._filling:
            msg = "this stream is being read by another task"
            raise RuntimeError(msg)
        self._filling = True
        self._loop = asyncio.get_running_loop()
        try:
            self.ready.extend(await self._events())
            self.over = not self.ready
        except Exception:
            self._spoil("the stream failed")
            raise
        except BaseException:
            self.abort("the reader was interrupted")
            raise
        finally:
            self._filling = False

    async def settle(self) -> None:
        """Do nothing: the connection may carry other contexts."""

    def interruption(self, reason: str) -> StreamError | None:
        """Make the error for a flow that was open when its connection was closed."""
        if self.over:
            return None
        error = StreamInterruptedError(f"the stream was cut off: {reason}")
        self._how_far(error)
        return error

    def abort(self, reason: str = "the stream was closed") -> None:
        """End it at once; nothing more can be read. Safe from every thread."""
        if self._aborted is None and not (self.over and not self.ready):
            self._aborted = reason
        self.over = True
        self.ready.clear()
        loop = self._loop
        if loop is None:
            self._leave()
            return
        if self._is_done:
            return
        try:
            here = asyncio.get_running_loop() is loop
        except RuntimeError:
            here = False
        if here:
            self._leave()
        else:
            with suppress(RuntimeError):  # the loop was closed, and with it what it had open
                loop.call_soon_threadsafe(self._leave)

    def __del__(self) -> None:
        if getattr(self, "_aborted", "") is None and not self.over:
            self.abort("the stream was dropped")
