"""What the answers that stream speech have in common."""

from __future__ import annotations

import abc
from collections.abc import AsyncIterator, Mapping
from typing import Generic, TypeVar

from starlette.background import BackgroundTask
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ..streams.reading import Stream
from .listening import while_wanted

T = TypeVar("T")
# Of what a proxy would hold back, nothing is heard in time; and what is asked for again is spoken, and paid for, again.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
# What the service's answer says that is worth handing on.
_HANDED_ON = ("Cartesia-File-ID",)


class SpeechResponse(Response, abc.ABC, Generic[T]):
    """
    An answer that is streamed as it is spoken, and stopped when the listener leaves.

    The stream is opened, and its first item awaited, before any header is sent: what goes wrong until then is raised,
    and can still be told by a status.
    """

    stream: Stream[T]

    def __init__(
        self,
        stream: Stream[T],
        status_code: int,
        headers: Mapping[str, str] | None,
        media_type: str | None,
        background: BackgroundTask | None,
    ) -> None:
        self.stream = stream
        self.status_code = status_code
        self.media_type = media_type
        self.background = background
        self.init_headers(headers)
        for name, value in _HEADERS.items():
            self.headers.setdefault(name, value)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope.get("method") == "HEAD" or self._is_unwanted(scope):
            # Nothing is asked of the service: whoever does not listen need not be spoken to.
            await self.stream.close()
            await self._begin(send)
            await send({"type": "http.response.body", "body": b""})
        else:
            await while_wanted(self._speak(send), _left(receive))
        if self.background is not None:
            await self.background()

    async def _begin(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})

    async def _speak(self, send: Send) -> None:
        async with self.stream as stream:
            items = aiter(stream)
            first = await anext(items, None)
            self._learn(stream, self.headers)
            await self._begin(send)
            if first is not None:
                await self._send_all(first, items, send)
        await send({"type": "http.response.body", "body": b""})

    def _learn(self, stream: Stream[T], headers: MutableHeaders) -> None:
        """Complete the *headers* by what the answer to *stream* says."""
        if stream.request_id is not None:
            headers.setdefault("X-Request-ID", stream.request_id)
        for name in _HANDED_ON:
            if (value := stream.headers.get(name)) is not None:
                headers.setdefault(name, value)

    def _is_unwanted(self, scope: Scope) -> bool:  # noqa: ARG002 - for those who can tell
        """Whether it is answered without a word; the status then says so."""
        return False

    @abc.abstractmethod
    async def _send_all(self, first: T, others: AsyncIterator[T], send: Send) -> None:
        """Send each item."""


async def piece(send: Send, data: bytes) -> None:
    """Send a piece of the body; while the listener is slow, this waits."""
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
