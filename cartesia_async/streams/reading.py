"""What all streams share: opening, closing, and what is known of the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Mapping
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from .._io.http.response import Response
from .flow import Flow, Items

T = TypeVar("T")


class Stream(Generic[T]):
    """
    A stream of items, of which nothing is sent for until it is read, entered or awaited.

    Iterating over it, entering it with ``async with`` and awaiting it all send the request. However it is left (by
    ``break``, an exception, cancellation, a timeout, `close`, the end of ``async with``, or by dropping it), its
    connection is closed at once; read to its end, it gives the connection back.
    """

    def __init__(self, flow: Flow[T]) -> None:
        self._flow = flow
        self._iterated = False

    @property
    def _answer(self) -> Response:
        if self._flow.response is None:
            msg = "nothing is known of the answer yet: enter the stream first (`async with`, or `with` for a blocking one)"
            raise RuntimeError(msg)
        return self._flow.response

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return self._answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer, whose names are case-insensitive."""
        return self._answer.headers

    @property
    def request_id(self) -> str | None:
        """The service's name for the request, where it gave one."""
        return self._answer.request_id

    @property
    def attempts(self) -> int:
        """How many times the request was sent."""
        return self._answer.attempts

    def _begin(self) -> Flow[T]:
        if self._iterated:
            msg = "this stream is being read already, and can be read only once: make the call again"
            raise RuntimeError(msg)
        self._iterated = True
        return self._flow

    def __aiter__(self) -> AsyncIterator[T]:
        return Items(self._begin())

    def __await__(self) -> Generator[Any, Any, Self]:
        return self.__aenter__().__await__()

    async def __aenter__(self) -> Self:
        await self._flow.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop reading and close the connection, unless all was read."""
        self._flow.abort()

    aclose = close
