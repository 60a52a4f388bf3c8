"""What is asked of Praat, by parselmouth."""

from __future__ import annotations

import array
from types import ModuleType
from typing import Protocol

from .clip import Clip

FLOOR, CEILING = 60.0, 500.0  # Hz, between which voices are
# Unvoiced sounds are laid out by chance: it is to be the same chance each time, and nobody else's. In one script, which
# no other thread gets between.
_CHANGE = """
random_initializeWithSeedUnsafelyButPredictably (1)
Change gender: {formants:.9f}, {pitch:.9f}, 1, 1
random_initializeSafelyAndUnpredictably ()
"""


class PraatObject(Protocol):
    """A sound, or the pitch of one."""


def sound_and_pitch(parselmouth: ModuleType, clip: Clip) -> tuple[PraatObject, PraatObject, list[float]] | None:
    """Give a clip as a sound, its pitch, and the frequencies of that in Hz; `None` where no voice is heard."""
    import numpy as np

    sound = parselmouth.Sound(np.frombuffer(clip.samples, np.float32).astype(np.float64), clip.sample_rate)
    try:
        pitch = sound.to_pitch(time_step=0.01, pitch_floor=FLOOR, pitch_ceiling=CEILING)
    except parselmouth.PraatError:  # a clip of less than a few periods
        return None
    frequencies: list[float] = pitch.selected_array["frequency"].tolist()
    voiced = [frequency for frequency in frequencies if frequency > 0]
    return (sound, pitch, voiced) if voiced else None


def revoiced(parselmouth: ModuleType, clip: Clip, *, pitch: float, formants: float) -> array.array[float]:
    """
    Move the pitch and the formants; timing and intonation stay.

    Args:
        parselmouth: The library.
        clip: What is said.
        pitch: The factor for the pitch.
        formants: The factor for the formants.

    Returns:
        As many samples, the same ones for the same clip; those of the clip where no voice is heard.
    """
    import numpy as np

    found = sound_and_pitch(parselmouth, clip)
    if found is None:
        return clip.samples
    sound, melody, _ = found
    median: float = parselmouth.praat.call(melody, "Get quantile", 0, 0, 0.5, "Hertz")
    (made,) = parselmouth.praat.run([sound, melody], _CHANGE.format(formants=formants, pitch=pitch * median))
    # The Praat command works at another rate within, and comes back a sample longer or shorter.
    count = len(clip.samples)
    values = np.zeros(count, np.float32)
    there = made.values[0][:count]
    values[: len(there)] = there
    return array.array("f", values.tobytes())
