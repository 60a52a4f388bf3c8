"""What the event streams of speech and of the voice changer are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import attrs

from .extra import NOTHING_MORE


@attrs.frozen(kw_only=True)
class AudioChunk:
    """
    A piece of audio.

    Attributes:
        data: The audio, in the encoding asked for.
        step_time: Milliseconds that the service worked on it.
        status_code: 206 while more is to come.
        context_id: The context it belongs to, where one was named.
        flush_id: The number of the flush it belongs to, on a WebSocket.
        sample_rate: Samples a second, in Hz, where the service says it.
        extra: Fields that this library does not know.
    """

    type: ClassVar[Literal["chunk"]] = "chunk"
    data: bytes = attrs.field(repr=lambda data: f"<{len(data)} bytes>")
    step_time: float | None = None
    status_code: int | None = None
    context_id: str | None = None
    flush_id: int | None = None
    sample_rate: int | None = None
    extra: Mapping[str, Any] = NOTHING_MORE


@attrs.frozen(kw_only=True)
class WordTimestamps:
    """
    When each word is spoken; the three sequences are of one length.

    Attributes:
        words: The words.
        start: Where each begins, in seconds from the start of the audio.
        end: Where each ends.
        extra: Fields that this library does not know.
    """

    words: tuple[str, ...] = ()
    start: tuple[float, ...] = ()
    end: tuple[float, ...] = ()
    extra: Mapping[str, Any] = NOTHING_MORE


@attrs.frozen(kw_only=True)
class PhonemeTimestampsData:
    """
    When each phoneme is spoken; the three sequences are of one length.

    Attributes:
        phonemes: The phonemes, in the International Phonetic Alphabet.
        start: Where each begins, in seconds from the start of the audio.
        end: Where each ends.
        extra: Fields that this library does not know.
    """

    phonemes: tuple[str, ...] = ()
    start: tuple[float, ...] = ()
    end: tuple[float, ...] = ()
    extra: Mapping[str, Any] = NOTHING_MORE


@attrs.frozen(kw_only=True)
class Timestamps:
    """
    Times of words.

    Attributes:
        word_timestamps: The words and their times.
        status_code: 206 while more is to come.
        context_id: The context they belong to, where one was named.
        flush_id: The number of the flush they belong to, on a WebSocket.
        extra: Fields that this library does not know.
    """

    type: ClassVar[Literal["timestamps"]] = "timestamps"
    word_timestamps: WordTimestamps
    status_code: int | None = None
    context_id: str | None = None
    flush_id: int | None = None
    extra: Mapping[str, Any] = NOTHING_MORE


@attrs.frozen(kw_only=True)
class PhonemeTimestamps:
    """
    Times of phonemes.

    Attributes:
        phoneme_timestamps: The phonemes and their times.
        status_code: 206 while more is to come.
        context_id: The context they belong to, where one was named.
        flush_id: The number of the flush they belong to, on a WebSocket.
        extra: Fields that this library does not know.
    """

    type: ClassVar[Literal["phoneme_timestamps"]] = "phoneme_timestamps"
    phoneme_timestamps: PhonemeTimestampsData
    status_code: int | None = None
    context_id: str | None = None
    flush_id: int | None = None
    extra: Mapping[str, Any] = NOTHING_MORE


@attrs.frozen(kw_only=True)
class FlushDone:
    """
    All audio of a flush has been sent.

    Attributes:
        flush_id: The number of the flush.
        status_code: 206 while more is to come.
        context_id: The context it belongs to.
        extra: Fields that this library does not know.
    """

    type: ClassVar[Literal["flush_done"]] = "flush_done"
    flush_id: int | None = None
    status_code: int | None = None
    context_id: str | None = None
    extra: Mapping[str, Any] = NOTHING_MORE


@attrs.frozen(kw_only=True)
class Done:
    """
    The end of the stream; always its last event.

    Attributes:
        status_code: 200 or 206.
        context_id: The context that ended, where one was named.
        extra: Fields that this library does not know.
    """

    type: ClassVar[Literal["done"]] = "done"
    status_code: int | None = None
    context_id: str | None = None
    extra: Mapping[str, Any] = NOTHING_MORE


_LONGEST_SHOWN = 200


def _shortly(value: object) -> object:
    # It may be audio.
    return f"<{len(value)} characters>" if isinstance(value, str) and len(value) > _LONGEST_SHOWN else value


@attrs.frozen(kw_only=True)
class UnknownEvent:
    """
    An event of a type that this library does not know.

    Attributes:
        type: Its type.
        raw: All of it, as it came.
    """

    type: str
    raw: Mapping[str, Any] = attrs.field(repr=lambda raw: repr({name: _shortly(value) for name, value in raw.items()}))

    @property
    def status_code(self) -> int | None:
        """The status that the event carries, where it has one."""
        status = self.raw.get("status_code")
        return status if isinstance(status, int) else None

    @property
    def context_id(self) -> str | None:
        """The context it belongs to, where one was named."""
        context = self.raw.get("context_id")
        return context if isinstance(context, str) else None


TTSEvent = AudioChunk | Timestamps | PhonemeTimestamps | FlushDone | Done | UnknownEvent
VoiceChangerEvent = AudioChunk | Done | UnknownEvent
