"""The time limits of one context."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .._io.http.failures import timed_out
from .._io.watch import Timer, Watch
from ..errors import APITimeoutError
from ..models.timeouts import Timeout


class Limits:
    """
    Watches how long the service lets a reader wait.

    Only waiting for the service counts: not a reader that takes its time, nor a source of text that does.

    Args:
        timeout: How long it may.
        timer: What rings on this loop.
        ring: What to do when it is too long.
    """

    def __init__(self, timeout: Timeout, timer: Timer, ring: Callable[[APITimeoutError], None]) -> None:
        self._timeout, self._ring = timeout, ring
        self._loop = asyncio.get_running_loop()
        self._watch = Watch(timer, self._rung)
        self._limit = ("first_byte", 0.0)
        self._deadline: float | None = None
        self._owed_since: float | None = None  # since when the service has something to send
        self._waits_since: float | None = None
        self._begun = False

    def owe(self, *, again: bool) -> None:
        """Learn that the service has something to send: from now, or *again* from now."""
        now = self._loop.time()
        if again or self._owed_since is None:
            self._owed_since = now
        if self._deadline is None and self._timeout.total is not None:
            self._deadline = now + self._timeout.total
        self._expect()

    def settle(self) -> None:
        """Learn that the service may be waiting for more text, or cannot be reached."""
        if self._owed_since is not None:
            self._owed_since = None
            self._expect()

    def wait(self, *, begun: bool) -> None:
        """Learn that somebody waits, for the first audio or for what follows."""
        self._begun = begun
        self._waits_since = self._loop.time()
        self._expect()

    def relax(self) -> None:
        """Learn that nobody waits any more."""
        self._waits_since = None
        self._watch.relax()

    def stop(self) -> None:
        """Ring no more."""
        self._watch.stop()

    def _expect(self) -> None:
        if self._waits_since is None:
            return
        until = None
        name, seconds = ("idle", self._timeout.idle) if self._begun else ("first_byte", self._timeout.first_byte)
        if seconds is not None and self._owed_since is not None:
            until, self._limit = max(self._owed_since, self._waits_since) + seconds, (name, seconds)
        if self._deadline is not None and (until is None or self._deadline < until):
            until, self._limit = self._deadline, ("total", self._timeout.total or 0.0)
        self._watch.expect(until)

    def _rung(self) -> None:
        self._ring(timed_out(*self._limit))
