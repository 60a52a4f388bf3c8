"""HTTP as the emulator and the recorder serve it: a body that is broken ends its request at once, and is no crash."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler, _ErrInfo

_HEAD_END = b"\r\n\r\n"


class HTTPServer(web.Server):
    """A server that tells who reads a body as soon as the body turns out to be broken."""

    def __call__(self) -> RequestHandler:
        """Make what speaks with one client."""
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(RequestHandler):
    """
    Speaks with one client.

    aiohttp takes an error that it finds in a body for a request of its own, to be answered after the one whose body it
    is: whoever reads that body would wait for the rest of it.
    """

    __slots__ = ("_body",)

    def __init__(self, manager: web.Server, *, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        super().__init__(manager, loop=loop, **options)
        self._body: StreamReader | None = None  # of the newest request

    def data_received(self, data: bytes) -> None:
        """Take what came; a head by itself, so that its request is known when a body that came with it is broken."""
        head, end, rest = (b"", b"", data) if self._within_body() else bytes(data).partition(_HEAD_END)
        if end and rest:
            self._take(head + end)
            self._take(rest)
        else:
            self._take(data)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer; nothing can follow a body that was broken."""
        if request.content.exception() is not None:
            resp.force_close()
        return await super().finish_response(request, resp, start_time)

    def log_exception(self, *args: Any, **options: Any) -> None:
        """Log what went wrong, unless it is that a client did not send what it said."""
        if not isinstance(options.get("exc_info"), (HttpProcessingError, web.RequestPayloadError)):
            super().log_exception(*args, **options)

    def _within_body(self) -> bool:
        return self._body is not None and not self._body.is_eof()

    def _take(self, data: bytes) -> None:
        super().data_received(data)
        if not self._messages:
            return
        newest, body = self._messages[-1]
        if not isinstance(newest, _ErrInfo):
            self._body = body
        elif self._body is not None and not self._body.is_eof():
            self._messages.pop()
            self._body.set_exception(web.RequestPayloadError(newest.message))
            # No more is read; the answer still goes out.
            self.close()
