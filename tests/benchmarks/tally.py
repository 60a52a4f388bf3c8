"""What a call gave, by its number and size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

CONTEXT = "bench"
MANY = 50  # contexts that share a connection


class Tally(NamedTuple):
    """
    What a call gave.

    Attributes:
        items: How many events, chunks or voices came.
        size: Bytes of audio.
        first: When the first of them came, by `time.monotonic`.
    """

    items: int
    size: int
    first: float


def speech(transcript: str) -> dict[str, Any]:
    """Make the arguments of a call for speech, which are the fields of its body too."""
    return {
        "model_id": "sonic-3",
        "transcript": transcript,
        "voice": {"mode": "id", "id": "694f9389-aac1-45b6-b726-9d9369183238"},
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16000},
        "language": "en",
    }


def spoken(context: str) -> dict[str, Any]:
    """Make the arguments of a context that is spoken without waiting for more text."""
    return {**speech(""), "context_id": context, "max_buffer_delay_ms": 0}


def joined(tallies: Iterable[Tally]) -> Tally:
    """Make one of many."""
    items, sizes, firsts = zip(*tallies, strict=True)
    return Tally(sum(items), sum(sizes), min(firsts))


class WrongCountError(Exception):
    """A call gave more or less than was sent."""


def check(given: Tally, *, items: int, size: int) -> None:
    """Compare what a call gave with what was sent."""
    if given[:2] != (items, size):
        raise WrongCountError(f"got {given[:2]} items and bytes in place of {(items, size)}")
