"""Events as they come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from ..models.events import (
    Audio,
    AudioChunk,
    PhonemeTimestamps,
    PhonemeTimestampsData,
    Timestamps,
    WordTimestamps,
)
from .audio import AudioStream
from .derived import AudioOnly
from .reading import Stream

E = TypeVar("E")


class EventStream(Stream[E], Generic[E]):
    """Events as they arrive; the last is `Done`. An error that the service sends is raised."""

    def audio(self) -> AudioStream:
        """Give only the audio of the events, as a stream of its own that takes this one's place."""
        return AudioStream(AudioOnly(self._begin()), content_type="audio/pcm")

    async def collect(self) -> Audio:
        """
        Read to the end and put everything together.

        Returns:
            The joined audio, with all timestamps.

        Raises:
            CartesiaError: The request failed, or the stream broke off.
        """
        flow = self._begin()
        gathered = Gathered()
        try:
            while events := await flow.batch():
                gathered.take(events)
        except BaseException:
            flow.abort()
            raise
        return gathered.audio()


class Gathered:
    """What a stream of events amounts to."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._words: list[WordTimestamps] = []
        self._phonemes: list[PhonemeTimestampsData] = []
        self._context_id: str | None = None

    def take(self, events: Iterable[object]) -> None:
        """Take more *events*."""
        for event in events:
            if isinstance(event, AudioChunk):
                self._data += event.data
                self._context_id = event.context_id
            elif isinstance(event, Timestamps):
                self._words.append(event.word_timestamps)
            elif isinstance(event, PhonemeTimestamps):
                self._phonemes.append(event.phoneme_timestamps)

    def audio(self) -> Audio:
        """Put it together."""
        words = phonemes = None
        if self._words:
            words = WordTimestamps(
                words=tuple(word for part in self._words for word in part.words),
                start=tuple(time for part in self._words for time in part.start),
                end=tuple(time for part in self._words for time in part.end),
            )
        if self._phonemes:
            phonemes = PhonemeTimestampsData(
                phonemes=tuple(phoneme for part in self._phonemes for phoneme in part.phonemes),
                start=tuple(time for part in self._phonemes for time in part.start),
                end=tuple(time for part in self._phonemes for time in part.end),
            )
        return Audio(
            data=bytes(self._data), word_timestamps=words, phoneme_timestamps=phonemes, context_id=self._context_id
        )
