"""What is known of a request while it is being sent, and the bodies that tell it."""

from __future__ import annotations

import abc
import asyncio
import weakref
from collections.abc import Generator, Mapping
from contextlib import aclosing, contextmanager
from contextvars import ContextVar
from typing import Self

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from ..._wire.request import Form
from ..scope import Scope
from ..sources import Source
from ..watch import Timer, Watch

current: ContextVar[Sending | None] = ContextVar("cartesia_async_sending", default=None)


class Sending:
    """
    One attempt, from asking for a connection to the answer's headers.

    Attributes:
        reused: Whether the connection had served an earlier request; ``None`` while it is not known.
        begun: Whether anything may have been sent.
        answered: Whether the answer's headers have come.
        failure: What the user's own source of bytes raised.
        limit: The time limit that runs, and its length in seconds.
    """

    def __init__(self, scope: Scope, timer: Timer, deadline: float | None, total: float | None) -> None:
        self._clock = asyncio.get_running_loop().time
        self._watch: Watch | None = Watch(timer, scope.cut)
        self._deadline, self._total = deadline, total
        self.reused: bool | None = None
        self.begun = False
        self.answered = False
        self.failure: BaseException | None = None
        self.limit = ("connect", 0.0)
        self.first_byte: float | None = None
        self.idle: float | None = None
        self.first_byte_until: float | None = None

    def expect(self, limit: str, seconds: float | None) -> float | None:
        """Let *limit* run from now, under the deadline of the whole call."""
        until = None if seconds is None else self._clock() + seconds
        self.limit = (limit, seconds or 0.0)
        if self._deadline is not None and (until is None or self._deadline < until):
            until = self._deadline
            self.limit = ("total", self._total or 0.0)
        if self._watch is not None and not self.answered and not self._watch.expired:
            self._watch.expect(until)
        return until

    def over(self) -> None:
        """The attempt is over. A connection's callbacks remember it as their context: it must not hold its task then."""
        if self._watch is not None:
            self._watch.stop()
        self._watch = None

    def connected(self, *, reused: bool) -> None:
        """A connection is there; the request goes out next."""
        self.reused = reused
        self.begun = True
        self.sent()

    def sent(self) -> None:
        """All of the request is sent; the answer is awaited."""
        self.begun = True
        self.first_byte_until = self.expect("first_byte", self.first_byte)


class _Told(aiohttp.payload.Payload):
    """A body that tells how it is sent."""

    _sending: Sending
    _seen: weakref.WeakSet[asyncio.Transport]

    def __deepcopy__(self, memo: object) -> Self:
        # aioresponses copies what it is asked; a body is tied to its attempt, whose loop cannot be copied.
        return self

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write all of it; if it stays half-written, break the connection off."""
        # Asked for later, a connection that is being closed would not show its transport any more.
        transport: asyncio.Transport | None = getattr(writer, "transport", None)
        sending = self._sending
        if sending.reused is None and transport is not None:
            # A session of the user's own has a connector of its own, which tells nothing: a connection that
            # has carried a body of ours before is known to be a reused one.
            sending.reused = transport in self._seen
            self._seen.add(transport)
        sending.begun = True
        try:
            await self._write_all(writer)
        except BaseException as error:
            lost = isinstance(error, (ConnectionError, aiohttp.ClientError)) and sending.failure is None
            if transport is not None and not lost:
                # A half-written body must not be waited for: neither by us nor by the server.
                transport.abort()
            raise
        sending.sent()

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:  # noqa: ARG002
        """Write all of it: its length is announced by its size."""
        await self.write(writer)

    @abc.abstractmethod
    async def _write_all(self, writer: AbstractStreamWriter) -> None: ...


class JSONBody(_Told):
    """A JSON body; aiohttp's own body of bytes would warn of one that is large."""

    def __init__(self, body: bytes, sending: Sending, seen: weakref.WeakSet[asyncio.Transport]) -> None:
        super().__init__(body, content_type="application/json")
        self._body, self._sending, self._seen = body, sending, seen
        self._size = len(body)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Give the body as text."""
        return self._body.decode(encoding, errors)

    async def _write_all(self, writer: AbstractStreamWriter) -> None:
        await writer.write(self._body)


class SourceBody(_Told):
    """A file of a form, read piece by piece."""

    def __init__(self, source: Source, sending: Sending, seen: weakref.WeakSet[asyncio.Transport]) -> None:
        super().__init__(source, content_type=source.content_type)
        self._source, self._sending, self._seen = source, sending, seen
        self._size = source.size

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:  # noqa: ARG002 - it overrides
        """Refuse: a file is never kept as text."""
        msg = "a file that is uploaded is not kept"
        raise TypeError(msg)

    async def _write_all(self, writer: AbstractStreamWriter) -> None:
        sending, source = self._sending, self._source
        source.started = True
        sent = 0
        async with aclosing(source.pieces()) as pieces:
            while True:
                # However long the source takes for its next piece is its own affair.
                sending.expect("first_byte", None)
                with self._noting_failure():
                    if (piece := await anext(pieces, None)) is None:
                        break
                sending.expect("idle", sending.idle)
                await writer.write(piece)
                sent += len(piece)
                if source.progress is not None:
                    with self._noting_failure():
                        source.progress(sent, source.size)
        if source.size is not None and sent != source.size:
            with self._noting_failure():
                msg = f"the file {source.filename!r} ended after {sent} of its {source.size} bytes"
                raise ValueError(msg)

    @contextmanager
    def _noting_failure(self) -> Generator[None]:
        # What the user's own code raises, be it of a class that connections raise too, is not the connection's.
        try:
            yield
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._sending.failure = error
            raise


def form_body(
    form: Form, sources: Mapping[str, Source], sending: Sending, seen: weakref.WeakSet[asyncio.Transport]
) -> aiohttp.FormData:
    """Make the body of *form*: fields first, then the files, as the service's own clients do."""
    data = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in form.fields:
        data.add_field(name, value)
    for name, source in sources.items():
        data.add_field(name, SourceBody(source, sending, seen), filename=source.filename)
    return data
