"""Sounds to try things on."""

from __future__ import annotations

import array
import math

from cartesia_async import Audio, RawFormat, WordTimestamps
from cartesia_async.audio.samples import decode, encode


def tone(encoding: str = "pcm_s16le", rate: int = 16000, *, frames: int = 1600, loud: float = 0.6) -> Audio:
    """Make raw audio: a tone of 200 Hz."""
    values = array.array("f", [loud * math.sin(2 * math.pi * 200 * at / rate) for at in range(frames)])
    return Audio(data=encode(values, encoding), format=RawFormat(encoding=encoding, sample_rate=rate))


def level(value: float, frames: int, encoding: str = "pcm_s16le", rate: int = 8000) -> Audio:
    """Make raw audio of which each sample has one value."""
    data = encode(array.array("f", [value] * frames), encoding)
    return Audio(data=data, format=RawFormat(encoding=encoding, sample_rate=rate))


def values(audio: Audio) -> list[float]:
    """Give the samples as floats, without any library."""
    return list(decode(audio.to_raw(encoding="pcm_f32le").data, "pcm_f32le"))


def words(*timed: tuple[str, float, float]) -> WordTimestamps:
    """Make times of words."""
    return WordTimestamps(
        words=tuple(word for word, _, _ in timed),
        start=tuple(start for _, start, _ in timed),
        end=tuple(end for _, _, end in timed),
    )
