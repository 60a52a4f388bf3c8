"""Calls that are answered by one document."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

import attrs

from .._io.http.response import Response
from .._io.private_loop import PrivateLoop
from .._io.secrecy import cleanse
from .._io.transport import Transport
from .._wire.codec import read_json
from .._wire.request import Outgoing, Request
from ..errors import CartesiaError
from .binding import Call

T = TypeVar("T")


@attrs.frozen
class Fetch(Call[Coroutine[Any, Any, T], T], Generic[T]):
    """
    Answered by one JSON document, structured into *T*.

    Attributes:
        request: What to send.
        into: The class of the result.
    """

    request: Request
    into: type[T]

    def run(self, transport: Transport, outgoing: Outgoing) -> Coroutine[Any, Any, T]:
        """Carry it out on the caller's loop."""
        return document(transport, outgoing, self.into)

    def run_blocking(self, transport: Transport, outgoing: Outgoing, loop: PrivateLoop) -> T:
        """Carry it out on *loop*."""
        result: T = loop.call(document, transport, outgoing, self.into)
        return result


async def document(
    transport: Transport, outgoing: Outgoing, into: Any, shaped: Callable[[Any], Any] | None = None
) -> Any:
    """
    Send the request and structure its answer.

    Args:
        transport: What sends it.
        outgoing: The request.
        into: The class of the result; where it is `bytes`, JSON is given as plain data and all else as it is.
        shaped: What is done with the result in the end, as a part of the call.
    """
    response = await transport.open(outgoing)
    try:
        result = await _read(response, into, shaped)
    except BaseException as error:
        if isinstance(error, CartesiaError):
            error.attempts = response.attempts
            error.request_id = error.request_id or response.request_id
            cleanse(error, response.secrets)
        response.abort("it could not be read")
        response.ended(error)
        raise
    response.ended(None)
    return result


async def _read(response: Response, into: Any, shaped: Callable[[Any], Any] | None) -> Any:
    body = await response.body()
    if into is not bytes:
        document = read_json(body, into, request_id=response.request_id)
        return document if shaped is None else shaped(document)
    if body and "json" in response.headers.get("Content-Type", ""):
        return read_json(body, Any, request_id=response.request_id)
    return body or None
