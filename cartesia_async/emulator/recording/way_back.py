"""An answer on its way from the service to who asked, piece by piece, with a tape running."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import aiohttp
import attrs
from aiohttp import hdrs, web
from multidict import CIMultiDict

from ..faults.endings import cut
from .recording import Answer, Ending
from .tape import Tape

# What speaks of one connection only, and there are two: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
_OF_ONE_CONNECTION = frozenset(
    {
        *("connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"),
        *("te", "trailer", "transfer-encoding", "upgrade", "host", "expect"),
    }
)
# aiohttp unpacks these. A body is kept as what it says, and goes on as it is kept.
_PACKINGS = frozenset({"gzip", "deflate", "br", "zstd"})


class Keeper(Protocol):
    """Takes the tape of one exchange."""

    async def write_out(self, tape: Tape) -> None:
        """Write what a tape holds to its file."""
        ...

    async def keep(self, tape: Tape, answer: Answer) -> None:
        """Finish a tape."""
        ...


class WayBack:
    """
    Passes one answer on, and records it.

    Args:
        response: The answer.
        tape: Records its body.
        keeper: Takes the tape.
        headers: What is kept of its headers.
        now: Gives the time in milliseconds.
    """

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        tape: Tape,
        keeper: Keeper,
        *,
        headers: list[str],
        now: Callable[[], float],
    ) -> None:
        self._response = response
        self._tape = tape
        self._keeper = keeper
        self._now = now
        self._answer = Answer(status=response.status, headers=headers, began=now())
        self._kept = False

    async def walk(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request; when the client leaves, what it had until then is recorded."""
        ended: Ending = "left"
        try:
            empty = self._response.content.at_eof()
            if empty:
                # Whoever has all of an answer finds its recording there.
                ended = "whole"
                await self._keep(ended)
            stream = self._stream()
            await stream.prepare(request)
            if not empty:
                # (Where there is no body, aiohttp gives empty pieces for ever.)
                ended = await self._pass_on(stream)
        finally:
            if ended == "left" and self._rest_is_here():
                ended = "whole"
            await self._keep(ended)
        if ended != "whole":
            await cut(request, "reset" if ended == "reset" else "close")
        await stream.write_eof()
        return stream

    def _stream(self) -> web.StreamResponse:
        response = self._response
        return web.StreamResponse(status=response.status, reason=response.reason, headers=answer_headers(response))

    async def _pass_on(self, stream: web.StreamResponse) -> Ending:
        pieces = self._response.content.iter_chunks()
        while True:
            try:
                data, _ = await anext(pieces)
            except StopAsyncIteration:
                return "whole"
            except (aiohttp.ClientError, OSError) as error:
                return how_it_ended(error)
            if data:
                if self._tape.add(data, self._now()):
                    await self._keeper.write_out(self._tape)
                if self._tape.size == stream.content_length:
                    await self._keep("whole")
                await stream.write(data)

    def _rest_is_here(self) -> bool:
        """Take what had come when the client left: it leaves as soon as it has heard what it needs."""
        content = self._response.content
        if content.exception() is not None or not content.is_eof():
            return False
        if rest := content.read_nowait():
            self._tape.add(rest, self._now())
        return True

    async def _keep(self, ended: Ending) -> None:
        if not self._kept:
            self._kept = True
            await self._keeper.keep(self._tape, attrs.evolve(self._answer, ended=ended, ended_at=self._now()))


def how_it_ended(error: Exception) -> Ending:
    """Tell how a connection ended, from what aiohttp raised."""
    # Of a body that is cut, aiohttp tells only in words whether the connection was reset.
    return "reset" if isinstance(error, OSError) or ConnectionResetError.__name__ in str(error) else "close"


def answer_headers(response: aiohttp.ClientResponse) -> CIMultiDict[str]:
    """Give those of an answer's headers that go on with it."""
    headers = passed_on(response.headers.items())
    if headers.get(hdrs.CONTENT_ENCODING, "").lower() in _PACKINGS and response.method != hdrs.METH_HEAD:
        for name in (hdrs.CONTENT_ENCODING, hdrs.CONTENT_LENGTH):
            headers.popall(name, None)
    return headers


def passed_on(headers: Iterable[tuple[str, str]]) -> CIMultiDict[str]:
    """Give the headers that are not of one connection only."""
    all_headers = CIMultiDict(headers)
    named = {name.strip().lower() for value in all_headers.getall(hdrs.CONNECTION, []) for name in value.split(",")}
    gone = _OF_ONE_CONNECTION | named
    return CIMultiDict((name, value) for name, value in all_headers.items() if name.lower() not in gone)
