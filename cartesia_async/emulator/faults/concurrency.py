"""How much may be spoken at once."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import attrs

from ..problems import Problem

# So many connections may be open for each place, says the service.
_CONNECTIONS = 10
_COUNTED = frozenset({"/tts/bytes", "/tts/sse", "/voice-changer/bytes", "/voice-changer/sse", "/infill/bytes"})


def too_many(what: str = "requests") -> Problem:
    """Make the problem of one request (or whatever it is) more than may be under way (429)."""
    return Problem(
        status=429,
        title=f"Too many concurrent {what}",
        message="You have exceeded your plan's concurrency limit.",
        error_code="concurrency_limited",
    )


@attrs.define(kw_only=True)
class Concurrency:
    """
    The places for what speaks: a request has one, and so has each context of a WebSocket.

    Attributes:
        limit: How many there are, `None` for no end of them.
        taken: How many are taken.
        connections: How many WebSockets are open.
    """

    limit: int | None = None
    taken: int = 0
    connections: int = 0

    def full(self, path: str | None = None) -> bool:
        """Tell whether all places are taken; never for the path of a call that needs none, `None` being a context's."""
        return self.limit is not None and self.taken >= self.limit and _counts(path)

    @contextmanager
    def place(self, path: str | None = None) -> Generator[None]:
        """
        Take a place until left.

        Args:
            path: The path of a call, which may be one that needs no place; `None` for a context.

        Raises:
            Problem: 429, `concurrency_limited`, where all are taken.
        """
        if self.full(path):
            raise too_many()
        counts = int(_counts(path))
        self.taken += counts
        try:
            yield
        finally:
            self.taken -= counts

    @contextmanager
    def connection(self) -> Generator[None]:
        """Keep a WebSocket open until left; `Problem` (429) where ten times as many are open as there are places."""
        if self.limit is not None and self.connections >= self.limit * _CONNECTIONS:
            raise too_many("connections")
        self.connections += 1
        try:
            yield
        finally:
            self.connections -= 1


def _counts(path: str | None) -> bool:
    return path is None or path in _COUNTED
