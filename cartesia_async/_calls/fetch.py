"""Calls that are answered by one document."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

import attrs

from .._io.private_loop import PrivateLoop
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


async def document(transport: Transport, outgoing: Outgoing, into: Any) -> Any:
    """Send the request and structure its answer; where *into* is `bytes`, give JSON as plain data and all else as it is."""
    response = await transport.open(outgoing)
    try:
        body = await response.body()
        if into is bytes:
            into = Any if "json" in response.headers.get("Content-Type", "") else None
            result = read_json(body, Any, request_id=response.request_id) if into is Any and body else body or None
        else:
            result = read_json(body, into, request_id=response.request_id)
    except BaseException as error:
        if isinstance(error, CartesiaError):
            error.attempts = response.attempts
        response.abort("it could not be read")
        response.ended(error)
        raise
    response.ended(None)
    return result
