"""What is asked of Praat, by parselmouth."""

from __future__ import annotations

import array
from types import ModuleType
from typing import Protocol

from .clip import Clip

FLOOR, CEILING = 60.0, 500.0  # Hz, between which voices are


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


def revoiced(parselmouth: ModuleType, clip: Clip, *, pitch: float, formants: float) -> Clip | None:
    """
    Move the median of the pitch and the formants; timing and intonation stay.

    Args:
        parselmouth: The library.
        clip: What is said.
        pitch: The new median, Hz.
        formants: The factor for the formants.

    Returns:
        As many samples, `None` where no voice is heard.
    """
    import numpy as np

    found = sound_and_pitch(parselmouth, clip)
    if found is None:
        return None
    sound, melody, _ = found
    made = parselmouth.praat.call([sound, melody], "Change gender", formants, pitch, 1.0, 1.0)
    # The Praat command works at another rate within, and comes back a sample longer or shorter.
    count = len(clip.samples)
    values = np.zeros(count, np.float32)
    there = made.values[0][:count]
    values[: len(there)] = there
    return Clip(samples=array.array("f", values.tobytes()), sample_rate=clip.sample_rate)
