"""A long clip is said again a few seconds at a time, and nobody can hear where."""

from __future__ import annotations

import array
from collections.abc import Iterator

import numpy as np
import pytest

from cartesia_async import Cartesia
from cartesia_async.emulator.audio.clips import Clip, changes
from cartesia_async.emulator.audio.stretches import by_stretches
from cartesia_async.emulator.voice.timbre import Timbre
from tests.interop.sound import Heard

from .listening import envelope, likeness, pitch, said
from .test_made_voices import VOICES, changed, clip_of

RATE = 16_000


def buzz(seconds: float, hertz: float = 110.0) -> Clip:
    """A voice without a pause, all of one loudness and one pitch."""
    moments = np.arange(round(seconds * RATE)) / RATE
    values = sum(np.sin(2 * np.pi * harmonic * hertz * moments) / harmonic for harmonic in range(1, 12))
    return Clip(samples=array.array("f", (0.2 * values).astype(np.float32).tobytes()), sample_rate=RATE)


def heard_of(stretches: Iterator[array.array[float]]) -> Heard:
    """Put stretches together."""
    return Heard(np.frombuffer(b"".join(stretch.tobytes() for stretch in stretches), np.float32).astype(float), RATE)


def test_a_clip_that_is_not_changed_is_the_same() -> None:
    """Cut, and put together, it is what it was, in stretches of four to eight seconds."""
    clip = buzz(30.0)
    stretches = list(by_stretches(clip, lambda stretch: stretch.samples))
    assert np.abs(heard_of(iter(stretches)).samples - np.array(clip.samples)).max() < 1e-6
    assert all(4 * RATE <= len(stretch) <= 8 * RATE for stretch in stretches[:-1])


def test_a_stretch_is_worked_on_when_it_is_asked_for() -> None:
    """The first one is there when only a few seconds have been worked on, of any number."""
    worked = list[float]()

    def work(clip: Clip) -> array.array[float]:
        worked.append(clip.seconds)
        return clip.samples

    assert next(by_stretches(buzz(60.0), work))
    assert len(worked) == 1
    assert worked[0] < 8.3


def test_a_clip_is_cut_where_it_is_quiet() -> None:
    """Of a clip that has pauses, each stretch ends in one."""
    second = buzz(1.0).samples
    clip = Clip(samples=(second * 5 + array.array("f", bytes(RATE))) * 4, sample_rate=RATE)
    *stretches, _ = by_stretches(clip, lambda stretch: stretch.samples)
    assert len(stretches) >= 3
    assert all(max(stretch[-10:]) == 0 for stretch in stretches)


def test_no_cut_is_heard() -> None:
    """A voice without a pause stays one: as loud everywhere, of one pitch, and without a click."""
    heard = heard_of(changes(buzz(20.0), Timbre(pitch=180.0)))
    assert heard.seconds == pytest.approx(20.0)
    assert pitch(heard) == pytest.approx(180.0, rel=0.02)
    inside = envelope(heard)[10:-10]
    assert inside.min() > 0.6 * np.median(inside)
    steps = np.abs(np.diff(heard.samples))[RATE // 4 : -RATE // 4]
    assert steps.max() < 1.3 * np.quantile(steps, 0.999)


def test_stretches_keep_their_places_in_the_melody() -> None:
    """A clip that is a fifth higher later is so in the other voice, too, whose pitch it has on the whole."""
    clip = Clip(
        samples=buzz(9.0, 100.0).samples + array.array("f", bytes(RATE)) + buzz(9.0, 150.0).samples, sample_rate=RATE
    )
    heard = heard_of(changes(clip, Timbre(pitch=200.0)))
    low, high = (pitch(Heard(heard.samples[at * RATE : (at + 8) * RATE], RATE)) for at in (0, 10))
    assert high / low == pytest.approx(1.5, rel=0.03)
    assert low * 0.97 < 200.0 < high * 1.03


def test_a_long_clip_keeps_its_timing(speech: Cartesia) -> None:
    """A quarter of a minute of speech comes out as long, loud and silent where it was, in the pitch of the other voice."""
    clip = said(speech, "We were away all year, and nobody knew. One, two, three! Then we came home again. " * 3)
    assert clip.seconds > 12
    heard = changed(speech, clip_of(clip), VOICES["Barry"].id)
    assert heard.seconds == pytest.approx(clip.seconds, abs=0.01)
    assert likeness(envelope(heard), envelope(clip)) > 0.85
    assert pitch(heard) == pytest.approx(VOICES["Barry"].timbre.pitch, rel=0.06)
