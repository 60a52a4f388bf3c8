"""Samples, in any of the encodings of the API, with nothing around them."""

from __future__ import annotations

import array
import sys
from typing import TypeAlias

import attrs

from .companding import codes, levels

# Bytes a sample.
WIDTHS = {"pcm_f32le": 4, "pcm_s16le": 2, "pcm_mulaw": 1, "pcm_alaw": 1}
FULL = 32_768
Numbers: TypeAlias = "array.array[float] | array.array[int]"  # cannot be subscripted before Python 3.12


@attrs.frozen
class Samples:
    """
    Audio without a container.

    Attributes:
        data: The samples, frame after frame.
        encoding: `pcm_f32le`, `pcm_s16le`, `pcm_mulaw` or `pcm_alaw`.
        sample_rate: Hz.
        channels: How many samples a frame has.
    """

    data: bytes = attrs.field(repr=False)
    encoding: str
    sample_rate: int
    channels: int = 1

    @property
    def frame(self) -> int:
        """Bytes a frame."""
        return WIDTHS[self.encoding] * self.channels

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return len(self.data) // self.frame

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.frames / self.sample_rate

    def encoded(self, encoding: str) -> Samples:
        """
        Give the same in another *encoding*.

        Raises:
            ValueError: There is no such encoding.
        """
        known(encoding)
        if encoding == self.encoding:
            return self
        return attrs.evolve(self, data=encode(decode(self.data, self.encoding), encoding), encoding=encoding)


def known(encoding: str) -> str:
    """
    Give *encoding* if there is such a one.

    Raises:
        ValueError: There is not.
    """
    if encoding not in WIDTHS:
        msg = f"encoding must be one of {', '.join(WIDTHS)}, not {encoding!r}"
        raise ValueError(msg)
    return encoding


def decode(data: bytes, encoding: str) -> Numbers:
    """
    Give samples as numbers.

    Returns:
        Type code ``f``, of which 1.0 is the loudest, for `pcm_f32le`; ``h`` (16 bit) for the others.
    """
    if encoding in {"pcm_mulaw", "pcm_alaw"}:
        return array.array("h", map(levels(encoding).__getitem__, data))
    numbers: Numbers = array.array("f") if encoding == "pcm_f32le" else array.array("h")
    numbers.frombytes(data)
    return _in_order(numbers)


def encode(numbers: Numbers, encoding: str) -> bytes:
    """Give *numbers*, as `decode` gives them, in *encoding*; what is too loud for it is clipped."""
    if encoding == "pcm_f32le":
        if numbers.typecode != "f":
            numbers = array.array("f", [number / FULL for number in numbers])
        return _in_order(numbers).tobytes()
    if numbers.typecode == "f":
        numbers = array.array("h", [round(max(-FULL, min(FULL - 1, number * FULL))) for number in numbers])
    if encoding == "pcm_s16le":
        return _in_order(numbers).tobytes()
    # The table goes by two's complement, unsigned.
    return bytes(map(codes(encoding).__getitem__, memoryview(numbers).cast("B").cast("H")))


def _in_order(numbers: Numbers) -> Numbers:
    # What the service sends has the lowest byte first.
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers
