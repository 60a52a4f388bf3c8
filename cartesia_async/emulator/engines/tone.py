"""The engine that needs nothing: one beep a word, made with the standard library alone, in no time."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator

from .protocol import Piece, Timed, Utterance

_SAMPLE_RATE = 16_000
_WORDS_IN_A_PIECE = 8
_WORD = re.compile(r"\S+")
_LEVEL = 0.3
_EDGE = 64
_LETTER, _SHORTEST, _LONGEST, _GAP = 0.02, 0.06, 0.2, 0.04  # seconds at the usual pace
_USUAL_RATE = 170.0
_SLOWEST, _FASTEST = 0.25, 4.0
# A beep repeats after so many periods: so few samples have to be computed, and so many that its pitch is true.
_PERIODS = 16


class ToneEngine:
    """One beep a word, at the pitch of the voice; the words have exact times, and every letter is a phoneme."""

    @property
    def name(self) -> str:
        """What it is called."""
        return "tone"

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        return _SAMPLE_RATE

    def speak(self, utterance: Utterance) -> Iterator[Piece]:
        """Beep a few words at a time; see `Engine.speak`."""
        most = None if utterance.max_seconds is None else max(0, int(utterance.max_seconds * _SAMPLE_RATE))
        pace = min(max(utterance.speed * utterance.timbre.rate / _USUAL_RATE, _SLOWEST), _FASTEST)
        beep = _Beep(utterance.timbre.pitch, utterance.timbre.formant, utterance.volume)
        begin = 0
        for words in _batches(utterance.transcript):
            samples: array[float] = array("f")
            timed: list[Timed] = []
            phonemes: list[Timed] = []
            for word in words:
                letters = [letter for letter in word if letter.isalnum()]
                if not letters:
                    continue
                start = begin + len(samples)
                if most is not None and start >= most:
                    break
                count = int(min(max(len(letters) * _LETTER, _SHORTEST), _LONGEST) / pace * _SAMPLE_RATE)
                samples += beep.lasting(count)
                samples.frombytes(bytes(4 * int(_GAP / pace * _SAMPLE_RATE)))
                timed.append(_timed(word, start, start + count, most))
                edges = [start + count * place // len(letters) for place in range(len(letters) + 1)]
                phonemes += (
                    _timed(letter.lower(), first, last, most)
                    for letter, first, last in zip(letters, edges, edges[1:], strict=False)
                    if most is None or first < most
                )
            if most is not None:
                del samples[max(most - begin, 0) :]
            if samples:
                yield Piece(samples=samples, words=tuple(timed), phonemes=tuple(phonemes))
            begin += len(samples)
            if most is not None and begin >= most:
                return


class _Beep:
    """A tone of which any length can be had at once."""

    def __init__(self, pitch: float, formant: float, volume: float) -> None:
        # The second harmonic is the stronger, the shorter the throat: voices of one pitch do not sound alike.
        second = min(max(formant - 0.5, 0.2), 0.9) / 2
        level = min(max(_LEVEL * volume, 0.0), 1.0) / (1 + second)
        self._size = max(1, round(_PERIODS * _SAMPLE_RATE / pitch))
        step = 2 * math.pi * _PERIODS / self._size
        wave = array(
            "f", (level * (math.sin(step * at) + second * math.sin(2 * step * at)) for at in range(self._size))
        )
        self._bytes = wave.tobytes()

    def lasting(self, count: int) -> array[float]:
        """Give so many samples, which rise from silence and fall back to it."""
        samples: array[float] = array("f")
        samples.frombytes((self._bytes * (count // self._size + 1))[: 4 * count])
        for at in range(min(_EDGE, count // 2)):
            samples[at] *= at / _EDGE
            samples[-1 - at] *= at / _EDGE
        return samples


def _batches(transcript: str) -> Iterator[list[str]]:
    batch: list[str] = []
    for found in _WORD.finditer(transcript):
        batch.append(found[0])
        if len(batch) == _WORDS_IN_A_PIECE:
            yield batch
            batch = []
    yield batch


def _timed(text: str, start: int, end: int, most: int | None) -> Timed:
    return Timed(text=text, start=start / _SAMPLE_RATE, end=(end if most is None else min(end, most)) / _SAMPLE_RATE)
