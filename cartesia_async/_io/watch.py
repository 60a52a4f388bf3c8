"""A timer for many short waits, which costs next to nothing where they end in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Timer:
    """
    The one timer of a loop's waits.

    A wait only notes its end. The timer rings at the earliest end that it was told, looks which waits are over by then, and
    rings again at the earliest end of the others. So neither calls nor the pieces of a stream make and cancel timers.
    """

    __slots__ = ("_handle", "_loop", "_waits", "_when")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waits = set[Watch]()
        self._when = float("inf")
        self._handle: asyncio.TimerHandle | None = None

    def add(self, watch: Watch, until: float) -> None:
        """Look after *watch*, whose wait ends at *until*."""
        self._waits.add(watch)
        if until < self._when:
            self._arm(until)

    def remove(self, watch: Watch) -> None:
        """Look after *watch* no more."""
        self._waits.discard(watch)

    def stop(self) -> None:
        """Ring no more."""
        self._waits.clear()
        self._when = float("inf")
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _arm(self, when: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._when = when
        self._handle = self._loop.call_at(when, self._ring)

    def _ring(self) -> None:
        self._handle, self._when = None, float("inf")
        now = self._loop.time()
        for watch in tuple(self._waits):
            until = watch.until
            if until is None:
                continue
            if until <= now:
                watch.expire()
            elif until < self._when:
                self._arm(until)


class Watch:
    """
    Cuts a wait short when its time is over.

    Args:
        timer: What rings.
        cut: What ends the wait.

    Attributes:
        until: When the wait is over, in the loop's time; ``None`` while nothing is waited for.
        expired: Whether it was cut short.
    """

    __slots__ = ("_cut", "_timer", "expired", "until")

    def __init__(self, timer: Timer, cut: Callable[[], object]) -> None:
        self._timer, self._cut = timer, cut
        self.until: float | None = None
        self.expired = False

    def expect(self, until: float | None) -> None:
        """Begin a wait that may last *until* this time of the loop's clock."""
        self.until = until
        if until is not None:
            self._timer.add(self, until)

    def relax(self) -> None:
        """End the wait."""
        self.until = None

    def stop(self) -> None:
        """End the wait, which no other will follow."""
        self.until = None
        self._timer.remove(self)

    def expire(self) -> None:
        """Cut the wait short."""
        self.stop()
        self.expired = True
        self._cut()
