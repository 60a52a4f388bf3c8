"""What makes a voice sound as it does: the parameters that the engines have, and what they may be."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from .embedding import decoded, encoded
from .languages import ACCENTS, LANGUAGES, known_accent, known_language
from .variants import VARIANTS, known_variant

_HIGHER = 1.6
_LONGER_THROAT = 1.15


@attrs.frozen
class Scale:
    """A range of numbers, `low` to `high`, on which equal ratios are equal steps."""

    low: float
    high: float

    def clamped(self, value: float) -> float:
        """Give the nearest number of the range; the middle for what is no number."""
        return self.at(0.0) if math.isnan(value) else float(min(max(value, self.low), self.high))

    def position(self, value: float) -> float:
        """Tell where a number lies, -1 (low) to 1 (high)."""
        return 2 * math.log(self.clamped(value) / self.low) / math.log(self.high / self.low) - 1

    def at(self, position: float) -> float:
        """Give the number at a position, -1 (low) to 1 (high); what lies outside is moved to the end."""
        share = (min(max(position, -1.0), 1.0) + 1) / 2
        return min(max(self.low * math.pow(self.high / self.low, share), self.low), self.high)


PITCH = Scale(60.0, 400.0)
PITCH_RANGE = Scale(0.25, 2.0)
RATE = Scale(80.0, 400.0)
FORMANT = Scale(0.75, 1.4)


def _pitch(hertz: float) -> float:
    return PITCH.clamped(hertz)


def _pitch_range(factor: float) -> float:
    return PITCH_RANGE.clamped(factor)


def _rate(words_a_minute: float) -> float:
    return RATE.clamped(words_a_minute)


def _formant(factor: float) -> float:
    return FORMANT.clamped(factor)


@attrs.frozen(kw_only=True)
class Timbre:
    """
    A voice as the engines know it; what lies outside a range becomes its nearest end.

    Attributes:
        language: Code of its mother tongue, one of `LANGUAGES`; another becomes `en`.
        accent: Code of its regional accent, one of `ACCENTS`; another becomes `""`, the usual one.
        variant: Name of its voice quality, one of `VARIANTS`; another becomes `m1`.
        pitch: Mean pitch, Hz, 60 to 400.
        pitch_range: How lively the melody is, 0.25 to 2; 1 is the engine's usual.
        rate: Pace, words a minute, 80 to 400.
        formant: Resonances relative to those of an average man, 0.75 (a giant) to 1.4 (a child).
    """

    language: str = attrs.field(default="en", converter=known_language)
    accent: str = attrs.field(default="", converter=known_accent)
    variant: str = attrs.field(default="m1", converter=known_variant)
    pitch: float = attrs.field(default=120.0, converter=_pitch)
    pitch_range: float = attrs.field(default=1.0, converter=_pitch_range)
    rate: float = attrs.field(default=170.0, converter=_rate)
    formant: float = attrs.field(default=1.0, converter=_formant)


def embedding_of(timbre: Timbre) -> list[float]:
    """
    Write a timbre as an embedding.

    Embeddings are linear: the weighted mean of two is the embedding of a voice between (its pitch, for one, lies
    between their pitches); of language, accent and variant it takes those with the greatest weight.

    Args:
        timbre: The timbre.

    Returns:
        192 numbers from -1 to 1; the same timbre gives the same numbers.
    """
    return encoded(
        (
            PITCH.position(timbre.pitch),
            PITCH_RANGE.position(timbre.pitch_range),
            RATE.position(timbre.rate),
            FORMANT.position(timbre.formant),
        ),
        (LANGUAGES.index(timbre.language), ACCENTS.index(timbre.accent), tuple(VARIANTS).index(timbre.variant)),
    )


def timbre_of(embedding: Sequence[float]) -> Timbre:
    """
    Read an embedding.

    Args:
        embedding: Any numbers, of any length; what is missing counts as 0, what is above 192 is left aside.

    Returns:
        The timbre; that which was encoded, within 0.001 of each number, when it is an `embedding_of` one.
    """
    (pitch, pitch_range, rate, formant), (language, accent, variant) = decoded(embedding)
    return Timbre(
        language=_chosen(LANGUAGES, language),
        accent=_chosen(ACCENTS, accent),
        variant=_chosen(tuple(VARIANTS), variant),
        pitch=round(PITCH.at(pitch), 3),
        pitch_range=round(PITCH_RANGE.at(pitch_range), 3),
        rate=round(RATE.at(rate), 3),
        formant=round(FORMANT.at(formant), 3),
    )


def _chosen(names: Sequence[str], index: int) -> str:
    return names[index % len(names)]


def localized(timbre: Timbre, language: str, *, gender: str | None = None, dialect: str | None = None) -> Timbre:
    """
    Give the same voice in another language.

    Args:
        timbre: The voice.
        language: Code of the language.
        gender: Gender of the speaker, `male` or `female`; a voice that does not sound so is brought nearer to it.
        dialect: Code of the accent, such as `uk`; `None` for the usual one of the language.
    """
    moved = attrs.evolve(timbre, language=language, accent=dialect or "")
    heard = "female" if VARIANTS[timbre.variant].feminine else "male"
    if gender not in ("male", "female") or gender == heard:
        return moved
    upwards = gender == "female"
    return attrs.evolve(
        moved,
        variant="f2" if upwards else "m1",
        pitch=timbre.pitch * (_HIGHER if upwards else 1 / _HIGHER),
        formant=timbre.formant * (_LONGER_THROAT if upwards else 1 / _LONGER_THROAT),
    )
