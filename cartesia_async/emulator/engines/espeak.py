"""Real speech, and real times: espeak-ng says clause after clause, and tells where its words and phonemes begin."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from ..audio.resampling import resampled
from ..voice.variants import VARIANTS
from .clauses import clauses
from .espeak_library import espeak_library
from .espeak_voices import setting
from .protocol import Piece, Utterance
from .word_times import Clock, phoneme_times, word_times

# The loudness that all variants are brought to: the root mean square, low enough for twice the volume.
_LEVEL = 0.07
_FULL_SCALE = 32_768


class EspeakEngine:
    """
    Speaks with espeak-ng.

    Raises:
        ImportError: The extra is not installed.
        OSError: The library cannot be loaded.
    """

    def __init__(self) -> None:
        self._library = espeak_library()

    @property
    def name(self) -> str:
        """What it is called."""
        return "espeak"

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        return self._library.sample_rate

    def speak(self, utterance: Utterance) -> Iterator[Piece]:
        """Say the transcript, a piece for a clause; see `Engine.speak`."""
        rate = self.sample_rate
        most = None if utterance.max_seconds is None else max(0, int(utterance.max_seconds * rate))
        how = setting(utterance.timbre, utterance.language, utterance.speed)
        played_at = round(rate * how.shift)
        gain = utterance.volume * _LEVEL / VARIANTS[how.variant].level
        before = 0
        ahead = clauses(utterance.transcript)
        clause = next(ahead, None)
        while clause is not None and (most is None or before < most):
            after = next(ahead, None)
            spoken = self._library.say(clause, how.manner, end_pause=after is not None)
            samples = _floats(spoken.samples, gain)
            samples = resampled(samples, played_at, rate)
            if most is not None:
                del samples[most - before :]
            clock = Clock(before=before, length=len(samples), shift=played_at / rate, rate=rate)
            end = len(spoken.samples)
            if samples:
                yield Piece(
                    samples=samples,
                    words=word_times(clause, spoken.marks, end, clock),
                    phonemes=phoneme_times(spoken.marks, end, clock),
                )
            before += len(samples)
            clause = after


def _floats(samples: array[int], gain: float) -> array[float]:
    import numpy as np

    louder = np.frombuffer(samples, dtype=np.int16).astype(np.float32) * np.float32(gain / _FULL_SCALE)
    return array("f", np.clip(louder, -1.0, 1.0).tobytes())
