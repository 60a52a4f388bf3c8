"""Sending requests until one is answered or it is time to give up."""

from __future__ import annotations

import asyncio
import random
import time
import warnings
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from .. import _about
from .._wire.backoff import delay_before, is_worth_another_try
from .._wire.request import Outgoing
from .._wire.status import parse_retry_after, status_error
from ..errors import APIStatusError, CartesiaError
from . import early
from .closing import closed_meanwhile
from .credentials import Credentials, Secret
from .http.exchange import Attempt, header_map
from .http.failures import Failure, timed_out
from .http.response import Response
from .http.sessions import Sessions
from .observer import Listener, Observer
from .secrecy import cleanse, secrets_in
from .sources import Source, open_source

if TYPE_CHECKING:
    import aiohttp

T = TypeVar("T")
_ERROR_BODY = 64 * 1024
_HEADERS: Mapping[str, str | None] = {"User-Agent": f"cartesia-async/{_about.version}"}


class Transport:
    """
    What all views of a client share: its address, its credential and its connections.

    Args:
        base_url: Where the service is, without a slash at the end.
        credentials: What each attempt is sent with.
        listener: The user's ``on_event``.
        session: A session of the user's.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        listener: Listener | None,
        session: aiohttp.ClientSession | None,
        *,
        dice: Callable[[], float] = random.random,
    ) -> None:
        early.load()
        self.base_url = base_url
        self.credentials = credentials
        self.listener = listener
        self.sessions = Sessions(session)
        self._dice = dice
        self._last_headers: tuple[Secret, str, Mapping[str, str | None], Mapping[str, str]] | None = None

    def __reduce__(self) -> tuple[type[Transport], tuple[object, ...]]:
        """Pickle all but the connections."""
        return Transport, (self.base_url, self.credentials, self.listener, None)

    async def open(self, outgoing: Outgoing) -> Response:
        """
        Send a request, again where that is right, until the headers of an answer below 300 are there.

        Raises:
            CartesiaError: It was refused, or not answered, for good.
            ValueError: A file to upload cannot be read.
        """
        observer = Observer(self.listener, outgoing.request.method, outgoing.request.path)
        try:
            return await self._open(outgoing, observer)
        except BaseException as error:
            if isinstance(error, CartesiaError):
                error.attempts = observer.attempts
                cleanse(error)
            observer.ended(error)
            raise

    async def _open(self, outgoing: Outgoing, observer: Observer) -> Response:
        session = await self.sessions.here()
        clock = asyncio.get_running_loop().time
        total = outgoing.options.timeout.total
        deadline = None if total is None else clock() + total
        sources: Mapping[str, Source] = {}
        if outgoing.request.form is not None:
            sources = await _under(deadline, total, _sources(outgoing))
        stale_before = False
        while True:
            headers = await self.headers_for_attempt(outgoing, observer, deadline)
            url = self.base_url + outgoing.request.target
            attempt = Attempt(outgoing, url, headers, sources, deadline, fresh=stale_before)
            outcome = await attempt.run(
                session, self.sessions.seen, observer, own_session=self.sessions.own is not None
            )
            if isinstance(outcome, Response):
                if self.sessions.closed:
                    # Its head came in the very moment of the closing, which knew nothing of it yet.
                    outcome.abort("the client was closed")
                    raise closed_meanwhile()
                if outcome.status < 300:
                    return outcome
                outcome = await _refusal(outcome)
            elif self.sessions.closed:
                raise closed_meanwhile() from outcome.error
            if isinstance(outcome.error, CartesiaError):
                cleanse(outcome.error, secrets_in(headers))
            stale = outcome.stale and not stale_before
            repeatable = outcome.repeatable and (stale or not outcome.stale)
            delay = self._delay(outcome, observer.attempts, outgoing, sources) if repeatable else None
            if delay is None or (deadline is not None and clock() + delay >= deadline):
                _give_up(outcome)
            stale_before = stale_before or outcome.stale
            assert isinstance(outcome.error, Exception)
            observer.retry(delay, outcome.error)
            await asyncio.sleep(delay)

    async def headers_for_attempt(
        self, outgoing: Outgoing, observer: Observer, deadline: float | None
    ) -> Mapping[str, str]:
        """
        Begin an attempt: give the headers that it is sent with, the credential of this moment among them.

        Args:
            outgoing: The request.
            observer: What counts the attempt.
            deadline: When the whole call must be over, in the loop's time.

        Raises:
            CartesiaError: There is no credential, or not in time, or the client was closed meanwhile.
        """
        secret = self.credentials.fixed
        if secret is None:
            secret = await _under(deadline, outgoing.options.timeout.total, self.credentials.current())
        if self.sessions.closed:
            raise closed_meanwhile()
        observer.attempt()
        return self._headers(secret, outgoing.version, outgoing.options.headers)

    def _headers(self, secret: Secret, version: str, users: Mapping[str, str | None]) -> Mapping[str, str]:
        # One call is much like the one before it.
        known = self._last_headers
        if known is not None and known[0] is secret and known[1] == version and known[2] is users:
            return known[3]
        name, value = self.credentials.header(secret, version)
        headers = header_map(_HEADERS, {"Cartesia-Version": version, name: value}, users)
        self._last_headers = secret, version, users, headers
        return headers

    def _delay(
        self, failure: Failure, attempts: int, outgoing: Outgoing, sources: Mapping[str, Source]
    ) -> float | None:
        if attempts > outgoing.options.max_retries:
            return None
        if any(source.started and not source.replayable for source in sources.values()):
            return None
        if failure.stale:
            return 0.0
        retry_after = failure.error.retry_after if isinstance(failure.error, APIStatusError) else None
        return delay_before(attempts, retry_after, random=self._dice)

    async def close(self) -> None:
        """End open streams and close the connections; a second time does nothing."""
        await self.sessions.close()

    def __del__(self) -> None:
        sessions = getattr(self, "sessions", None)
        if sessions is not None and sessions.in_use:
            warnings.warn("an AsyncCartesia client was not closed", ResourceWarning, stacklevel=1, source=self)
            sessions.abandon()


def _give_up(failure: Failure) -> NoReturn:
    raise failure.error from failure.error.__cause__


async def _sources(outgoing: Outgoing) -> Mapping[str, Source]:
    assert outgoing.request.form is not None
    return {name: await open_source(name, upload) for name, upload in outgoing.request.form.files}


async def _under(deadline: float | None, total: float | None, giving: Coroutine[Any, Any, T]) -> T:
    # What is the user's own to give, a key or a file, has its time under `total` alone.
    scope = asyncio.timeout_at(deadline)
    try:
        async with scope:
            return await giving
    except TimeoutError as error:
        if not scope.expired():
            raise
        raise timed_out("total", total or 0.0) from error


async def _refusal(response: Response) -> Failure:
    body = await response.start_of_body(_ERROR_BODY)
    error = status_error(response.status, response.headers, body, secrets=response.secrets)
    error.retry_after = parse_retry_after(response.headers, time.time())
    return Failure(error, repeatable=is_worth_another_try(response.status, response.headers))
