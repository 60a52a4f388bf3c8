"""Speech as events: what is sent of each piece of audio, by server-sent events and over a WebSocket alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .delivery import Event, base64_of, columns
from .engines.protocol import Timed
from .sounding import Sound
from .speech import SpeechOrder


def speech_events(
    sound: Sound, order: SpeechOrder, marks: Mapping[str, object], *, since: float = 0.0
) -> Iterator[Event]:
    """
    Lay out a piece of audio, and the times asked for, as events.

    Args:
        sound: The piece.
        order: What was asked for.
        marks: What each event carries beside its own, such as the context.
        since: When the utterance began, seconds on the clock of the times.
    """
    head = {"status_code": 206, "done": False}
    if sound.data:
        yield {"type": "chunk", **head, "data": base64_of(sound.data), "step_time": sound.work, **marks}
    if order.words and sound.words:
        yield {"type": "timestamps", **head, "word_timestamps": _times(sound.words, "words", since), **marks}
    if order.phonemes and sound.phonemes:
        times = _times(sound.phonemes, "phonemes", since)
        yield {"type": "phoneme_timestamps", **head, "phoneme_timestamps": times, **marks}


def _times(times: tuple[Timed, ...], names: str, since: float) -> Mapping[str, object]:
    if since:
        times = tuple(Timed(text=one.text, start=one.start + since, end=one.end + since) for one in times)
    return columns(times, names)
