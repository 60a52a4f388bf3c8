"""One clock for several contexts."""

from __future__ import annotations

import pytest

from cartesia_async import AudioChunk, Done, PhonemeTimestamps, PhonemeTimestampsData, Timestamps, WordTimestamps
from cartesia_async._wire.clock import Clock


@pytest.mark.parametrize(("rate", "offset"), [(100, 2.5), (None, 2.0)], ids=["of the audio", "of the times"])
def test_times_go_on(rate: int | None, offset: float) -> None:
    """The times of a second context begin where the audio of the first ended; unknown audio leaves the last time to tell."""
    clock = Clock(rate)
    words = Timestamps(word_timestamps=WordTimestamps(words=("a",), start=(0.5,), end=(2.0,)))
    sounds = PhonemeTimestamps(phoneme_timestamps=PhonemeTimestampsData(phonemes=("a",), start=(0.25,), end=(0.5,)))
    assert clock.on(words) == words
    assert clock.on(sounds) == sounds
    chunk = AudioChunk(data=bytes(250))
    assert clock.on(chunk) is chunk
    clock.restart()
    done = Done()
    assert clock.on(done) is done
    moved = clock.on(words)
    assert isinstance(moved, Timestamps)
    assert moved.word_timestamps == WordTimestamps(words=("a",), start=(0.5 + offset,), end=(2.0 + offset,))
    sounded = clock.on(sounds)
    assert isinstance(sounded, PhonemeTimestamps)
    assert sounded.phoneme_timestamps.start == (0.25 + offset,)
