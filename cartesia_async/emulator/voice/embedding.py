"""Parameters as 192 numbers and back: linear, and each number many times, so that means and noise do no harm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain, repeat

DIMENSIONS = 192
_AMOUNTS, _COPIES = 4, 24
# Room for more languages, accents and variants than there are: old embeddings keep their meaning when some are added.
_ROOM = (48, 16, 32)
_FURTHEST = 10.0


def encoded(amounts: Sequence[float], choices: Sequence[int]) -> list[float]:
    """
    Write parameters as numbers.

    Args:
        amounts: Four of -1 to 1; each is written over and over.
        choices: The language, the accent and the variant, as indexes; each has a number for every thing that may be
            chosen, 1 for the one that is and 0 for the rest.

    Returns:
        192 numbers.
    """
    numbers = [amount for _ in range(_COPIES) for amount in amounts]
    for size, choice in zip(_ROOM, choices, strict=True):
        numbers.extend(1.0 if index == choice else 0.0 for index in range(size))
    return numbers


def decoded(numbers: Sequence[float]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """
    Read parameters: an amount is the mean of its copies, a choice that with the greatest number.

    Args:
        numbers: Any numbers, of any length.

    Returns:
        Amounts and choices, as `encoded` takes them. In numbers that others wrote, amounts may lie outside -1 to 1, and
        a choice be of something that there is not.
    """
    whole = [_tame(number) for number, _ in zip(chain(numbers, repeat(0.0)), range(DIMENSIONS), strict=False)]
    copied = whole[: _COPIES * _AMOUNTS]
    amounts = tuple(math.fsum(copied[index::_AMOUNTS]) / _COPIES for index in range(_AMOUNTS))
    choices: list[int] = []
    start = len(copied)
    for size in _ROOM:
        block = whole[start : start + size]
        choices.append(block.index(max(block)))
        start += size
    return amounts, tuple(choices)


def _tame(number: float) -> float:
    """Keep a sum of any numbers finite."""
    tame = float(min(max(number, -_FURTHEST), _FURTHEST))
    return 0.0 if math.isnan(tame) else tame
