"""Putting samples one after the other, without a click where they meet."""

from __future__ import annotations

import array
from collections.abc import Sequence
from itertools import pairwise

import attrs

from .samples import FULL, Samples, decode, encode

# Long enough for a step to become a movement too slow to be heard as a click, short enough not to be heard as a change.
_SMOOTHING = 0.005


@attrs.frozen
class Joined:
    """
    Samples that were put one after the other.

    Attributes:
        samples: All of them.
        starts: Where each part begins, in seconds.
    """

    samples: Samples
    starts: tuple[float, ...]


def join(parts: Sequence[Samples], gap: float) -> Joined:
    """
    Put samples one after the other.

    Where two of them meet with a step that is steeper than what is around it, a few milliseconds on both sides are bent
    towards each other. No sample is added and none is lost.

    Args:
        parts: At least one; all of one encoding, rate and number of channels.
        gap: Seconds of silence between two of them.
    """
    first = parts[0]
    silence = _silence(first, round(gap * first.sample_rate))
    whole = bytearray()
    starts: list[float] = []
    reach = max(1, round(_SMOOTHING * first.sample_rate)) * first.frame
    for number, part in enumerate(parts):
        if number and silence:
            _append(whole, silence, first, reach, bends_new=False)
        starts.append(len(whole) // first.frame / first.sample_rate)
        _append(whole, part.data[: part.frames * part.frame], first, reach, bends_old=not silence)
    return Joined(attrs.evolve(first, data=bytes(whole)), tuple(starts))


def _silence(kind: Samples, frames: int) -> bytes:
    return encode(decode(bytes(2 * kind.channels), "pcm_s16le"), kind.encoding) * frames


def _append(
    whole: bytearray, new: bytes, kind: Samples, reach: int, *, bends_old: bool = True, bends_new: bool = True
) -> None:
    # What is silent stays so: all of the step is then the other side's to take.
    if whole and new:
        tail, head = whole[-reach:], new[:reach]
        left, right = _levels(tail, kind), _levels(head, kind)
        for channel in range(kind.channels):
            before, after = left[channel :: kind.channels], right[channel :: kind.channels]
            step = after[0] - before[-1]
            if abs(step) <= _steepest(before, after):
                continue
            share = 0.5 if bends_old and bends_new else 1.0
            if bends_old:
                left[channel :: kind.channels] = _bent(before, share * step, at_end=True)
            if bends_new:
                right[channel :: kind.channels] = _bent(after, -share * step, at_end=False)
        whole[len(whole) - len(tail) :] = _coded(left, kind)
        new = _coded(right, kind) + new[len(head) :]
    whole += new


def _steepest(*sides: list[float]) -> float:
    # What lasts for a moment at each side tells how steep this sound is of itself.
    return max((abs(after - before) for side in sides for before, after in pairwise(side)), default=0)


def _bent(values: list[float], by: float, *, at_end: bool) -> list[float]:
    # All of it where the two sides meet, none where the bend begins.
    length = len(values)
    shares = [(number + 1) / length for number in range(length)]
    if not at_end:
        shares.reverse()
    return [value + by * share for value, share in zip(values, shares, strict=True)]


def _levels(data: bytes | bytearray, kind: Samples) -> list[float]:
    numbers = decode(bytes(data), kind.encoding)
    return list(numbers) if numbers.typecode == "f" else [number / FULL for number in numbers]


def _coded(values: list[float], kind: Samples) -> bytes:
    return encode(array.array("f", values), kind.encoding)
