"""Handlers that answer what a call raises."""

from __future__ import annotations

import logging
from typing import NoReturn

from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from ..errors import CartesiaError
from .problems import Problem, problem_of

_logger = logging.getLogger("cartesia_async")
_PACKAGE = __name__.partition(".")[0]


def add_exception_handlers(app: Starlette) -> None:
    """
    Have an app answer what calls raise by the status that `status_for` chooses.

    It answers each `CartesiaError`, and those `ValueError` by which a call refuses an argument; other errors of that
    kind are none of its business. Whatever is no fault of the asker is logged.

    Args:
        app: The app, of FastAPI or Starlette.
    """
    app.add_exception_handler(CartesiaError, _answered)
    app.add_exception_handler(ValueError, _answered_if_ours)


def error_response(error: Exception) -> Response:
    """
    Make the answer to a request whose call raised an *error*.

    Args:
        error: A `CartesiaError`, or a `ValueError` by which a call refused an argument.

    Returns:
        A JSON document with ``detail``, and with ``error_code`` and ``request_id`` where they are known. A ``Retry-After``
        that the service sent is handed on.
    """
    return _response(problem_of(error))


def _response(problem: Problem) -> Response:
    return JSONResponse(problem.document, problem.status, problem.headers)


async def _answered(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    tell(request, error, problem)
    return _response(problem)


async def _answered_if_ours(request: Request, error: Exception) -> Response:
    if not is_refusal(error):
        _raise(error)
    return await _answered(request, error)


def _raise(error: Exception) -> NoReturn:
    raise error


def is_refusal(error: Exception) -> bool:
    """Whether an *error* is a `ValueError` that was raised by this library itself."""
    module, trace = "", error.__traceback__
    while trace is not None:
        module, trace = str(trace.tb_frame.f_globals.get("__name__")), trace.tb_next
    return isinstance(error, ValueError) and module.partition(".")[0] == _PACKAGE


def tell(connection: HTTPConnection, error: Exception, problem: Problem) -> None:
    """Log an *error* that is no fault of the listener."""
    if problem.status < 500:
        return
    asked = connection.scope.get("method", "WebSocket")
    trace = error if problem.status == 500 else None
    _logger.warning("%s %r is answered %d: %s", asked, connection.url.path, problem.status, error, exc_info=trace)
