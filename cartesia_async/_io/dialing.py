"""Opening WebSockets, again where that is right."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from .._wire.backoff import delay_before, is_worth_another_try
from .._wire.request import Outgoing
from .._wire.status import parse_retry_after
from ..errors import APIStatusError, CartesiaError
from .closing import closed_meanwhile
from .http.failures import Failure
from .http.handshake import shake_hands
from .http.websocket import WebSocket
from .observer import Observer
from .secrecy import cleanse, secrets_in

if TYPE_CHECKING:
    from .transport import Transport

# What a repetition cannot mend, whatever its status.
_FINAL = frozenset({"quota_exceeded", "plan_upgrade_required"})


async def dial(transport: Transport, outgoing: Outgoing, observer: Observer) -> WebSocket:
    """
    Open a WebSocket, with as many attempts as the options allow.

    Raises:
        CartesiaError: It was refused, or not answered, for good.
    """
    try:
        return await _dial(transport, outgoing, observer)
    except CartesiaError as error:
        error.attempts = observer.attempts
        cleanse(error)
        raise


async def _dial(transport: Transport, outgoing: Outgoing, observer: Observer) -> WebSocket:
    session = await transport.sessions.here()
    clock = asyncio.get_running_loop().time
    total = outgoing.options.timeout.total
    deadline = None if total is None else clock() + total
    while True:
        headers = await transport.headers_for_attempt(outgoing, observer, deadline)
        outcome = await shake_hands(
            outgoing,
            transport.base_url + outgoing.request.target,
            headers,
            session,
            deadline,
            own=transport.sessions.own is not None,
        )
        if isinstance(outcome, WebSocket):
            outcome.attempts = observer.attempts
            return outcome
        if transport.sessions.closed:
            raise closed_meanwhile() from outcome.error
        if isinstance(outcome.error, CartesiaError):
            cleanse(outcome.error, secrets_in(headers))
        delay = _delay(outcome, observer.attempts, outgoing, transport)
        if delay is None or (deadline is not None and clock() + delay >= deadline):
            raise outcome.error from outcome.error.__cause__
        assert isinstance(outcome.error, Exception)
        observer.retry(delay, outcome.error)
        await asyncio.sleep(delay)


def _delay(failure: Failure, attempts: int, outgoing: Outgoing, transport: Transport) -> float | None:
    if attempts > outgoing.options.max_retries:
        return None
    error = failure.error
    retry_after = None
    if isinstance(error, APIStatusError):
        if not is_worth_another_try(error.status_code, error.headers) or error.error_code in _FINAL:
            return None
        retry_after = parse_retry_after(error.headers, time.time())
        error.retry_after = retry_after
    elif not failure.repeatable:
        return None
    return delay_before(attempts, retry_after, random=transport._dice)  # noqa: SLF001 - the same dice for all that is repeated
