"""Events as they come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

import attrs

from ..audio.audio import Audio
from ..audio.concatenation import phonemes_of, words_of
from ..audio.formats import AudioFormat
from ..audio.playing import Playable
from ..models.events import AudioChunk, PhonemeTimestamps, PhonemeTimestampsData, Timestamps, WordTimestamps
from ..models.speech import RawFormat
from .audio import AudioStream
from .derived import AudioOnly
from .flow import Flow
from .playing import play
from .reading import Stream

E = TypeVar("E")


class EventStream(Stream[E], Generic[E]):
    """Events as they arrive; the last is `Done`. An error that the service sends is raised."""

    def __init__(self, flow: Flow[E], format: AudioFormat | None = None) -> None:
        super().__init__(flow)
        self._format = format

    def audio(self) -> AudioStream:
        """Give only the audio of the events, as a stream of its own that takes this one's place."""
        return AudioStream(AudioOnly(self._begin()), self._format, in_events=True)

    async def play(self, *, device: int | str | None = None) -> None:
        """
        Play the audio on a loudspeaker of this machine, from its first piece on, and wait until it has been heard.

        The loudspeaker is taken hold of before anything is sent for. Cancelled, it is silent at once, and the connection
        is closed.

        Args:
            device: Which loudspeaker, by number or by a part of its name; left out, the usual one.

        Raises:
            ValueError: MP3 was asked for, which cannot be played while it comes, or there is no such loudspeaker.
            ImportError: The extra ``play`` is not installed.
            OSError: The loudspeaker cannot play.
            CartesiaError: The request failed, or the stream broke off.
        """
        playable = Playable(self._format)
        await play(AudioOnly(self._begin()), playable, device)

    async def collect(self) -> Audio:
        """
        Read to the end and put everything together.

        Returns:
            The joined audio, with its format and all timestamps.

        Raises:
            CartesiaError: The request failed, or the stream broke off.
        """
        flow = self._begin()
        gathered = Gathered(self._format)
        try:
            while events := await flow.batch():
                gathered.take(events)
        except BaseException:
            flow.abort()
            raise
        return gathered.audio()


class Gathered:
    """
    What a stream of events amounts to.

    Args:
        format: The format that was asked for.
    """

    def __init__(self, format: AudioFormat | None = None) -> None:
        self._format = format
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
                if event.sample_rate is not None and isinstance(self._format, RawFormat):
                    # The service knows best.
                    self._format = attrs.evolve(self._format, sample_rate=event.sample_rate)
            elif isinstance(event, Timestamps):
                self._words.append(event.word_timestamps)
            elif isinstance(event, PhonemeTimestamps):
                self._phonemes.append(event.phoneme_timestamps)

    def audio(self) -> Audio:
        """Put it together."""
        return Audio(
            data=bytes(self._data),
            format=self._format,
            word_timestamps=words_of((part, 0) for part in self._words),
            phoneme_timestamps=phonemes_of((part, 0) for part in self._phonemes),
            context_id=self._context_id,
        )
