"""A crowd of contexts, while one thing after the other goes wrong."""

from __future__ import annotations

import pytest

from cartesia_async import AudioChunk, Done, StreamInterruptedError, Timestamps, WordTimestamps
from cartesia_async.emulator.audio.sample_encodings import encoded
from cartesia_async.emulator.engines.protocol import Utterance
from cartesia_async.emulator.voice.timbre import Timbre
from tests.websocket.ordeal import Ordeal
from tests.websocket.spelling import Speller, spelled
from tests.websocket.talks import Talk, talk
from tests.websocket.trouble import KINDS

ORDEAL = Ordeal(seed=11, talks=150, at_once=24, connections=len(KINDS), apart=100)


async def test_every_word_is_heard_once_or_missed_aloud() -> None:
    """Whatever befalls their connections, each of 150 contexts is heard word for word, or raises an error that names it."""
    verdicts = await ORDEAL.hold()
    assert verdicts.total() == ORDEAL.talks
    assert min(verdicts["whole"], verdicts["broken"], verdicts["left"]) > 0


def test_the_same_on_threads() -> None:
    """The blocking client does so too, with two threads for each context."""
    verdicts = ORDEAL.hold_on_threads()
    assert verdicts.total() == ORDEAL.talks
    assert min(verdicts["whole"], verdicts["broken"], verdicts["left"]) > 0


def _audio(text: str) -> bytes:
    pieces = Speller().speak(Utterance(transcript=text, timbre=Timbre()))
    return b"".join(encoded(piece.samples, "pcm_s16le") for piece in pieces)


def _heard(text: str, *, done: bool = True) -> Talk:
    one = talk(0, 0)
    one.name, one.words, one.leaves_after = "one", ["a", "b", "c"], None
    for word in text.split():
        one.hear(AudioChunk(data=_audio(word), context_id="one"))
        times = WordTimestamps(words=(word,), start=(0.0,), end=(0.1,))
        one.hear(Timestamps(word_timestamps=times, context_id="one"))
    if done:
        one.hear(Done(context_id="one"))
    return one


def test_a_voice_that_spells_can_be_read() -> None:
    """Every letter, digit and mark comes through."""
    words = "".join(map(chr, range(33, 127)))
    assert spelled(_audio(f"{words} twice {words}")) == [words, "twice", words]


def test_a_verdict() -> None:
    """A word that is missing or comes twice or late, a silent end, and an error that names another context are found out."""
    assert _heard("a b c").verdict() == "whole"
    for text in ("", "a", "a b", "a c", "a a b c", "a b c c", "a c b", "a b c d"):
        with pytest.raises(AssertionError):
            _heard(text).verdict()
    with pytest.raises(AssertionError):
        _heard("a b c", done=False).verdict()
    broken = _heard("a b", done=False)
    broken.error = StreamInterruptedError("cut off", context_id="one")
    assert broken.verdict() == "broken"
    broken.error = StreamInterruptedError("cut off", context_id="two")
    with pytest.raises(AssertionError):
        broken.verdict()
    broken.error = OSError("cut off")
    with pytest.raises(AssertionError):
        broken.verdict()
