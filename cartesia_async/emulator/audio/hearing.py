"""Taking a voice from a clip, and giving a clip to another voice."""

from __future__ import annotations

import array
import math
from collections.abc import Iterator
from functools import partial

import attrs

from ..voice.timbre import Timbre, localized
from ..voice.variants import VARIANTS
from .clip import Clip
from .delay_shift import shifted
from .extra import extra_module
from .intonation import intonation_of
from .pace import words_a_minute
from .praat import revoiced
from .stretches import by_stretches

# Who speaks at 110 Hz is taken for an average man, who speaks at 200 Hz for a woman: her formants are a fifth higher.
_LOW_VOICE, _HIGH_VOICE, _HIGH_FORMANTS = 110.0, 200.0, 1.2
_USUAL_RANGE = 4.0  # semitones from the low moments of an engine's voice to the high ones, as it comes


def timbre_heard_in(clip: Clip, *, language: str) -> Timbre:
    """
    Describe the voice in a clip.

    Args:
        clip: What it says; more than a minute of it is not heard.
        language: What the voice is to speak.

    Returns:
        Pitch, liveliness and pace as they are heard, and the formants and the variant that go with such a pitch; the
        default of what cannot be heard.
    """
    timbre = Timbre()
    intonation = intonation_of(clip)
    if intonation is not None:
        timbre = attrs.evolve(
            timbre,
            pitch=intonation.median,
            pitch_range=12 * math.log2(intonation.high / intonation.low) / _USUAL_RANGE,
            formant=_formant_at(intonation.median),
            variant=min(VARIANTS, key=lambda name: abs(math.log(VARIANTS[name].pitch / intonation.median))),
        )
    pace = words_a_minute(clip)
    if pace is not None:
        timbre = attrs.evolve(timbre, rate=pace)
    return localized(timbre, language)


def changes(clip: Clip, timbre: Timbre) -> Iterator[array.array[float]]:
    """
    Say a clip in another voice, a few seconds at a time.

    Args:
        clip: What is said.
        timbre: The other voice; only its pitch and its formants count.

    Returns:
        Stretches which together are as many samples at the same rate, with the timing and the intonation of the clip;
        the clip itself where no voice is heard. Without the extra, formants move with the pitch.
    """
    intonation = intonation_of(clip)
    if intonation is None:
        return iter((clip.samples,))
    pitch = timbre.pitch / intonation.median
    parselmouth = extra_module("parselmouth")
    if parselmouth is None or extra_module("numpy") is None:
        return shifted(clip.samples, clip.sample_rate, pitch)
    formants = timbre.formant / _formant_at(intonation.median)
    return by_stretches(clip, partial(revoiced, parselmouth, pitch=pitch, formants=formants))


def _formant_at(pitch: float) -> float:
    return math.pow(_HIGH_FORMANTS, math.log(pitch / _LOW_VOICE) / math.log(_HIGH_VOICE / _LOW_VOICE))
