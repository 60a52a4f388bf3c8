"""A clip of audio in memory."""

from __future__ import annotations

import array

import attrs


class UnreadableClip(ValueError):
    """A file is no clip that can be decoded here; the message says why."""


@attrs.frozen(kw_only=True)
class Clip:
    """
    Decoded audio.

    Attributes:
        samples: Mono, type code `f`, finite, mostly within -1 to 1; empty for a file that holds no sound.
        sample_rate: Hz.
    """

    samples: array.array[float] = attrs.field(repr=False)
    sample_rate: int

    @property
    def seconds(self) -> float:
        """How long the clip is."""
        return len(self.samples) / self.sample_rate
