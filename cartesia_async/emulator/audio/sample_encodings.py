"""Samples in the four encodings of the API; with numpy or without it, to the same bytes."""

from __future__ import annotations

import array
import math
import sys
from collections.abc import Callable

from cartesia_async.audio.companding import codes

_LOUDEST = 32_767


def encoded(samples: array.array[float], encoding: str) -> bytes:
    """
    Encode samples.

    Args:
        samples: Mono, type code `f`, all finite; where the encoding has no more, what is beyond -1 to 1 is clipped.
        encoding: One of `ENCODINGS`.

    Returns:
        4 bytes a sample for `pcm_f32le`, 2 for `pcm_s16le`, 1 for the others.
    """
    return _ENCODERS[encoding](samples)


def finite(samples: array.array[float]) -> array.array[float]:
    """Give samples with silence in place of what is not a number, or infinite."""
    # A sum of 32 bit numbers in 64 bits does not overflow: it is finite when all of them are.
    if math.isfinite(sum(samples)):
        return samples
    return array.array("f", (value if math.isfinite(value) else 0.0 for value in samples))


def little_endian(values: array.array[float] | array.array[int]) -> bytes:
    """Give numbers of any type code as bytes, the lowest first."""
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values.tobytes()


def _s16le(samples: array.array[float]) -> bytes:
    return little_endian(array.array("h", _linear(samples)))


def _companded(encoding: str) -> Callable[[array.array[float]], bytes]:
    def encode(samples: array.array[float]) -> bytes:
        # The table goes by two's complement, unsigned.
        return bytes(map(codes(encoding).__getitem__, array.array("H", _linear(samples))))

    return encode


def _linear(samples: array.array[float]) -> bytes:
    """Give samples as 16 bit integers of this machine, halves going to the even neighbour."""
    try:
        import numpy as np
    except ImportError:
        return array.array("h", [round(_LOUDEST * min(max(value, -1.0), 1.0)) for value in samples]).tobytes()
    # In 64 bits, as the line above; 32 would round other halves.
    values = np.clip(np.frombuffer(samples, np.float32).astype(np.float64), -1.0, 1.0)
    return np.rint(values * _LOUDEST).astype(np.int16).tobytes()


_ENCODERS: dict[str, Callable[[array.array[float]], bytes]] = {
    "pcm_f32le": little_endian,
    "pcm_s16le": _s16le,
    "pcm_mulaw": _companded("pcm_mulaw"),
    "pcm_alaw": _companded("pcm_alaw"),
}
ENCODINGS = tuple(_ENCODERS)
