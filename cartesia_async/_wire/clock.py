"""One clock for the timestamps of a text that was spoken in several contexts."""

from __future__ import annotations

import attrs

from ..models.events import AudioChunk, PhonemeTimestamps, Timestamps, TTSEvent


class Clock:
    """
    Counts the audio that has come, and makes all times run from its start.

    The service counts from the start of each context.

    Args:
        bytes_per_second: What a second of audio takes; ``None`` where it is not known, and then the times that have come tell.
    """

    def __init__(self, bytes_per_second: int | None) -> None:
        self._rate = bytes_per_second
        self._bytes = 0
        self._latest = 0.0
        self._offset = 0.0

    def restart(self) -> None:
        """Learn that another context begins."""
        self._offset = self._latest if self._rate is None else self._bytes / self._rate

    def on(self, event: TTSEvent) -> TTSEvent:
        """Give an event with its times on this clock."""
        if isinstance(event, AudioChunk):
            self._bytes += len(event.data)
        elif isinstance(event, Timestamps):
            words = event.word_timestamps
            event = attrs.evolve(
                event,
                word_timestamps=attrs.evolve(words, start=self._shifted(words.start), end=self._shifted(words.end)),
            )
        elif isinstance(event, PhonemeTimestamps):
            phonemes = event.phoneme_timestamps
            event = attrs.evolve(
                event,
                phoneme_timestamps=attrs.evolve(
                    phonemes, start=self._shifted(phonemes.start), end=self._shifted(phonemes.end)
                ),
            )
        return event

    def _shifted(self, times: tuple[float, ...]) -> tuple[float, ...]:
        shifted = tuple(time + self._offset for time in times) if self._offset else times
        self._latest = max(self._latest, *shifted, 0.0)
        return shifted
