"""Telling what is sent and what comes."""

from __future__ import annotations

from cartesia_async import AttemptStarted, CallEnded, CallEvent, FirstByte, RetryScheduled

from .terminal import note


def narrator(event: CallEvent) -> None:
    """Tell of an *event* on standard error, on a line of its own."""
    note(f"{event.method} {event.path}: {_told(event)}")


def _told(event: CallEvent) -> str:
    match event:
        case AttemptStarted():
            return f"attempt {event.attempt}"
        case RetryScheduled():
            return f"attempt {event.attempt} failed ({event.cause}), the next in {event.delay:.2f} s"
        case FirstByte():
            return f"first byte after {event.seconds:.3f} s"
        case CallEnded():
            how = "no answer" if event.status is None else str(event.status)
            return f"{how}, {event.bytes} bytes in {event.seconds:.3f} s"
        case _:
            return type(event).__name__
