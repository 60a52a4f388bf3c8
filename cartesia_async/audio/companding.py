"""The two companded encodings of ITU-T G.711, as tables: 16 bit linear to 8 bit, and back."""

from __future__ import annotations

import array
from bisect import bisect_right
from collections.abc import Callable
from functools import cache

_STEPS = 16


def _mulaw_level(code: int) -> int:
    """Give the linear value of a mu-law code."""
    code ^= 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84 << (code >> 4 & 0x07)) - 0x84
    return -magnitude if code & 0x80 else magnitude


def _alaw_level(code: int) -> int:
    """Give the linear value of an A-law code."""
    code ^= 0x55
    segment, step = code >> 4 & 0x07, code & 0x0F
    magnitude = (step << 4) + 8 if segment == 0 else (step << 4) + 0x108 << segment - 1
    return magnitude if code & 0x80 else -magnitude


_LEVELS: dict[str, Callable[[int], int]] = {"pcm_mulaw": _mulaw_level, "pcm_alaw": _alaw_level}


@cache
def levels(encoding: str) -> array.array[int]:
    """Give the 16 bit linear value of each of the 256 codes of `pcm_mulaw` or `pcm_alaw`."""
    return array.array("h", map(_LEVELS[encoding], range(256)))


@cache
def codes(encoding: str) -> bytes:
    """Give the code of each 16 bit linear value of `pcm_mulaw` or `pcm_alaw`, by its two's complement, unsigned."""
    positive = sorted((level, code) for code, level in enumerate(levels(encoding)) if code & 0x80)
    heights = [level for level, _ in positive]
    # A code stands for half a step around its value, the steps of its own segment: the top of a segment, whose
    # neighbour above is twice as far, does not reach further up than the others.
    tops: list[int] = []
    for start in range(0, len(heights), _STEPS):
        half = (heights[start + 1] - heights[start]) // 2
        tops += (height + half for height in heights[start : start + _STEPS])
    upper = bytes(positive[bisect_right(tops, value, hi=len(tops) - 1)][1] for value in range(0x8000))
    # Both encodings keep the sign in the highest bit; -32768 is as loud as they go.
    lower = bytes(code & 0x7F for code in upper)
    return upper + lower[-1:] + lower[:0:-1]
