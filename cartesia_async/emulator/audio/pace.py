"""How fast a voice speaks in a clip: its syllables are the hills of loudness."""

from __future__ import annotations

import math
from operator import mul

from .clip import Clip

_LISTENED = 60
_STEP = 0.01
_SMOOTHED = 5
_QUIET = 25.0  # decibels below the loudest, where nobody speaks
_DIP = 2.0  # decibels between two syllables
_SYLLABLES_A_WORD = 1.5
_SHORTEST = 0.5


def words_a_minute(clip: Clip) -> float | None:
    """Estimate the words a minute, pauses left out, in the first minute of a clip; `None` where too little is said."""
    loudness = _loudness(clip)
    if not loudness:
        return None
    floor = max(loudness) - _QUIET
    seconds = sum(level > floor for level in loudness) * _STEP
    if seconds < _SHORTEST or not math.isfinite(floor):
        return None
    syllables = 0
    hill = valley = -math.inf
    for level in [*loudness, -math.inf]:
        if level < hill - _DIP:
            syllables += hill > floor
            hill, valley = -math.inf, level
        elif hill == -math.inf and level < valley + _DIP:
            valley = min(valley, level)
        else:
            hill = max(hill, level)
    return syllables / _SYLLABLES_A_WORD / seconds * 60


def _loudness(clip: Clip) -> list[float]:
    """Give decibels at each hundredth of a second, over five of them."""
    step = max(int(_STEP * clip.sample_rate), 1)
    powers: list[float] = []
    for at in range(0, min(len(clip.samples), _LISTENED * clip.sample_rate) - step + 1, step):
        frame = clip.samples[at : at + step]
        powers.append(sum(map(mul, frame, frame)) / step)
    means = (sum(powers[at : at + _SMOOTHED]) / _SMOOTHED for at in range(len(powers) - _SMOOTHED + 1))
    return [10 * math.log10(mean) if mean > 0 else -math.inf for mean in means]
