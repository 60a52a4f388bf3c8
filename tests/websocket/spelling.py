"""A voice that spells: from its audio, what was said can be read again."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator

from cartesia_async.emulator.engines.protocol import Piece, Timed, Utterance

RATE = 8_000
FORMAT = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": RATE}
_LEVELS = 128  # a character of ASCII is as loud as its number


class Speller:
    """An engine: a piece a word, a sample a letter."""

    name, sample_rate = "speller", RATE

    def speak(self, utterance: Utterance) -> Iterator[Piece]:
        """Spell each word, and a space after it."""
        at = 0
        for word in utterance.transcript.split():
            samples = array("f", (ord(letter) / _LEVELS for letter in f"{word} "))
            end = at + len(word)
            yield Piece(samples=samples, words=(Timed(text=word, start=at / RATE, end=end / RATE),))
            at = end + 1


def spelled(audio: bytes) -> list[str]:
    """Read the words of the audio."""
    samples = array("h", audio)
    if sys.byteorder == "big":
        samples.byteswap()
    return "".join(chr(round(sample * _LEVELS / 32_767)) for sample in samples).split()
