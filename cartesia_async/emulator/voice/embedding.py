"""Parameters as 192 numbers and back: linear, and each number many times, so that means and noise do no harm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain, repeat

from .languages import ACCENTS, LANGUAGES
from .variants import VARIANTS

DIMENSIONS = 192
_CHOICES = (len(LANGUAGES), len(ACCENTS), len(VARIANTS))
_AMOUNTS = 4
_COPIES = (DIMENSIONS - sum(_CHOICES)) // _AMOUNTS
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
    for size, choice in zip(_CHOICES, choices, strict=True):
        numbers.extend(1.0 if index == choice else 0.0 for index in range(size))
    return numbers + [0.0] * (DIMENSIONS - len(numbers))


def decoded(numbers: Sequence[float]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """
    Read parameters: an amount is the mean of its copies, a choice that with the greatest number.

    Args:
        numbers: Any numbers, of any length.

    Returns:
        Amounts and choices, as `encoded` takes them; amounts may lie outside -1 to 1 when others wrote them.
    """
    whole = [_tame(number) for number, _ in zip(chain(numbers, repeat(0.0)), range(DIMENSIONS), strict=False)]
    copied = whole[: _COPIES * _AMOUNTS]
    amounts = tuple(math.fsum(copied[index::_AMOUNTS]) / _COPIES for index in range(_AMOUNTS))
    choices: list[int] = []
    start = len(copied)
    for size in _CHOICES:
        block = whole[start : start + size]
        choices.append(block.index(max(block)))
        start += size
    return amounts, tuple(choices)


def _tame(number: float) -> float:
    """Keep a sum of any numbers finite."""
    return min(max(float(number), -_FURTHEST), _FURTHEST) if math.isfinite(number) else 0.0
