"""The same is said alike: by either call, after anything else, at the same time as others, and by any emulator."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from cartesia_async import Cartesia
from cartesia_async.emulator import Emulator
from cartesia_async.emulator.engines.espeak_library import espeak_library
from tests.interop.sound import BARRY, SARAH, Heard

from .listening import ENCODINGS, RATES, RAW, TEXT, distance, heard_in, loudness, order, pitch

# Where no process can be forked, espeak-ng goes on from where it was, and speech varies by a few samples.
repeatable = pytest.mark.skipif(not hasattr(os, "fork"), reason="speech varies a little where nothing can be forked")
BRIGHT = "e07c00bc-4134-4eae-9ea4-1a55fb45746b"
WORDS = f"{TEXT} Then, at last, they came: 1,234 of them!"


def by_bytes(client: Cartesia, **how: object) -> bytes:
    return client.tts.bytes(**order(WORDS, **how)).read()


def by_events(client: Cartesia, **how: object) -> bytes:
    return client.tts.sse(**order(WORDS, **how)).audio().read()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_events_hold_what_the_bytes_answer_holds(beeps: Cartesia, encoding: str) -> None:
    """Joined, the chunks of `/tts/sse` are the body of `/tts/bytes` to the byte, at every rate."""
    for rate in RATES:
        format = {"container": "raw", "encoding": encoding, "sample_rate": rate}
        assert by_events(beeps, format=format) == by_bytes(beeps, format=format)


@repeatable
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_events_of_speech_hold_what_the_bytes_answer_holds(speech: Cartesia, encoding: str) -> None:
    """So they are where real speech is made."""
    format = {**RAW, "encoding": encoding, "sample_rate": 44_100}
    assert by_events(speech, format=format, add_timestamps=True) == by_bytes(speech, format=format)


def test_events_sound_as_the_bytes_answer(speech: Cartesia) -> None:
    """Wherever this runs: as long, as loud, as high, and of one colour; another voice is none of it."""
    events, whole, other = (
        heard_in(audio, RAW) for audio in (by_events(speech), by_bytes(speech), by_bytes(speech, voice=BARRY))
    )

    def alike(one: Heard, another: Heard) -> list[bool]:
        return [
            one.seconds == pytest.approx(another.seconds, rel=0.01),
            loudness(one) == pytest.approx(loudness(another), rel=0.02),
            pitch(one) == pytest.approx(pitch(another), rel=0.02),
            distance(one, another) < 0.7,
        ]

    assert all(alike(events, whole))
    assert alike(other, whole)[2:] == [False, False]


@repeatable
@pytest.mark.parametrize("voice", [SARAH, BARRY, BRIGHT])
def test_speech_does_not_depend_on_what_was_said_before(speech: Cartesia, voice: str) -> None:
    """The same text sounds the same after another text, voice, language and pace, in a voice with breath as well."""
    first = by_bytes(speech, voice=voice)
    for before in ({"voice": BARRY, "speed": "fast"}, {"language": "fr"}, {"voice": BRIGHT, "duration": 0.3}):
        by_bytes(speech, **before)
        assert by_bytes(speech, voice=voice) == first


@repeatable
def test_speech_does_not_depend_on_what_is_said_meanwhile(speech: Cartesia) -> None:
    """Voices that speak at the same time say what each says alone."""
    voices = [SARAH, BARRY, BRIGHT] * 4
    alone = {voice: by_bytes(speech, voice=voice) for voice in voices}
    with ThreadPoolExecutor(len(voices)) as threads:
        together = list(threads.map(lambda voice: by_bytes(speech, voice=voice), voices))
    assert together == [alone[voice] for voice in voices]


@repeatable
def test_speech_does_not_depend_on_the_emulator(speech: Cartesia) -> None:
    """Another emulator, and a process of espeak-ng that has just started, say the same."""
    first = by_bytes(speech)
    espeak_library().close()
    with Emulator(engine="espeak") as emulator, Cartesia(api_key="k", base_url=emulator.base_url) as client:
        assert by_bytes(client) == first


@repeatable
@pytest.mark.parametrize("container", ["wav", "mp3"])
def test_files_are_the_same_to_the_byte(speech: Cartesia, container: str) -> None:
    """Nothing in a file tells when it was made."""
    format = {"wav": RAW | {"container": "wav"}, "mp3": {"container": "mp3", "sample_rate": 44_100, "bit_rate": 64_000}}
    assert by_bytes(speech, format=format[container]) == by_bytes(speech, format=format[container])


@repeatable
def test_speech_does_not_depend_on_a_text_that_nobody_survives(speech: Cartesia) -> None:
    """A text of which espeak-ng dies costs no more than itself: the process goes on, and says what it said before."""
    first, library = by_bytes(speech), espeak_library()
    process = library._child
    assert process is not None
    assert speech.tts.bytes(**order("s'" * 300)).read()
    assert library._child is process
    assert by_bytes(speech) == first
