"""What an engine is: text in, pieces of audio with the times of what is heard in them out."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Protocol

import attrs

from ..voice.timbre import Timbre


@attrs.frozen(kw_only=True)
class Utterance:
    """
    Something to say.

    Attributes:
        transcript: The text; any text at all.
        timbre: The voice.
        language: A language code such as `en`; `None` for that of the timbre.
        speed: Factor of the pace; 1 is the pace of the timbre.
        volume: Factor of the amplitude; 1 is as loud as the engine is.
        max_seconds: Where the audio is cut off, seconds; `None` for nowhere.
    """

    transcript: str
    timbre: Timbre
    language: str | None = None
    speed: float = 1.0
    volume: float = 1.0
    max_seconds: float | None = None


@attrs.frozen(kw_only=True)
class Timed:
    """
    A word or a phoneme, and when it is heard.

    Attributes:
        text: What is heard; a word as the transcript has it, a phoneme in IPA.
        start: When it begins, seconds from the start of the utterance.
        end: When it ends, seconds from the start of the utterance; not before `start`.
    """

    text: str
    start: float
    end: float


@attrs.frozen(kw_only=True)
class Piece:
    """
    The next stretch of an utterance.

    Attributes:
        samples: Typecode `f`, mono, -1 to 1, at the sample rate of the engine.
        words: The words that begin in it.
        phonemes: The phonemes that begin in it.
    """

    samples: array[float]
    words: tuple[Timed, ...] = ()
    phonemes: tuple[Timed, ...] = ()


class Engine(Protocol):
    """What speaks."""

    @property
    def name(self) -> str:
        """What it is called, such as `espeak`."""
        ...

    @property
    def sample_rate(self) -> int:
        """Samples a second of all that it makes."""
        ...

    def speak(self, utterance: Utterance) -> Iterator[Piece]:
        """
        Speak, a clause at most at a time, as it is asked for.

        Safe to use from several threads at once, each with its own utterance, and to leave at any piece.

        Args:
            utterance: What to say, and how.
        """
        ...
