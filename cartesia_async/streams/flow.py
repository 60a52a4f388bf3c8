"""The items of one answer, from the request to the last of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from .._io.http.response import Response
from .._io.scope import Scope
from .._io.secrecy import cleanse
from ..errors import APIConnectionError, APITimeoutError, CartesiaError, StreamError

T = TypeVar("T")


class Reader(Protocol[T]):
    """Turns the bytes of a body, cut anywhere, into items."""

    def feed(self, chunk: bytes, ready: deque[T]) -> None:
        """Add the items that *chunk* completes to *ready*; what is wrong is raised after those before it."""
        ...

    def finish(self, ready: deque[T]) -> None:
        """Learn that the body is over."""
        ...

    @property
    def finished(self) -> bool:
        """Whether no further item can come."""
        ...

    def describe(self, error: CartesiaError) -> None:
        """Write on *error* how far the stream had come."""
        ...


class Flow(Generic[T]):
    """
    Items that arrive in batches, one for each piece of the network.

    A flow holds the connection. It lets go of it when it is read to its end, aborted, fails, or is dropped.

    Attributes:
        ready: Items that have arrived and were not taken yet.
        response: The answer, once there is one.
        over: Whether no further item will come.
    """

    def __init__(self, open_response: Callable[[], Awaitable[Response]], reader: Reader[T]) -> None:
        self._open_response = open_response
        self._reader = reader
        self._failure: Exception | None = None
        self._aborted: str | None = None
        self._opening: tuple[asyncio.AbstractEventLoop, Scope] | None = None
        self._filling = False
        self.ready = deque[T]()
        self.response: Response | None = None
        self.over = False

    async def open(self) -> None:
        """Send the request, unless it was sent."""
        self._check_usable()
        if self.response is not None:
            return
        if self._opening is not None:
            msg = "this stream is being opened by another task"
            raise RuntimeError(msg)
        scope = Scope()
        self._opening = asyncio.get_running_loop(), scope
        try:
            with scope:
                self.response = await self._open_response()
        except BaseException as error:
            if not (isinstance(error, TimeoutError) and scope.was_cut):
                self._spoil("the request failed")
                raise
        finally:
            self._opening = None
        if self._aborted is not None:
            if self.response is not None:
                self.response.abort(self._aborted)
            msg = f"{self._aborted} before its answer came"
            raise APIConnectionError(msg)

    async def fill(self, pieces: int = 1) -> None:
        """
        Wait until something is ready, or the flow is over.

        Args:
            pieces: How many pieces of the network may be taken, provided that they are there without more waiting.
        """
        if self.ready or (self.over and self._failure is None and self._aborted is None):
            return
        if self._failure is not None:
            failure, self._failure = self._failure, None
            self._spoil("the stream failed")
            raise failure
        if self._filling:
            msg = "this stream is being read by another task"
            raise RuntimeError(msg)
        await self.open()
        response, ready = self.response, self.ready
        assert response is not None
        self._filling = True
        try:
            while not self.over and (not ready or (pieces > 1 and await response.more_at_hand())):
                # The piece is held in a frame of its own: tracebacks of what fails there are emptied.
                await self._step(response)
                if ready:
                    response.began = True
                    pieces -= 1
        except Exception as error:
            self._fail(error)
            if not ready:
                self._failure = None
                self._spoil("the stream failed")
                raise
        except BaseException as error:
            self._spoil("the reader was interrupted")
            response.abort("the reader was interrupted")
            response.ended(error)
            raise
        finally:
            self._filling = False

    async def _step(self, response: Response) -> None:
        self._take(await response.piece())

    def _take(self, chunk: bytes) -> None:
        reader, response = self._reader, self.response
        assert response is not None
        if chunk:
            reader.feed(chunk, self.ready)
            if not reader.finished:
                return
        else:
            reader.finish(self.ready)
        self.over = True
        if response.at_end:
            response.ended(None)

    async def batch(self, pieces: int = 1) -> list[T]:
        """Wait for the next items and take all that have arrived; none at the end. *pieces* is that of `fill`."""
        await self.fill(pieces)
        if not self.ready:
            await self.settle()
            return []
        batch = list(self.ready)
        self.ready.clear()
        return batch

    async def settle(self) -> None:
        """After the last item: read what is left of the body, so that its connection can serve again."""
        response = self.response
        if self.over and response is not None and not response.at_end and self._aborted is None:
            await response.drain()
            response.ended(None)

    def _fail(self, error: Exception) -> None:
        self.over = True
        self._failure = error
        response = self.response
        assert response is not None
        if isinstance(error, CartesiaError):
            self._reader.describe(error)
            error.attempts = response.attempts
            error.request_id = error.request_id or response.request_id
            if isinstance(error, (StreamError, APITimeoutError)):
                error.bytes_received = response.bytes_received
            cleanse(error, response.secrets)
        response.abort("it failed")
        response.ended(error)

    def interruption(self, reason: str) -> StreamError | None:
        """Make the error for a flow that was open when its connection was closed."""
        if self.response is None or self.over:
            return None
        error = self.response.interrupted(reason)
        self._reader.describe(error)
        return error

    def abort(self, reason: str = "the stream was closed") -> None:
        """Let go of the connection at once; nothing more can be read. Safe from every thread."""
        if self._aborted is None and not (self.over and not self.ready):
            self._aborted = reason
        self.over = True
        self.ready.clear()
        if self.response is not None:
            self.response.abort(reason)
            self.response.ended(None)
        elif (opening := self._opening) is not None:
            loop, scope = opening
            with suppress(RuntimeError):  # the loop has closed
                loop.call_soon_threadsafe(scope.cut)

    def _spoil(self, reason: str) -> None:
        # What failed or was interrupted must not look, read again, as if it had come to its end.
        self.over = True
        self._aborted = self._aborted or reason

    def _check_usable(self) -> None:
        if self._aborted is not None:
            msg = f"{self._aborted}: there is nothing more to read"
            raise RuntimeError(msg)

    def __del__(self) -> None:
        response = getattr(self, "response", None)
        if response is not None:
            response.abort("the stream was dropped")
            response.ended(None)


class Pieces:
    """The reader of a body that is audio: each piece is an item."""

    finished = False

    def feed(self, chunk: bytes, ready: deque[bytes]) -> None:
        """Hand the piece on."""
        ready.append(chunk)

    def finish(self, ready: deque[bytes]) -> None:  # noqa: ARG002 - nothing is held back
        """End."""
        self.finished = True

    def describe(self, error: CartesiaError) -> None:
        """Add nothing: the bytes are counted by the answer."""


class Items(Generic[T]):
    """
    The iterator over a flow.

    It is an object of its own so that its end is known: a `break` drops it, and that closes the connection, while the
    stream itself may be held in a variable.
    """

    __slots__ = ("_flow", "_ready")

    def __init__(self, flow: Flow[T]) -> None:
        self._flow = flow
        self._ready = flow.ready

    def __aiter__(self) -> Items[T]:
        return self

    async def __anext__(self) -> T:
        ready = self._ready
        if not ready:
            await self._flow.fill()
            if not ready:
                await self._flow.settle()
                raise StopAsyncIteration
        return ready.popleft()

    async def aclose(self) -> None:
        """Stop reading."""
        self._flow.abort("the iterator was closed")

    def __del__(self) -> None:
        self._flow.abort("the loop over this stream was left")
