"""Telling a user's ``on_event`` callable about a call."""

from __future__ import annotations

import itertools
import logging
import os
import time
from collections.abc import Callable

from ..hooks import AttemptStarted, CallEnded, CallEvent, FirstByte, RetryScheduled

Listener = Callable[[CallEvent], object]
_logger = logging.getLogger("cartesia_async")
_numbers = itertools.count(1)


class Observer:
    """What one call tells its listener; with no listener it only logs."""

    __slots__ = ("_call_id", "_listener", "_method", "_path", "_started", "attempts", "bytes", "status")

    def __init__(self, listener: Listener | None, method: str, path: str) -> None:
        self._listener = listener
        self._method, self._path = method, path
        self._started = time.monotonic()
        self._call_id = f"{os.getpid():x}-{next(_numbers)}" if listener is not None else ""
        self.attempts = 0
        self.bytes = 0
        self.status: int | None = None

    def attempt(self) -> None:
        """A request is about to be sent."""
        self.attempts += 1
        _logger.debug("%s %s, attempt %d", self._method, self._path, self.attempts)
        if self._listener is not None:
            self._tell(AttemptStarted, attempt=self.attempts)

    def retry(self, delay: float, cause: Exception) -> None:
        """An attempt failed and will be repeated."""
        _logger.debug("%s %s, again in %.3f s: %s", self._method, self._path, delay, type(cause).__name__)
        if self._listener is not None:
            self._tell(RetryScheduled, attempt=self.attempts, delay=delay, cause=cause)

    def piece(self, size: int) -> None:
        """A piece of the body came."""
        first = self.bytes == 0
        self.bytes += size
        if first and self._listener is not None:
            self._tell(FirstByte, seconds=time.monotonic() - self._started)

    def ended(self, error: BaseException | None) -> None:
        """The call is over."""
        if self._listener is not None:
            self._tell(
                CallEnded,
                status=self.status,
                seconds=time.monotonic() - self._started,
                bytes=self.bytes,
                attempts=self.attempts,
                error=error,
            )
            self._listener = None

    def _tell(self, kind: type[CallEvent], **details: object) -> None:
        assert self._listener is not None
        event = kind(call_id=self._call_id, method=self._method, path=self._path, **details)
        try:
            self._listener(event)
        except Exception:
            _logger.exception("on_event failed")
