"""When words and phonemes are heard, from the marks that espeak-ng sets while it speaks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import attrs

from .espeak_library import Kind, Mark
from .protocol import Timed

# A word is what stands between spaces; where words are written without any, it is a character.
_SPACELESS = r"\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_SPACELESS}]|[^\s{_SPACELESS}]+")


@attrs.frozen(kw_only=True)
class Clock:
    """
    Turns samples of a clause into seconds of the utterance.

    Attributes:
        before: Samples of the utterance before the clause.
        length: Samples of the clause that are heard.
        shift: How many samples of the engine go into one that is heard.
        rate: Samples a second.
    """

    before: int
    length: int
    shift: float
    rate: int

    def hears(self, sample: int) -> bool:
        """Tell whether this sample of the engine is heard at all."""
        return sample / self.shift < self.length

    def seconds(self, sample: int) -> float:
        """Give the time of a sample of the engine."""
        return (self.before + min(max(sample, 0) / self.shift, self.length)) / self.rate


@attrs.define
class _Heard:
    """A word: where it is written, and when it is heard, in samples."""

    first: int
    last: int
    start: int
    end: int


def phoneme_times(marks: Sequence[Mark], end: int, clock: Clock) -> tuple[Timed, ...]:
    """Time the phonemes: each ends where the next begins, or before that the next word or a silence."""
    return tuple(
        Timed(text=mark.text, start=clock.seconds(mark.sample), end=clock.seconds(stop))
        for mark, stop in _stops(marks, end)
        if mark.kind is Kind.PHONEME and clock.hears(mark.sample)
    )


def _stops(marks: Sequence[Mark], end: int) -> Iterator[tuple[Mark, int]]:
    """Give each sound or silence with the sample at which it stops; a word marked as it begins does not stop it."""
    current: Mark | None = None
    stopped: int | None = None
    for mark in (*marks, Mark(Kind.SILENCE, end)):
        if mark.kind is Kind.WORD:
            if current is not None and stopped is None and mark.sample > current.sample:
                stopped = mark.sample
            continue
        if current is not None:
            yield current, mark.sample if stopped is None else stopped
        current, stopped = mark, None


def word_times(clause: str, marks: Sequence[Mark], end: int, clock: Clock) -> tuple[Timed, ...]:
    """
    Time the words: each ends where the next begins, or the silence before that.

    Args:
        clause: What was said; not blank.
        marks: What the engine marked in it.
        end: How many samples the engine made of it.
        clock: What time it is.

    Returns:
        The words as they are written. Words that the engine says as one come as one, `of the` for example; marks within
        a word (`two thousand`, where 2,000 is written) are one word.
    """
    places = [found.span() for found in _WORD.finditer(clause)]
    heard = _heard(places, marks, end)
    _cover(heard, places, clause)
    return tuple(
        Timed(
            text=clause[places[word.first][0] : places[word.last][1]],
            start=clock.seconds(word.start),
            end=clock.seconds(word.end),
        )
        for word in heard
        if clock.hears(word.start)
    )


def _heard(places: Sequence[tuple[int, int]], marks: Sequence[Mark], end: int) -> list[_Heard]:
    starts = [start for start, _ in places]
    heard: list[_Heard] = []
    silence: int | None = None  # since when it is silent
    for mark in marks:
        if mark.kind is Kind.PHONEME:
            silence = None
        elif mark.kind is Kind.SILENCE:
            silence = mark.sample if silence is None else silence
        else:
            place = max(bisect_right(starts, mark.position) - 1, 0)
            if heard and place <= heard[-1].last:
                continue
            if heard:
                heard[-1].end = mark.sample if silence is None else silence
            heard.append(_Heard(place, place, mark.sample, end))
            silence = None if silence is None else mark.sample
    if heard and silence is not None:
        heard[-1].end = silence
    return heard


def _cover(heard: list[_Heard], places: Sequence[tuple[int, int]], clause: str) -> None:
    """Give the words for which there is no mark to the word before them, the very first ones to the one after."""
    for index, word in enumerate(heard):
        until = heard[index + 1].first if index + 1 < len(heard) else len(places)
        for place in range(word.first + 1, until):
            if any(character.isalnum() for character in clause[slice(*places[place])]):
                word.last = place
    for word in heard[:1]:
        spoken = (place for place in range(word.first) if any(map(str.isalnum, clause[slice(*places[place])])))
        word.first = next(spoken, word.first)
