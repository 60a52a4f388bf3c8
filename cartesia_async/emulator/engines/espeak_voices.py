"""What espeak-ng calls the languages and accents, and how a timbre is set on its knobs."""

from __future__ import annotations

import math
from itertools import pairwise

import attrs

from ..voice.languages import known_accent, known_language
from ..voice.timbre import Timbre
from ..voice.variants import VARIANTS
from .espeak_library import Manner

# Those whose name there is not the service's code; `tl` is spoken by the nearest that there is.
_LANGUAGES = {"en": "en-US", "zh": "cmn", "no": "nb", "pt": "pt-BR", "tl": "id"}
_ACCENTS = {
    ("en", "uk"): "en-gb-x-rp",
    ("en", "au"): "en",
    ("en", "in"): "en-029",
    ("en", "so"): "en-US-nyc",
    ("en", "sc"): "en-GB-scotland",
    ("en", "cb"): "en-029",
    ("fr", "be"): "fr-BE",
    ("fr", "ca"): "fr-BE",
    ("fr", "ch"): "fr-CH",
    ("es", "mx"): "es-419",
    ("pt", "eu"): "pt",
}
# At 450 the library begins to squeeze its audio, and the times it tells are no longer true.
_SLOWEST, _FASTEST = 80, 449
# The knob of pitch, and the factor of the voice's own pitch at each of its places; measured.
_PITCHES = ((0, 0.67), (10, 0.708), (25, 0.811), (50, 1.0), (75, 1.3), (99, 1.686))
# How the knob of the range moves the mean pitch: the factor at 0, and what each step adds.
_RANGE_BASE, _RANGE_STEP = 0.885, 0.0023
# Who takes the part of a variant that cannot speak as high or as low as it should.
_UNDERSTUDIES = ("david", "m1", "f2", "Alicia")
_UNHEARD = 0.015


@attrs.frozen(kw_only=True)
class Setting:
    """
    How an utterance is made.

    Attributes:
        manner: What the library is told.
        shift: How much faster its audio is played, so that pitch and resonances rise alike.
        variant: Name of the variant which speaks.
    """

    manner: Manner
    shift: float
    variant: str


def setting(timbre: Timbre, language: str | None, speed: float) -> Setting:
    """
    Set the knobs.

    Args:
        timbre: The voice.
        language: Code of the language, such as `en`, or a locale; `None` for that of the timbre.
        speed: Factor of the pace.
    """
    pitch_range = min(max(round(50 * timbre.pitch_range), 0), 99)
    wanted = timbre.pitch / (_RANGE_BASE + _RANGE_STEP * pitch_range)
    variant = min((timbre.variant, *_UNDERSTUDIES), key=lambda name: _out_of_reach(name, wanted, timbre.formant))
    shift = _shift(variant, timbre.formant)
    return Setting(
        manner=Manner(
            voices=tuple(f"{name}+{variant}" for name in (_name(timbre, language), "en-US")),
            rate=round(min(max(timbre.rate * speed / shift, _SLOWEST), _FASTEST)),
            pitch=_knob(wanted / shift / VARIANTS[variant].pitch),
            pitch_range=pitch_range,
        ),
        shift=shift,
        variant=variant,
    )


def _name(timbre: Timbre, language: str | None) -> str:
    code = known_language(language) if language else timbre.language
    region = (language or "").replace("_", "-").partition("-")[2].lower()
    accent = known_accent("uk" if region == "gb" else region) or (timbre.accent if code == timbre.language else "")
    return _ACCENTS.get((code, accent)) or _LANGUAGES.get(code, code)


def _shift(variant: str, formant: float) -> float:
    shift = formant / VARIANTS[variant].formant
    return 1.0 if abs(shift - 1) < _UNHEARD else shift


def _out_of_reach(variant: str, pitch: float, formant: float) -> float:
    """Tell how far a pitch is from those that a variant has, as the logarithm of a factor; 0 for one it has."""
    factor = pitch / _shift(variant, formant) / VARIANTS[variant].pitch
    return max(0.0, math.log(_PITCHES[0][1] / factor), math.log(factor / _PITCHES[-1][1]))


def _knob(factor: float) -> int:
    """Turn a factor of a voice's own pitch into a place of the knob; between the known ones, on a straight line."""
    for (low, small), (high, great) in pairwise(_PITCHES):
        if factor <= great:
            return max(0, round(low + (high - low) * (factor - small) / (great - small)))
    return _PITCHES[-1][0]
