"""A timer for many short waits, which costs next to nothing where they end in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Watch:
    """
    Cuts a wait short when its time is over.

    One timer serves all waits of a stream: a wait only notes its end, and the timer, when it
    rings, looks whether it has to ring again later. So a stream of many small pieces makes and
    cancels no timers.
    """

    __slots__ = ("_cut", "_handle", "_loop", "_until", "expired")

    def __init__(self, loop: asyncio.AbstractEventLoop, cut: Callable[[], None]) -> None:
        self._loop = loop
        self._cut = cut
        self._until: float | None = None
        self._handle: asyncio.TimerHandle | None = None
        self.expired = False

    def expect(self, until: float | None) -> None:
        """Begin a wait that may last *until* this time of the loop's clock."""
        self._until = until
        if until is not None and (self._handle is None or until < self._handle.when()):
            self._arm(until)

    def relax(self) -> None:
        """End the wait."""
        self._until = None

    def stop(self) -> None:
        """Ring no more."""
        self._until = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _arm(self, when: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_at(when, self._ring)

    def _ring(self) -> None:
        self._handle = None
        if self._until is None:
            return
        if self._loop.time() < self._until:
            self._arm(self._until)
        else:
            self.expired = True
            self._cut()
