"""One request on its way to the service, and back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from http import HTTPStatus
from types import SimpleNamespace
from typing import Protocol

import aiohttp
import attrs
from aiohttp import hdrs, web
from yarl import URL

from ..bodies import go_ahead
from ..faults.endings import cut
from ..problems import Problem, invalid
from .recording import Answer
from .request_reader import RequestReader
from .secrecy import Secrets, visible_headers
from .tape import Tape
from .way_back import Keeper, WayBack, answer_headers, how_it_ended, passed_on

# Here no answer is told by the service: a recording of it would be of what is between.
_NO_ANSWER = (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError, aiohttp.ClientResponseError, TimeoutError)


class TapeKeeper(Keeper, Protocol):
    """Gives and takes the tape of one exchange."""

    def tape(self, content_type: str) -> Tape:
        """Give the tape."""
        ...


@attrs.define(kw_only=True)
class Passage:
    """
    One exchange.

    Attributes:
        request: What came.
        reader: What reads it.
        target: Where it goes.
        secrets: What must not be kept.
        keeper: Takes what was recorded.
        clock: Gives the time, in seconds.
        sent_at: When the last of the request had been sent.
    """

    request: web.BaseRequest
    reader: RequestReader
    target: str
    secrets: Secrets
    keeper: TapeKeeper
    clock: Callable[[], float]
    sent_at: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.sent()

    async def go(self, session: aiohttp.ClientSession) -> web.StreamResponse:
        """
        Carry the exchange out.

        Raises:
            Problem: 502, when the service cannot be reached, or its answer is none; 400, when the request is broken.
        """
        try:
            response = await self._ask(session)
        except _NO_ANSWER as error:
            raise self._not_reached(error) from error
        except (aiohttp.ClientError, OSError) as error:
            if self.reader.broken is not None:
                raise invalid("The body could not be read to its end.") from error
            ended = how_it_ended(error)
            await self.keeper.keep(self.keeper.tape(""), Answer(status=None, ended=ended, ended_at=self._now()))
            await cut(self.request, "reset" if ended == "reset" else "close")
        async with response:
            headers = answer_headers(response)
            self.secrets.meet(headers.items())
            kept = visible_headers(headers.items(), self.secrets)
            content_type = response.content_type if hdrs.CONTENT_TYPE in headers else ""
            way = WayBack(
                response,
                self.keeper.tape(content_type),
                self.keeper,
                headers=[f"{name}: {value}" for name, values in kept.items() for value in values],
                now=self._now,
            )
            return await way.walk(self.request)

    def sent(self) -> None:
        """Hear that the head of the request, or a piece of its body, has been sent."""
        self.sent_at = self.clock()

    async def _ask(self, session: aiohttp.ClientSession) -> aiohttp.ClientResponse:
        request = self.request
        where = request.rel_url.raw_path_qs
        if not where.startswith("/"):
            # Set behind the target's host, it would be a part of that.
            raise invalid("The path must begin with a slash.")
        headers = passed_on(request.headers.items())
        headers[hdrs.ACCEPT_ENCODING] = "identity"
        if hdrs.CONTENT_ENCODING in headers:
            # What comes packed has been unpacked to be read.
            for name in (hdrs.CONTENT_ENCODING, hdrs.CONTENT_LENGTH):
                headers.popall(name, None)
        return await session.request(
            request.method,
            URL(f"{self.target}{where}", encoded=True),
            headers=headers,
            skip_auto_headers=(hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.CONTENT_TYPE),
            data=self._body() if request.body_exists else None,
            allow_redirects=False,
            trace_request_ctx=self,
        )

    async def _body(self) -> AsyncGenerator[bytes]:
        await go_ahead(self.request)
        async with aclosing(self.reader.pieces()) as pieces:
            async for piece in pieces:
                yield piece

    def _now(self) -> float:
        return round(max(0.0, self.clock() - self.sent_at) * 1_000, 1)

    def _not_reached(self, error: Exception) -> Problem:
        reason = self.secrets.hidden(str(error) or type(error).__name__)
        return Problem(
            status=HTTPStatus.BAD_GATEWAY,
            title="Service not reached",
            message=f"The recorder got no answer from {self.target} ({reason}). Nothing was recorded.",
        )


def telling_when_sent() -> aiohttp.TraceConfig:
    """Make what tells each passage of a session how far its request is."""
    trace = aiohttp.TraceConfig()

    async def tell(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
        passage = context.trace_request_ctx
        assert isinstance(passage, Passage)
        passage.sent()

    trace.on_request_headers_sent.append(tell)
    trace.on_request_chunk_sent.append(tell)
    return trace
