"""A timer for many short waits, which costs next to nothing where they end in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_ROUNDS = 4  # of the loop: one reads what has come, the next hand it on
_LATE = 0.05  # seconds
_LONGEST_GRACE = 1.0  # seconds


class Timer:
    """
    The one timer of a loop's waits.

    A wait only notes its end. The timer rings at the earliest end that it was told, looks which waits are over by then, and
    rings again at the earliest end of the others. So neither calls nor the pieces of a stream make and cancel timers.

    What has come may lie unread when it rings, above all where the program has held up the loop. So the loop reads first, and
    only then are the waits cut short that are still over; a loop that was held up has as long again for that, at most a second.
    """

    __slots__ = ("_handle", "_loop", "_second", "_waits", "_when")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waits = set[Watch]()
        self._when = float("inf")
        self._handle: asyncio.TimerHandle | None = None
        self._second: asyncio.Handle | None = None

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
        for handle in (self._handle, self._second):
            if handle is not None:
                handle.cancel()
        self._handle = self._second = None

    def _arm(self, when: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._when = when
        self._handle = self._loop.call_at(when, self._ring)

    def _ring(self) -> None:
        now = self._loop.time()
        late = now - self._when
        self._handle, self._when = None, float("inf")
        is_over = False
        for watch in self._waits:
            until = watch.until
            if until is None:
                continue
            if until <= now:
                is_over = True
            elif until < self._when:
                self._arm(until)
        if not is_over or self._second is not None:
            return
        if late > _LATE:
            self._second = self._loop.call_at(now + min(late, _LONGEST_GRACE), self._look_again, _ROUNDS)
        else:
            self._second = self._loop.call_soon(self._look_again, _ROUNDS)

    def _look_again(self, rounds: int) -> None:
        if rounds:
            self._second = self._loop.call_soon(self._look_again, rounds - 1)
            return
        self._second = None
        now = self._loop.time()
        for watch in tuple(self._waits):
            if watch.until is not None and watch.until <= now:
                watch.expire()


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
