"""One attempt: a request sent over a session, and the answer's headers or the reason why there are none."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Mapping

import aiohttp
import attrs
from multidict import CIMultiDict
from yarl import URL

from ..._wire.codec import dumps
from ..._wire.request import Outgoing
from ..observer import Observer
from ..scope import Scope
from ..sources import Source
from .failures import Failure, LostError, answer_had_begun, connection_failed, is_before_sending, once, timed_out
from .response import Response
from .sending import JSONBody, Sending, current, form_body
from .sessions import LoopSession

_NO_LIMITS = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)


@attrs.define(eq=False)
class Attempt:
    """
    All that one attempt needs.

    Attributes:
        outgoing: The request.
        url: Where it goes.
        headers: The headers, the credential among them.
        sources: The files of its form, by the part's name.
        deadline: When the whole call must be over, in the loop's time.
        fresh: Whether it needs a connection that nobody has used.
    """

    outgoing: Outgoing
    url: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    sources: Mapping[str, Source]
    deadline: float | None
    fresh: bool

    async def run(
        self, session: LoopSession, seen: weakref.WeakSet[asyncio.Transport], observer: Observer, *, own_session: bool
    ) -> Response | Failure:
        """Send the request; give the answer, or the failure that is to be judged."""
        limits = self.outgoing.options.timeout
        url = URL(self.url, encoded=True)
        scope = Scope()
        sending = Sending(scope, session.timer, self.deadline, limits.total)
        sending.first_byte, sending.idle = limits.first_byte, limits.idle
        token = current.set(sending)
        try:
            with scope:
                if own_session:
                    # A session of the user's does not tell when it has connected: it keeps that limit by itself.
                    both = (limits.connect, limits.first_byte)
                    sending.expect("first_byte", None if None in both else sum(filter(None, both)))
                    timeout = aiohttp.ClientTimeout(total=None, connect=limits.connect)
                else:
                    sending.expect("connect", limits.connect)
                    timeout = _NO_LIMITS
                chosen = session.fresh() if self.fresh else session.session
                raw = await chosen.request(
                    self.outgoing.request.method,
                    url,
                    data=self._body(sending, seen),
                    headers=self.headers,
                    timeout=timeout,
                    allow_redirects=False,
                    middlewares=self._middlewares(chosen),
                )
                sending.answered = True
        except Exception as error:  # noqa: BLE001 - each is judged, and raised unless the request is repeated
            return self._failure(error, sending, url.host_port_subcomponent or "", was_cut=scope.was_cut)
        finally:
            current.reset(token)
            sending.over()
        return Response(
            raw,
            session,
            observer,
            first_byte=(sending.first_byte_until, limits.first_byte),
            idle=limits.idle,
            total=(self.deadline, limits.total),
            sent=self.headers,
        )

    def _middlewares(self, session: aiohttp.ClientSession) -> tuple[aiohttp.ClientMiddlewareType, ...] | None:
        # What aiohttp never repeats needs no telling. The session may have its own, whose place ours would take.
        if self.outgoing.request.method == "POST" or not getattr(session, "_retry_connection", True):
            return None
        return (once, *getattr(session, "_middlewares", ()))

    def _body(
        self, sending: Sending, seen: weakref.WeakSet[asyncio.Transport]
    ) -> aiohttp.Payload | aiohttp.FormData | None:
        request = self.outgoing.request
        if request.form is not None:
            return form_body(request.form, self.sources, sending, seen)
        document = request.document(self.outgoing.version)
        return None if document is None else JSONBody(dumps(document), sending, seen)

    def _failure(self, error: Exception, sending: Sending, host: str, *, was_cut: bool) -> Failure:
        if isinstance(error, LostError) and isinstance(error.__cause__, Exception):
            error = error.__cause__
        if sending.failure is not None:
            return Failure(sending.failure)
        if was_cut and isinstance(error, TimeoutError):
            return _because(error, Failure(timed_out(*sending.limit), repeatable=sending.limit[0] == "connect"))
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            connect = self.outgoing.options.timeout.connect or 0.0
            return _because(error, Failure(timed_out("connect", connect), repeatable=True))
        if not isinstance(error, (aiohttp.ClientError, OSError, RuntimeError, ValueError)):
            return Failure(error)
        if is_before_sending(error):
            return _because(error, Failure(connection_failed(error, host), repeatable=True))
        # A request that was sent and not answered may have been paid for. Where its connection had lain idle, the
        # server had in all likelihood closed it before: then nothing was heard, and a new connection may be tried.
        lost = isinstance(error, (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError))
        stale = lost and sending.reused is True and not answer_had_begun(error)
        repeatable = stale or (lost and self.outgoing.request.method != "POST")
        return _because(error, Failure(connection_failed(error, host), repeatable, stale))


def _because(cause: Exception, failure: Failure) -> Failure:
    failure.error.__cause__ = cause
    return failure


def header_map(*layers: Mapping[str, str | None]) -> Mapping[str, str]:
    """Lay *layers* of headers over each other, the names case-insensitive; ``None`` takes one away."""
    headers = CIMultiDict[str]()
    for layer in layers:
        for name, value in layer.items():
            if value is None:
                headers.popall(name, None)
            else:
                headers[name] = value
    return headers
