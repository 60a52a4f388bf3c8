"""An answer whose headers have come and whose body is read piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import BytesIO

import aiohttp

from ..._wire.status import request_id_in
from ...errors import APIConnectionError, APITimeoutError, StreamInterruptedError
from ..observer import Observer
from ..secrecy import secrets_in
from ..watch import Watch
from .failures import timed_out
from .intake import arrived
from .sessions import LoopSession

_GRACE = 1.0  # seconds
_BULK = 1 << 16  # bytes of a piece, from which on another is likely to be there


class Response:
    """
    The answer to a request.

    Attributes:
        status: The HTTP status.
        bytes_received: How much of the body has been read.
        began: Whether the first item of the body has come; before, `first_byte` runs, and then `idle`.
        at_end: Whether the body was read to its end.
    """

    __slots__ = (
        "__weakref__",
        "_content",
        "_ended",
        "_first_byte",
        "_idle",
        "_limit",
        "_loop",
        "_loss",
        "_observer",
        "_raw",
        "_sent",
        "_size",
        "_total",
        "_watch",
        "at_end",
        "began",
        "bytes_received",
        "status",
    )

    def __init__(
        self,
        raw: aiohttp.ClientResponse,
        session: LoopSession,
        observer: Observer,
        *,
        first_byte: tuple[float | None, float | None],
        idle: float | None,
        total: tuple[float | None, float | None],
        sent: Mapping[str, str],
    ) -> None:
        self._raw = raw
        self._content = raw.content
        self._loop = asyncio.get_running_loop()
        self._observer = observer
        self._sent = sent
        self._size = 0
        self._watch = Watch(session.timer, raw.close)
        self._first_byte, self._idle, self._total = first_byte, idle, total
        self._limit = ("idle", 0.0)
        self._ended: str | None = None
        self.began = False
        self.at_end = False
        self.bytes_received = 0
        self.status = observer.status = raw.status
        session.responses.add(self)
        # The connection holds this in turn. Else what is collected in a circle would warn before it can be closed.
        protocol = getattr(raw, "_protocol", None)
        self._loss: asyncio.Future[None] | None = getattr(protocol, "closed", None)
        if self._loss is None:
            if protocol is not None:
                self._loop.call_soon(self._lost)
        else:
            self._loss.remove_done_callback(_heard)
            self._loss.add_done_callback(_heard)
            self._loss.add_done_callback(self._lost)

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, whose names are case-insensitive."""
        return self._raw.headers

    @property
    def request_id(self) -> str | None:
        """The service's name for the request, where a header tells it."""
        return request_id_in(self.headers)

    @property
    def attempts(self) -> int:
        """How many times the request was sent."""
        return self._observer.attempts

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no error may hold, should the service repeat it."""
        return secrets_in(self._sent)

    async def piece(self) -> bytes:
        """
        Wait for the next piece of the body; at its end it is empty.

        Raises:
            APITimeoutError: A time limit ran out.
            StreamInterruptedError: The body broke off before its end, or was closed meanwhile.
        """
        if self.at_end:
            return b""
        if self._ended is not None:
            raise self.interrupted(self._ended)
        self._watch.expect(self._until())
        try:
            piece = await arrived(self._content)
        except asyncio.CancelledError:
            self.abort("the reader was cancelled")
            raise
        except (aiohttp.ClientError, OSError, ValueError, RuntimeError) as error:
            if not (piece := self._unread()):
                raise self._failure(error) from error
        self._watch.relax()
        if piece:
            self._size = len(piece)
            self.bytes_received += len(piece)
            if self.status < 300:
                self._observer.piece(len(piece))
        if self._content.at_eof() and not self._was_reset():
            # Told along with the last piece, the end costs no wait of its own.
            self.at_end = True
            self._watch.stop()
            self._let_go()
        elif not piece:
            raise self._failure(ConnectionResetError())
        return piece

    async def more_at_hand(self) -> bool:
        """Tell whether more of a body that comes fast is there without waiting for it."""
        if self.at_end or self._size < _BULK:
            return False
        # A loop looks for input once it has run what was ready, and gives it to the connection in its next round.
        for _ in range(2):
            if self._content.total_bytes > self.bytes_received:
                return True
            await asyncio.sleep(0)
        return self._content.total_bytes > self.bytes_received

    def _until(self) -> float | None:
        if self.began:
            seconds = self._idle
            until = None if seconds is None else self._loop.time() + seconds
            self._limit = ("idle", seconds or 0.0)
        else:
            until, seconds = self._first_byte
            self._limit = ("first_byte", seconds or 0.0)
        deadline, total = self._total
        if deadline is not None and (until is None or deadline < until):
            self._limit = ("total", total or 0.0)
            return deadline
        return until

    def _unread(self) -> bytes:
        # aiohttp raises before it gives what had arrived while nobody read; there is no other way to it.
        take: Callable[[int], bytes] | None = getattr(self._content, "_read_nowait", None)
        return b"" if take is None or self._ended is not None or self._watch.expired else take(-1)

    def _was_reset(self) -> bool:
        # A body without a length ends with its connection: for aiohttp, whichever way that ends.
        coding = self.headers.get("Transfer-Encoding", "")
        if "Content-Length" in self.headers or "chunked" in coding.lower():
            return False
        protocol = getattr(self._raw, "_protocol", None)
        return protocol is not None and isinstance(protocol.exception(), OSError)

    def _failure(self, error: Exception) -> APIConnectionError:
        failure: APITimeoutError | StreamInterruptedError
        if self._watch.expired:
            failure = timed_out(*self._limit, request_id=self.request_id)
            failure.bytes_received = self.bytes_received
        else:
            reason = self._ended or f"the connection broke off ({type(error).__name__})"
            failure = self.interrupted(reason)
        failure.attempts = self.attempts
        self.abort("it failed")
        return failure

    def interrupted(self, reason: str) -> StreamInterruptedError:
        """Make the error for a body that ends too early."""
        msg = f"the answer was cut off after {self.bytes_received} bytes: {reason}"
        failure = StreamInterruptedError(msg, request_id=self.request_id)
        failure.bytes_received = self.bytes_received
        failure.attempts = self.attempts
        return failure

    async def start_of_body(self, size: int) -> bytes:
        """Read the body, at most *size* bytes of it, and as much as comes; for the body of an error."""
        self.began = True
        body = bytearray()
        try:
            while len(body) < size and (piece := await self.piece()):
                body += piece
        except APIConnectionError:
            pass
        if not self.at_end:
            self.abort("more than was wanted")
        return bytes(body[:size])

    async def body(self) -> bytes:
        """Read the whole body, into one buffer."""
        self.began = True
        body = BytesIO()
        while piece := await self.piece():
            body.write(piece)
        return body.getvalue()

    async def drain(self) -> None:
        """Wait a moment for the end of a body of which nothing more is due; close the connection if it does not come."""
        self.began, self._idle = True, _GRACE
        with suppress(APIConnectionError):
            await self.piece()
        self.abort("more than was wanted")

    def abort(self, reason: str) -> None:
        """Close the connection at once, unless the body was read to its end. Safe from every thread."""
        if self.at_end or self._ended is not None:
            return
        self._ended = reason
        try:
            here = asyncio.get_running_loop() is self._loop
        except RuntimeError:
            here = False
        if here or self._loop.is_closed():
            self._cut()
        else:
            try:
                self._loop.call_soon_threadsafe(self._cut)
            except RuntimeError:  # it closed meanwhile, and its connections with it
                self._cut()

    def leave_to_parent(self) -> None:
        """In a forked child: touch nothing (the parent's session keeps what there is), and let what reads here know."""
        if not self.at_end and self._ended is None:
            self._ended = "it belongs to the process that this one was forked from"

    def _cut(self) -> None:
        self._watch.stop()
        self._raw.close()
        self._let_go()

    def _let_go(self) -> None:
        if self._loss is not None:
            self._loss.remove_done_callback(self._lost)
            self._loss = None

    def _lost(self, *_: object) -> None:
        # After a body that breaks HTTP's rules, aiohttp closes the connection and leaves the reader waiting.
        if not self._content.is_eof() and self._content.exception() is None:
            self._content.set_exception(aiohttp.ClientPayloadError("the connection was lost"))

    def ended(self, error: BaseException | None) -> None:
        """Tell the observer that the call is over."""
        self._observer.ended(error)


def _heard(loss: asyncio.Future[None]) -> None:
    # Or the loop would tell of a connection that was lost while nobody used it.
    if not loss.cancelled():
        loss.exception()
