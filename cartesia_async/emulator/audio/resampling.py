"""Samples at another rate, as they come: by soxr where it is installed, else between neighbours, in a straight line."""

from __future__ import annotations

import array
from typing import Protocol

from .extra import extra_module


class Resampler(Protocol):
    """Gives samples at another rate; how they are cut makes no difference to what comes out in all."""

    def resample(self, samples: array.array[float], *, last: bool = False) -> array.array[float]:
        """
        Take samples, and give what can be told by now.

        Args:
            samples: Mono, type code `f`, of any number.
            last: Whether these are the last, so that everything held back is to come.
        """
        ...


def resampler(source_rate: int, rate: int) -> Resampler:
    """Give a resampler from one rate to another, both in Hz and above zero."""
    if source_rate == rate:
        return _Same()
    soxr = extra_module("soxr")
    if soxr is None or extra_module("numpy") is None:
        return _Straight(source_rate, rate)
    return _Soxr(soxr.ResampleStream(source_rate, rate, 1, dtype="float32"))


def resampled(samples: array.array[float], source_rate: int, rate: int) -> array.array[float]:
    """Give samples, all of them at once, at another rate, both in Hz."""
    return resampler(source_rate, rate).resample(samples, last=True)


class _Same:
    def resample(self, samples: array.array[float], *, last: bool = False) -> array.array[float]:
        del last
        return samples


class _SoxrStream(Protocol):
    def resample_chunk(self, x: object, last: bool) -> memoryview: ...


class _Soxr:
    def __init__(self, stream: _SoxrStream) -> None:
        self._stream = stream

    def resample(self, samples: array.array[float], *, last: bool = False) -> array.array[float]:
        import numpy as np

        made = self._stream.resample_chunk(np.frombuffer(samples, np.float32), last)
        return array.array("f", made.tobytes())


class _Straight:
    """The value at each moment on the straight line between the two samples around it; the last sample is held."""

    def __init__(self, source_rate: int, rate: int) -> None:
        self._source_rate = source_rate
        self._rate = rate
        self._held: array.array[float] = array.array("f")
        self._before = 0  # samples before those held
        self._made = 0

    def resample(self, samples: array.array[float], *, last: bool = False) -> array.array[float]:
        held = self._held + samples
        taken = self._before + len(held)
        # Moments are k * source_rate / rate, in samples; whole numbers alone, so that no cut is ever felt.
        if last and held:
            end = -(-taken * self._rate // self._source_rate)
            held.append(held[-1])
        else:
            end = -(-(taken - 1) * self._rate // self._source_rate)
        made: array.array[float] = array.array("f")
        for moment in range(self._made * self._source_rate, end * self._source_rate, self._source_rate):
            place, part = divmod(moment, self._rate)
            low, high = held[place - self._before], held[place - self._before + 1]
            made.append(low + (high - low) * part / self._rate)
        self._made += len(made)
        keep = min(self._made * self._source_rate // self._rate, taken)
        self._held = held[keep - self._before :] if not last else array.array("f")
        self._before = keep
        return made
