"""How high a voice is in a clip: by Praat where it is installed, else by autocorrelation."""

from __future__ import annotations

import array
import math
from operator import mul

import attrs

from .clip import Clip
from .extra import extra_module
from .praat import CEILING, FLOOR, sound_and_pitch

_LISTENED = 60  # seconds, of which more says no more about a voice
_AT_ONCE = 8  # seconds; while Praat works, nothing else does
_COARSE_RATE = 4_000
_FRAMES = 250
_WINDOW = 0.04
_VOICED = 0.6
_OCTAVE = 0.9
_AUDIBLE = 0.05


@attrs.frozen(kw_only=True)
class Intonation:
    """
    How high a voice is, over its voiced moments.

    Attributes:
        median: Hz, 60 to 500.
        low: Hz, above a tenth of all moments.
        high: Hz, below a tenth of all moments.
    """

    median: float
    low: float
    high: float


def intonation_of(clip: Clip) -> Intonation | None:
    """Tell how high the voice is in the first minute of a clip; `None` where no voice is heard."""
    start = Clip(samples=clip.samples[: _LISTENED * clip.sample_rate], sample_rate=clip.sample_rate)
    moments = sorted(_moments(start))
    if not moments:
        return None
    low, median, high = (moments[int(part * (len(moments) - 1))] for part in (0.1, 0.5, 0.9))
    return Intonation(median=median, low=low, high=high)


def _moments(clip: Clip) -> list[float]:
    parselmouth = extra_module("parselmouth")
    if parselmouth is None or extra_module("numpy") is None:
        return _coarse_moments(clip)
    heard: list[float] = []
    size = _AT_ONCE * clip.sample_rate
    for start in range(0, len(clip.samples), size):
        found = sound_and_pitch(
            parselmouth, Clip(samples=clip.samples[start : start + size], sample_rate=clip.sample_rate)
        )
        heard += [] if found is None else found[2]
    return heard


def _coarse_moments(clip: Clip) -> list[float]:
    step = max(clip.sample_rate // _COARSE_RATE, 1)
    rate = clip.sample_rate / step
    # Means, so that what is higher than the rate allows does not fold down.
    coarse = array.array(
        "f", (sum(clip.samples[at : at + step]) / step for at in range(0, len(clip.samples) - step + 1, step))
    )
    window, longest = int(_WINDOW * rate), int(rate / FLOOR) + 1
    last = len(coarse) - window - longest
    if last < 0:
        return []
    loudest = max(*coarse, -min(coarse))
    starts = range(0, last + 1, max(last // _FRAMES, int(0.01 * rate)))
    found = (_moment(coarse[at : at + window + longest], window, rate, _AUDIBLE * loudest) for at in starts)
    return [frequency for frequency in found if frequency is not None]


def _moment(samples: array.array[float], window: int, rate: float, audible: float) -> float | None:
    """Give the frequency at which the samples repeat themselves, `None` where they do not."""
    first = samples[:window]
    power = sum(map(mul, first, first))
    if power <= window * audible**2:
        return None
    shortest = max(int(rate / CEILING), 1)
    likeness: list[float] = []
    for lag in range(shortest, len(samples) - window):
        later = samples[lag : lag + window]
        energy = sum(map(mul, later, later))
        likeness.append(sum(map(mul, first, later)) / math.sqrt(power * energy) if energy else 0.0)
    peaks = [at for at in range(1, len(likeness) - 1) if likeness[at - 1] < likeness[at] >= likeness[at + 1]]
    best = max((likeness[at] for at in peaks), default=0.0)
    if best < _VOICED:
        return None
    # What repeats itself does so at each multiple too: the shortest that is about as good is meant.
    at = next(at for at in peaks if likeness[at] >= _OCTAVE * best)
    before, here, after = likeness[at - 1 : at + 2]
    bend = before - 2 * here + after
    return rate / (shortest + at + ((before - after) / (2 * bend) if bend else 0.0))
