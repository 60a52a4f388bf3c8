"""The times of words and phonemes are those of the audio they come with."""

from __future__ import annotations

import itertools

import attrs
import numpy as np
import pytest

from cartesia_async import Cartesia
from tests.interop.sound import BARRY, SARAH, Heard

from .listening import RAW, heard_in, loudness, order

TEXTS = {
    "en": "Well, it costs 1,234 dollars. Isn't it well-known, Dr. Smith? Yes - of course it is!",
    "de": "Grüße aus Köln! Die Straße führt, wie man weiß, nach Düsseldorf.",
    "fr": "L'été dernier, nous étions à Paris ; il pleuvait.",
    "hi": "नमस्ते दुनिया। आप कैसे हैं?",
    "ru": "Привет, мир! Как дела?",
}
LONG = "Many words are said here, one after another; they are counted. " * 12
Row = tuple[str, float, float]


@attrs.frozen
class Account:
    """What is heard, and what the events say of it: the words and the phonemes, each with its start and its end."""

    heard: Heard
    words: list[Row]
    phonemes: list[Row]


def account(client: Cartesia, text: str, **how: object) -> Account:
    """Say something by `/tts/sse`, and ask for all times."""
    audio, words, phonemes = bytearray(), list[Row](), list[Row]()
    for event in client.tts.sse(**order(text, add_timestamps=True, add_phoneme_timestamps=True, **how)):
        if event.type == "chunk":
            audio += event.data
        elif event.type == "timestamps":
            times = event.word_timestamps
            words += zip(times.words, times.start, times.end, strict=True)
        elif event.type == "phoneme_timestamps":
            sounds = event.phoneme_timestamps
            phonemes += zip(sounds.phonemes, sounds.start, sounds.end, strict=True)
    return Account(heard_in(bytes(audio), RAW), words, phonemes)


def stretch(heard: Heard, start: float, end: float) -> Heard:
    """Cut a stretch out."""
    return Heard(heard.samples[round(start * heard.rate) : round(end * heard.rate)], heard.rate)


def letters(text: str) -> str:
    """Leave nothing but letters and digits."""
    return "".join(character for character in text if character.isalnum())


def check(said: Account, text: str) -> None:
    """Times rise, cover the words of the text, and end with the audio."""
    assert letters("".join(word for word, _, _ in said.words)) == letters(text)
    for (_, start, end), (_, following, _) in itertools.pairwise([*said.words, ("", said.heard.seconds, 0)]):
        assert 0 <= start < end <= following + 1e-6
    for (_, start, end), (_, following, _) in itertools.pairwise([*said.phonemes, ("", said.heard.seconds, 0)]):
        assert 0 <= start <= end <= following + 1e-6
    usual = loudness(said.heard)
    first, last = said.words[0][1], said.words[-1][2]
    assert first < 0.1
    # From the last word on there is no sound any more, and it does not end before its sound does.
    assert said.heard.seconds - last < 0.4
    rest = stretch(said.heard, last + 0.03, said.heard.seconds)
    assert len(rest.samples) == 0 or loudness(rest) < usual / 8
    for word, start, end in said.words:
        assert loudness(stretch(said.heard, start, end)) > usual / 10, word


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("speed", ["slow", "normal", "fast"])
def test_times_of_speech_are_true(speech: Cartesia, language: str, speed: str) -> None:
    """They rise, cover the words, each of which is heard in its time, and end with the audio, at any pace."""
    check(account(speech, TEXTS[language], language=language, speed=speed), TEXTS[language])


@pytest.mark.parametrize("voice", [SARAH, BARRY])
def test_times_of_a_long_speech_are_true(speech: Cartesia, voice: str) -> None:
    """They go on from clause to clause, and do not drift away from the audio."""
    said = account(speech, LONG, voice=voice)
    check(said, LONG)
    # The commas, and what ends a sentence, are the pauses: each begins where a word ends.
    assert [word for word, _, _ in said.words].count("counted.") == 12
    for word, _, end in said.words:
        if word == "counted." and end < said.words[-1][2]:
            assert loudness(stretch(said.heard, end + 0.05, end + 0.15)) < loudness(said.heard) / 20


@pytest.mark.parametrize("speed", ["slow", "normal", "fast"])
def test_times_of_beeps_are_true(beeps: Cartesia, speed: str) -> None:
    """So are those of beeps, to the millisecond: sound from the start of a word to its end, then silence."""
    said = account(beeps, LONG, speed=speed)
    check(said, LONG)
    loud = np.abs(said.heard.samples) > 0.01
    for (_, start, end), (_, following, _) in itertools.pairwise(said.words):
        assert loud[round((start + 0.01) * said.heard.rate) : round((end - 0.01) * said.heard.rate)].mean() > 0.8
        assert not loud[round((end + 0.005) * said.heard.rate) : round((following - 0.005) * said.heard.rate)].any()


@pytest.mark.parametrize("duration", [0.5, 1.5])
def test_times_end_where_the_audio_is_cut(speech: Cartesia, beeps: Cartesia, duration: float) -> None:
    """Of a text that is cut off, what is heard has times, and nothing else has."""
    for client in (speech, beeps):
        said = account(client, LONG, duration=duration)
        assert said.heard.seconds == pytest.approx(duration, abs=0.001)
        assert said.words[-1][1] < duration
        assert max(end for _, _, end in said.words + said.phonemes) <= duration + 1e-6
        assert said.words == [
            (word, start, pytest.approx(min(end, duration), abs=1e-5))
            for word, start, end in account(client, LONG).words
            if start < duration
        ]


def test_phonemes_lie_within_their_words(speech: Cartesia) -> None:
    """Each begins in a word; no word is without."""
    said = account(speech, TEXTS["en"])
    for _, begin, stop in said.phonemes:
        assert any(start <= begin <= stop <= end for _, start, end in said.words)
    for word, start, end in said.words:
        assert any(start <= begin < end for _, begin, _ in said.phonemes), word
