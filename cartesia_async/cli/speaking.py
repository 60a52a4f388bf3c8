"""Having a text spoken, in the one of three ways that its destination asks for."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from typing import TYPE_CHECKING, TypedDict

import attrs

from cartesia_async import (
    AudioChunk,
    Cartesia,
    GenerationConfig,
    Mp3Format,
    RawFormat,
    Timestamps,
    TTSEvent,
    WordTimestamps,
)

from .destination import Destination, write_out
from .formats import AudioFormat
from .progress import speaking, transferring
from .text import arriving_text, whole_text

if TYPE_CHECKING:
    from cartesia_async import Audio

# Where audio comes raw and becomes MP3 here, at the best that 16 bits hold.
_RAW_ENCODING = "pcm_s16le"


class Manner(TypedDict):
    """Who speaks, and how."""

    model_id: str
    voice: str
    language: str | None
    generation_config: GenerationConfig | None


@attrs.frozen(kw_only=True)
class Speaking:
    """
    A text that is to be spoken.

    Attributes:
        client: Speaks it.
        destination: Where the audio goes.
        wanted: The format it is to have there.
        manner: Who speaks, and how.
    """

    client: Cartesia
    destination: Destination
    wanted: AudioFormat
    manner: Manner

    def go(self, text: str | None, source: str | None, *, stream: bool) -> None:
        """
        Speak.

        Args:
            text: The text, where it is an argument.
            source: Else the file it is read from.
            stream: Whether it is spoken while it is read.
        """
        if stream:
            self._while_read((text or "") if source is None else arriving_text(source))
            return
        transcript = (text or "") if source is None else whole_text(source)
        if self.destination.with_subtitles:
            self._with_times(transcript)
        else:
            self._plainly(transcript)

    def _plainly(self, transcript: str) -> None:
        audio = self.client.tts.bytes(**self.manner, transcript=transcript, output_format=self.wanted)
        if self.destination.only_played:
            audio.play()
        elif self.destination.only_piped:
            for piece in audio:
                write_out(piece)
        else:
            self.destination.take(received(audio, self.wanted), self.wanted)

    def _with_times(self, transcript: str) -> None:
        format = self._raw()
        events = self.client.tts.sse(**self.manner, transcript=transcript, output_format=format, add_timestamps=True)
        self.destination.take(_gathered(events, format, len(transcript.split())), self.wanted)

    def _while_read(self, text: str | AsyncIterable[str]) -> None:
        format = self._raw()
        audio = self.client.tts.stream(text, **self.manner, output_format=format, add_timestamps=True)
        if self.destination.only_played:
            audio.play()
        elif isinstance(self.wanted, RawFormat) and self.destination.only_piped:
            for piece in audio:
                write_out(piece)
        else:
            self.destination.take(_gathered(audio.events(), format, None), self.wanted)

    def _raw(self) -> RawFormat:
        encoding = _RAW_ENCODING if isinstance(self.wanted, Mp3Format) else self.wanted.encoding
        return RawFormat(encoding=encoding, sample_rate=self.wanted.sample_rate)


def received(audio: Iterable[bytes], format: AudioFormat) -> Audio:
    """Read all of a stream of *audio* in a *format*, and show how much has come."""
    from cartesia_async import Audio

    whole = bytearray()
    with transferring("Receiving") as advance:
        for piece in audio:
            whole += piece
            advance(len(whole))
    return Audio(data=bytes(whole), format=format)


def _gathered(events: Iterable[TTSEvent], format: RawFormat, words: int | None) -> Audio:
    from cartesia_async import Audio

    data = bytearray()
    times = list[WordTimestamps]()
    spoken = 0
    with speaking() as advance:
        advance(0, words)
        for event in events:
            if isinstance(event, AudioChunk):
                data += event.data
            elif isinstance(event, Timestamps):
                times.append(event.word_timestamps)
                spoken += len(event.word_timestamps.words)
                advance(spoken)
    return Audio(data=bytes(data), format=format, word_timestamps=_joined(times))


def _joined(times: list[WordTimestamps]) -> WordTimestamps:
    return WordTimestamps(
        words=tuple(word for part in times for word in part.words),
        start=tuple(second for part in times for second in part.start),
        end=tuple(second for part in times for second in part.end),
    )
