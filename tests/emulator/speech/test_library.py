"""The stock library."""

from __future__ import annotations

import datetime
import itertools
import uuid

from cartesia_async.emulator.speech import LANGUAGES
from cartesia_async.emulator.voice.languages import LANGUAGES as KNOWN
from cartesia_async.emulator.voice.library import stock_voices
from cartesia_async.emulator.voice.timbre import embedding_of, timbre_of
from cartesia_async.emulator.voice.variants import VARIANTS


def test_there_are_many_voices_of_many_languages() -> None:
    """At least 24 voices, of at least 12 languages that the service has, in all three genders."""
    voices = stock_voices()
    assert len(voices) >= 24
    assert len({voice.language for voice in voices}) >= 12
    assert {voice.language for voice in voices} <= set(LANGUAGES)
    assert {voice.gender for voice in voices} == {"feminine", "masculine", "gender_neutral"}


def test_the_voices_of_the_services_examples_are_there() -> None:
    """Their ids are fixed, and theirs are the first voices of the list."""
    ids = [voice.id for voice in stock_voices()]
    assert ids[:2] == ["694f9389-aac1-45b6-b726-9d9369183238", "a0e99841-438c-4a64-b679-ae501e7d6091"]


def test_every_voice_is_well_formed() -> None:
    """UUIDs and names are unique, taglines fit, countries are codes, dates are dates, and it is the same list each time."""
    voices = stock_voices()
    assert voices == stock_voices()
    assert len({uuid.UUID(voice.id) for voice in voices}) == len({voice.name for voice in voices}) == len(voices)
    for voice in voices:
        assert 0 < len(voice.tagline) <= 32
        assert voice.description
        assert voice.country is not None
        assert len(voice.country) == 2
        assert voice.country.isupper()
        assert datetime.datetime.fromisoformat(voice.created_at).tzinfo is not None


def test_every_voice_is_what_its_embedding_says() -> None:
    """The round trip through 192 numbers changes nothing; no parameter was out of range, no variant unknown."""
    for voice in stock_voices():
        assert timbre_of(embedding_of(voice.timbre)) == voice.timbre
        assert voice.timbre.language == voice.language
        if voice.gender != "gender_neutral":
            assert VARIANTS[voice.timbre.variant].feminine == (voice.gender == "feminine")


def test_no_two_voices_sound_alike() -> None:
    """Any two differ in language, in accent, in variant, or by more than a semitone in pitch."""
    for one, other in itertools.combinations(stock_voices(), 2):
        same = all(
            getattr(one.timbre, name) == getattr(other.timbre, name) for name in ("language", "accent", "variant")
        )
        ratio = max(one.timbre.pitch, other.timbre.pitch) / min(one.timbre.pitch, other.timbre.pitch)
        assert not same or ratio > 1.06, (one.name, other.name)


def test_a_timbre_knows_every_language_of_the_service() -> None:
    """None is lost on the way into a timbre."""
    assert set(KNOWN) == set(LANGUAGES)
