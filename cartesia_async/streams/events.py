"""Events as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

from .._io.http.response import Response
from ..models.events import (
    Audio,
    AudioChunk,
    PhonemeTimestamps,
    PhonemeTimestampsData,
    Timestamps,
    WordTimestamps,
)
from .audio import AudioStream
from .flow import Flow
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


class AudioOnly(Flow[bytes]):
    """A flow of the audio in a flow of events."""

    def __init__(self, events: Flow[E]) -> None:
        self._events = events
        self.ready = deque[bytes]()

    @property
    def response(self) -> Response | None:  # type: ignore[override]  # it is the other flow's to set
        """The answer, once there is one."""
        return self._events.response

    async def open(self) -> None:
        """Send the request, unless it was sent."""
        await self._events.open()

    async def fill(self) -> None:
        """Wait until audio is ready, or the flow is over."""
        while not self.ready and (events := await self._events.batch()):
            self.ready.extend(event.data for event in events if isinstance(event, AudioChunk))

    async def settle(self) -> None:
        """Do nothing: the other flow has seen to it."""

    def abort(self, reason: str = "the stream was closed") -> None:
        """Let go of the connection at once."""
        self.ready.clear()
        self._events.abort(reason)


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
