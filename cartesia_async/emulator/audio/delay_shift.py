"""Moving the pitch of a sound without any library: two taps glide along a short delay, and one fades into the other."""

from __future__ import annotations

import array
from collections.abc import Iterator

_DELAY = 0.05
_LEAST, _MOST = 0.5, 2.0


def shifted(samples: array.array[float], sample_rate: int, ratio: float) -> Iterator[array.array[float]]:
    """
    Move every frequency by a factor, keeping the length; rougher than what a vocoder does.

    Args:
        samples: Mono, type code `f`.
        sample_rate: Hz.
        ratio: The factor, brought within 0.5 to 2.

    Returns:
        As many samples, a second of them at a time.
    """
    ratio = min(max(ratio, _LEAST), _MOST)
    depth = max(int(_DELAY * sample_rate), 2)
    # So that a tap always has a past.
    past = array.array("f", bytes(4 * (depth + 1))) + samples
    for start in range(0, len(samples), sample_rate):
        made: array.array[float] = array.array("f")
        for at in range(start, min(start + sample_rate, len(samples))):
            phase = at * (1 - ratio) / depth % 1.0
            share = 2 * min(phase, 1 - phase)
            made.append(share * _tap(past, at, depth, phase) + (1 - share) * _tap(past, at, depth, (phase + 0.5) % 1.0))
        yield made


def _tap(past: array.array[float], at: int, depth: int, phase: float) -> float:
    place = at + depth + 1 - phase * depth
    before = int(place)
    part = place - before
    return past[before] * (1 - part) + past[min(before + 1, len(past) - 1)] * part
