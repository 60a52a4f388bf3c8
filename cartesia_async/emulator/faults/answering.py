"""What a fault does before an answer begins, and to an answer that is there in one piece."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus

import attrs
from aiohttp import web

from ..exchange import Exchange
from ..problems import Problem, error_answer
from .concurrency import too_many
from .endings import cut, silence
from .fault import Fault
from .playing import FaultyStream

_USUAL = {
    problem.status: problem
    for problem in (
        Problem(status=401, title="Unauthorized", message="A valid API key or access token is required."),
        Problem(
            status=402,
            title="Feature not available",
            message="This feature is not available on the free tier, please upgrade your subscription.",
            error_code="plan_upgrade_required",
        ),
        too_many(),
        Problem(status=500, title="Unexpected error", message="An unexpected error occurred."),
    )
}
# A body that was promised and does not come must not keep its answer waiting.
_PATIENCE = 1.0


async def meet(exchange: Exchange) -> web.StreamResponse | None:
    """
    Let a request meet its fault, before it is looked at.

    Returns:
        The fault's own answer; `None` where the call is to be carried out.
    """
    fault = exchange.fault
    if fault is None:
        return None
    if fault.unanswered or fault.answers:
        await note_body(exchange)
    await silence(fault.latency)
    if fault.unanswered:
        await cut(exchange.request, fault.drop or "close")
    return _own_answer(exchange, fault) if fault.answers else None


async def note_body(exchange: Exchange) -> None:
    """Read a JSON body into the log, if one comes; an upload is left unread."""
    if exchange.request.content_type == "application/json":
        with suppress(Problem, TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await exchange.go_ahead()
                await exchange.json()


async def played(exchange: Exchange, response: web.StreamResponse) -> web.StreamResponse:
    """Send an answer that is there in one piece as the fault says; give back one that needs no such care."""
    fault = exchange.fault
    if fault is None or response.prepared or not isinstance(response, web.Response):
        return response
    response.headers.update(fault.headers)
    if not fault.plays or not isinstance(response.body, bytes):
        return response
    return await _in_steps(exchange, fault, response, response.body)


async def _in_steps(exchange: Exchange, fault: Fault, response: web.Response, body: bytes) -> web.StreamResponse:
    stream = FaultyStream(exchange.request, fault, status=response.status, headers=response.headers, length=len(body))
    exchange.stream = stream
    exchange.answered(stream.status)
    await stream.prepare(exchange.request)
    await stream.write(body)
    await stream.write_eof()
    return stream


def _own_answer(exchange: Exchange, fault: Fault) -> web.Response:
    status = 200 if fault.status is None else fault.status
    if fault.body is not None or status < 400:
        answer = web.Response(status=status, body=fault.body)
    else:
        answer = error_answer(_problem(fault, status), exchange.version or None, exchange.request_id)
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = f"{fault.retry_after:g}"
    return answer


def _problem(fault: Fault, status: int) -> Problem:
    usual = _USUAL.get(status) or Problem(status=status, title=_phrase(status), message="The request was not served.")
    return attrs.evolve(
        usual,
        title=fault.title or usual.title,
        message=fault.message or usual.message,
        error_code=fault.error_code or usual.error_code,
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
