"""Timbres and embeddings: what a voice is, as parameters and as numbers."""

from __future__ import annotations

import math

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async.emulator.voice.languages import ACCENTS, LANGUAGES
from cartesia_async.emulator.voice.timbre import (
    FORMANT,
    PITCH,
    PITCH_RANGE,
    RATE,
    Timbre,
    embedding_of,
    localized,
    timbre_of,
)
from cartesia_async.emulator.voice.variants import VARIANTS

NUMBERS = ("pitch", "pitch_range", "rate", "formant")
TIMBRES = st.builds(
    Timbre,
    language=st.sampled_from(LANGUAGES),
    accent=st.sampled_from(ACCENTS),
    variant=st.sampled_from(tuple(VARIANTS)),
    pitch=st.floats(PITCH.low, PITCH.high),
    pitch_range=st.floats(PITCH_RANGE.low, PITCH_RANGE.high),
    rate=st.floats(RATE.low, RATE.high),
    formant=st.floats(FORMANT.low, FORMANT.high),
)


def mixed(first: Timbre, second: Timbre, weight: float) -> Timbre:
    """What stands for the weighted mean of two embeddings."""
    pairs = zip(embedding_of(first), embedding_of(second), strict=True)
    return timbre_of([x * weight + y * (1 - weight) for x, y in pairs])


@given(timbre=TIMBRES)
def test_an_embedding_gives_back_its_timbre(timbre: Timbre) -> None:
    """Names come back as they were, numbers within 0.001; there are 192 numbers of -1 to 1, always the same."""
    embedding = embedding_of(timbre)
    assert len(embedding) == 192
    assert all(-1.000001 <= number <= 1.000001 for number in embedding)
    assert embedding == embedding_of(timbre)
    back = timbre_of(embedding)
    assert attrs.evolve(back, **{name: getattr(timbre, name) for name in NUMBERS}) == timbre
    assert [getattr(back, name) for name in NUMBERS] == pytest.approx(
        [getattr(timbre, name) for name in NUMBERS], abs=0.001
    )


@given(
    numbers=st.lists(st.floats(allow_nan=True, allow_infinity=True) | st.integers(), max_size=400),
)
def test_any_numbers_are_a_voice(numbers: list[float]) -> None:
    """Numbers of any size and any length, and none at all, give a timbre in range, which is its own embedding's."""
    timbre = timbre_of(numbers)
    assert PITCH.low <= timbre.pitch <= PITCH.high
    assert RATE.low <= timbre.rate <= RATE.high
    assert timbre.language in LANGUAGES
    again = timbre_of(embedding_of(timbre))
    assert [getattr(again, name) for name in NUMBERS] == pytest.approx(
        [getattr(timbre, name) for name in NUMBERS], abs=0.002
    )


@given(first=TIMBRES, second=TIMBRES, weight=st.floats(0.01, 0.99))
def test_a_mix_lies_between(first: Timbre, second: Timbre, weight: float) -> None:
    """Each number of a mix lies between those of its parts; its names are those of the heavier part."""
    between = mixed(first, second, weight)
    for name in NUMBERS:
        low, high = sorted((getattr(first, name), getattr(second, name)))
        assert low - 0.001 <= getattr(between, name) <= high + 0.001
    if abs(weight - 0.5) > 0.01:
        heavier = first if weight > 0.5 else second
        assert (between.language, between.variant, between.accent) == (
            heavier.language,
            heavier.variant,
            heavier.accent,
        )


def test_the_middle_of_two_pitches_is_the_geometric_mean() -> None:
    """Half of 100 Hz and half of 225 Hz is 150 Hz."""
    assert mixed(Timbre(pitch=100), Timbre(pitch=225), 0.5).pitch == pytest.approx(150, abs=0.01)


def test_noise_and_rounding_do_no_harm() -> None:
    """An embedding with a little added to each number, up and down, is still the same voice but for a trace."""
    timbre = Timbre(language="sv", accent="", variant="f3", pitch=200, rate=150, formant=1.1)
    noisy = [round(number + 0.05 * (-1) ** (index // 4), 3) for index, number in enumerate(embedding_of(timbre))]
    back = timbre_of(noisy)
    assert (back.language, back.variant) == ("sv", "f3")
    assert back.pitch == pytest.approx(200, rel=0.01)


def test_what_is_out_of_range_becomes_its_nearest_end() -> None:
    """A timbre cannot be made that an engine could not speak with."""
    timbre = Timbre(language="tlh", accent="moon", variant="dalek", pitch=5, pitch_range=9, rate=1e9, formant=math.nan)
    assert (timbre.language, timbre.accent, timbre.variant) == ("en", "", "m1")
    assert (timbre.pitch, timbre.pitch_range, timbre.rate) == (60, 2, 400)
    assert FORMANT.low < timbre.formant < FORMANT.high


def test_localized_keeps_the_voice() -> None:
    """Another language and accent, and nothing else."""
    timbre = Timbre(language="en", accent="uk", variant="f3", pitch=210)
    moved = localized(timbre, "es", gender="female", dialect="mx")
    assert moved == attrs.evolve(timbre, language="es", accent="mx")
    assert localized(timbre, "de") == attrs.evolve(timbre, language="de", accent="")


@pytest.mark.parametrize(("gender", "variant", "higher"), [("male", "f3", False), ("female", "m3", True)])
def test_localized_for_the_other_gender_changes_the_pitch(gender: str, variant: str, *, higher: bool) -> None:
    """A voice that does not sound like the speaker is brought nearer: pitch, formants and variant."""
    timbre = Timbre(variant=variant, pitch=150)
    moved = localized(timbre, "fr", gender=gender)
    assert (moved.pitch > timbre.pitch) == (moved.formant > timbre.formant) == higher
    assert VARIANTS[moved.variant].feminine == higher
    assert localized(moved, "fr", gender=gender) == moved
