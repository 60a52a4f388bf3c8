"""`speed`, `duration`, `volume`, `language` and the emotions of older versions are heard; so is which voice it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from cartesia_async import Cartesia
from cartesia_async.emulator.voice.library import stock_voices
from tests.interop.sound import SARAH

from .listening import TEXT, distance, loudness, order, pitch, said

GENDERS = {
    gender: [voice for voice in stock_voices() if voice.gender == gender] for gender in ("masculine", "feminine")
}
ENGLISH = [voice for voice in stock_voices() if voice.language == "en"]
# How much shorter a speech may be than a pace says, and longer: pauses do not keep pace with the words.
SPEECH, BEEPS = 0.1, 0.02


@pytest.fixture(params=["speech", "beeps"])
def engine(request: pytest.FixtureRequest, speech: Cartesia, beeps: Cartesia) -> tuple[Cartesia, float]:
    """Give a client of either engine, and how exactly it keeps a pace."""
    return (speech, SPEECH) if request.param == "speech" else (beeps, BEEPS)


@pytest.mark.parametrize(
    ("how", "pace"),
    [
        ({"speed": "slow"}, 0.8),
        ({"speed": "fast"}, 1.25),
        ({"generation_config": {"speed": 0.6}}, 0.6),
        ({"generation_config": {"speed": 1.5}}, 1.5),
    ],
)
def test_speed_is_heard(engine: tuple[Cartesia, float], how: Mapping[str, Any], pace: float) -> None:
    """A pace makes the audio so much shorter, and moves neither its pitch nor its loudness."""
    client, exactly = engine
    usual, other = said(client), said(client, **how)
    assert other.seconds == pytest.approx(usual.seconds / pace, rel=exactly)
    assert loudness(other) == pytest.approx(loudness(usual), rel=0.2)
    assert pitch(other) == pytest.approx(pitch(usual), rel=0.06)


def test_speed_of_older_versions_is_heard(engine: tuple[Cartesia, float]) -> None:
    """So does a speed among the experimental controls of a voice: from -1, half as fast again as slow, to 1."""
    client, exactly = engine
    old = client.with_options(api_version="2024-11-13")
    seconds = [
        said(old, voice={"mode": "id", "id": SARAH, "experimental_controls": {"speed": speed}}).seconds
        for speed in (-1.0, "slow", "normal", 1.0)
    ]
    assert seconds == sorted(seconds, reverse=True)
    assert seconds[0] / seconds[-1] == pytest.approx(1.5**2, rel=2 * exactly)


@pytest.mark.parametrize("volume", [0.5, 0.8, 1.5, 2.0])
def test_volume_is_heard(engine: tuple[Cartesia, float], volume: float) -> None:
    """A volume makes the amplitude so much greater, and changes nothing else."""
    client, _ = engine
    usual, other = said(client), said(client, generation_config={"volume": volume})
    assert loudness(other) == pytest.approx(loudness(usual) * volume, rel=0.02)
    assert other.seconds == usual.seconds
    assert distance(other, usual) < 0.5


@pytest.mark.parametrize("duration", [0.25, 1.0, 2.0])
def test_duration_is_heard(engine: tuple[Cartesia, float], duration: float) -> None:
    """The audio is so long, to the sample, and until then what it is without."""
    client, _ = engine
    text = f"{TEXT} {TEXT}"
    whole, cut = said(client, text), said(client, text, duration=duration)
    assert len(cut.samples) == pytest.approx(duration * cut.rate, abs=1)
    assert np.abs(cut.samples - whole.samples[: len(cut.samples)])[:-200].max() < 0.01
    assert said(client, text, duration=1_000).seconds == whole.seconds


def test_language_is_heard(speech: Cartesia) -> None:
    """One text is said otherwise in each language; left out, it is the language of the voice; in a locale, an accent."""
    languages = ("en", "de", "fr", "es", "it", "pl", "ru", "hi")
    # The name of a number has nothing in common from one to the next.
    heard = {language: said(speech, "1,992; 8, 11.", language=language) for language in languages}
    assert len({one.seconds for one in heard.values()}) == len(languages)
    assert min(distance(heard["en"], heard[language]) for language in languages[1:]) > 1.5
    french = next(voice.id for voice in stock_voices() if voice.language == "fr")
    own, told, english = (
        said(speech, "1,992", voice=french, **how) for how in ({}, {"language": "fr"}, {"language": "en"})
    )
    assert np.array_equal(own.samples, told.samples)
    assert distance(own, english) > 1.5


@pytest.mark.parametrize("voice", ENGLISH, ids=lambda voice: voice.name)
def test_each_voice_has_the_pitch_that_it_says(speech: Cartesia, voice: Any) -> None:
    """Which is told by its description, too."""
    heard = pitch(said(speech, voice=voice.id))
    assert heard == pytest.approx(voice.timbre.pitch, rel=0.12)
    assert f"at {voice.timbre.pitch:g} Hz" in speech.voices.get(voice.id).description


def test_voices_are_as_high_as_their_gender_says(engine: tuple[Cartesia, float]) -> None:
    """The highest man is lower than the lowest woman, whatever language they speak."""
    client, _ = engine
    text = "We are 1, 2, 3, 4, 5, 6."
    low, high = (
        [pitch(said(client, text, voice=voice.id)) for voice in GENDERS[gender]] for gender in ("masculine", "feminine")
    )
    assert max(low) < 150 < min(high)


def test_emotions_and_models_make_no_difference(beeps: Cartesia) -> None:
    """They are taken, and not heard: there is one model, and it has no moods."""
    usual = beeps.tts.bytes(**order()).read()
    moody = order(generation_config={"emotion": "angry"}) | {"model_id": "sonic-2"}
    assert beeps.tts.bytes(**moody).read() == usual
