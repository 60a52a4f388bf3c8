"""Putting audio one after the other: its samples, and the times of its words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import attrs

from ..models.events import PhonemeTimestampsData, WordTimestamps
from ..models.speech import RawFormat
from .arrays import resampled
from .formats import packed, samples_of
from .joining import join

if TYPE_CHECKING:
    from .audio import Audio


def concatenated(parts: Sequence[Audio], gap: float) -> Audio:
    """
    Put *parts* one after the other, with *gap* seconds of silence between two of them.

    Raises:
        ValueError: There are none, *gap* is not a number from 0 up, the numbers of channels differ, or a part is not of a
            known format.
        ImportError: A library of an extra is needed, and not installed.
    """
    if isinstance(gap, bool) or not isinstance(gap, (int, float)) or not 0 <= gap < math.inf:
        msg = f"gap must be a number of seconds from 0 up, not {gap!r}"
        raise ValueError(msg)
    if not parts:
        msg = "parts must hold at least one Audio"
        raise ValueError(msg)
    first = parts[0]
    if len(parts) == 1:
        return first
    opened = [samples_of(part.data, part.format) for part in parts]
    kind = opened[0]
    if channels := {samples.channels for samples in opened} - {kind.channels}:
        msg = f"parts must be of one number of channels, not of {kind.channels} and {min(channels)}"
        raise ValueError(msg)
    joined = join([resampled(samples, kind.sample_rate).encoded(kind.encoding) for samples in opened], gap)
    format, data = packed(joined.samples, raw=isinstance(first.format, RawFormat))
    return attrs.evolve(
        first,
        data=data,
        format=format,
        word_timestamps=words_of(zip((part.word_timestamps for part in parts), joined.starts, strict=True)),
        phoneme_timestamps=phonemes_of(zip((part.phoneme_timestamps for part in parts), joined.starts, strict=True)),
        context_id=first.context_id if {part.context_id for part in parts} == {first.context_id} else None,
    )


def words_of(parts: Iterable[tuple[WordTimestamps | None, float]]) -> WordTimestamps | None:
    """Put the words of parts together; each part comes with the seconds that its times are moved by."""
    there = [(times, by) for times, by in parts if times is not None]
    if not there:
        return None
    return WordTimestamps(
        words=tuple(word for times, _ in there for word in times.words),
        start=tuple(time + by for times, by in there for time in times.start),
        end=tuple(time + by for times, by in there for time in times.end),
    )


def phonemes_of(parts: Iterable[tuple[PhonemeTimestampsData | None, float]]) -> PhonemeTimestampsData | None:
    """Put the phonemes of parts together; each part comes with the seconds that its times are moved by."""
    there = [(times, by) for times, by in parts if times is not None]
    if not there:
        return None
    return PhonemeTimestampsData(
        phonemes=tuple(phoneme for times, _ in there for phoneme in times.phonemes),
        start=tuple(time + by for times, by in there for time in times.start),
        end=tuple(time + by for times, by in there for time in times.end),
    )
