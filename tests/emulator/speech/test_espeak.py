"""The engine of real speech: what is heard, when each word and phoneme is, and that no text brings it down."""

from __future__ import annotations

import importlib
import itertools
import math
import os
import threading
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
import parselmouth
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async.emulator.engines import engine_named
from cartesia_async.emulator.engines.clauses import clauses
from cartesia_async.emulator.engines.espeak_library import EspeakLibrary, Manner, Spoken, espeak_library
from cartesia_async.emulator.engines.protocol import Engine, Piece, Timed, Utterance
from cartesia_async.emulator.engines.tone import ToneEngine
from cartesia_async.emulator.voice.languages import LANGUAGES
from cartesia_async.emulator.voice.timbre import Timbre

Installed = Callable[[], AbstractContextManager[None]]
TEXT = "Hello there, my dear world! It costs 1,234 dollars. Isn't it well-known, Dr. Smith?"


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The engine, of which there is one library in the process."""
    return engine_named("espeak")


def said(engine: Engine, transcript: str, **how: object) -> list[Piece]:
    """All that is made of a text."""
    given = {"timbre": Timbre(), **how}
    return list(engine.speak(Utterance(transcript=transcript, **given)))  # type: ignore[arg-type]  # a test's shorthand


def samples(pieces: list[Piece]) -> list[float]:
    """All their audio."""
    return [sample for piece in pieces for sample in piece.samples]


def words(pieces: list[Piece]) -> list[Timed]:
    """All their words."""
    return [word for piece in pieces for word in piece.words]


def phonemes(pieces: list[Piece]) -> list[str]:
    """All their phonemes, without stress."""
    return [phoneme.text.strip("ˈˌ") for piece in pieces for phoneme in piece.phonemes]


def loudness(audio: list[float], start: float, end: float) -> float:
    """The root mean square of a stretch."""
    part = audio[round(start * 22_050) : round(end * 22_050)]
    return math.sqrt(sum(sample * sample for sample in part) / len(part))


@pytest.mark.parametrize("timbre", [Timbre(), Timbre(variant="f3", pitch=260, formant=1.35)], ids=["plain", "shifted"])
def test_words_are_timed_where_they_are_heard(engine: Engine, timbre: Timbre) -> None:
    """They are those of the transcript; there is sound in each, and where one ends before the next begins, silence."""
    pieces = said(engine, TEXT, timbre=timbre)
    audio, heard = samples(pieces), words(pieces)
    assert " ".join(word.text for word in heard) == TEXT
    assert heard[-1].end <= len(audio) / engine.sample_rate
    pauses = 0
    for word, after in itertools.pairwise(heard):
        assert word.start < word.end <= after.start
        assert loudness(audio, word.start, word.end) > 0.02
        if after.start - word.end > 0.06:
            pauses += 1
            assert loudness(audio, word.end + 0.03, after.start - 0.01) < 0.005
    assert pauses >= 3  # after `there,`, `world!` and `dollars.` at least


def test_phonemes_are_timed_within_their_words(engine: Engine) -> None:
    """They rise, lie within the words, and are those that the language has."""
    pieces = said(engine, "Hello world")
    assert phonemes(pieces) == ["h", "ə", "l", "oʊ", "w", "ɜː", "l", "d"]
    (piece,) = pieces
    hello, world = piece.words
    assert all(one.end <= other.start for one, other in itertools.pairwise(piece.phonemes))
    assert all(hello.start <= phoneme.start and phoneme.end <= hello.end for phoneme in piece.phonemes[:4])
    assert all(world.start <= phoneme.start and phoneme.end <= world.end for phoneme in piece.phonemes[4:])


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "in the house, 3.5 of 1,000 😀 it's", "in the|house,|3.5|of|1,000|😀|it's"),
        ("de", "Grüße aus Köln!", "Grüße|aus|Köln!"),
        ("zh", "今天天气 ok", "今|天|天|气|ok"),
        ("ja", "カタカナ。ひらがな", "カタカナ|ひらがな"),
        ("hi", "नमस्ते दुनिया", "नमस्ते|दुनिया"),
        ("ar", "مرحبا بالعالم", "مرحبا|بالعالم"),
    ],
)
def test_words_are_cut_from_the_transcript(engine: Engine, language: str, text: str, expected: str) -> None:
    """As they are written, in any script, whatever the engine makes of numbers and signs."""
    assert "|".join(word.text for word in words(said(engine, text, timbre=Timbre(language=language)))) == expected


def test_speed_volume_and_length_are_heard(engine: Engine) -> None:
    """Faster is shorter, louder has the greater amplitude, and the audio ends where it is to end."""
    usual = samples(said(engine, TEXT))
    assert len(samples(said(engine, TEXT, speed=1.5))) == pytest.approx(len(usual) / 1.5, rel=0.1)
    quiet = samples(said(engine, TEXT, volume=0.5))
    seconds = len(usual) / engine.sample_rate
    assert loudness(quiet, 0, seconds) == pytest.approx(loudness(usual, 0, seconds) / 2, rel=0.05)
    cut = said(engine, TEXT, max_seconds=1.0)
    assert len(samples(cut)) == engine.sample_rate
    assert [word.text for word in words(cut)] == [word.text for word in words(said(engine, TEXT)) if word.start < 1.0]
    assert words(cut)[-1].end <= 1.0


@pytest.mark.parametrize(("variant", "pitch"), [("m1", 75), ("m1", 150), ("f2", 150), ("f2", 240), ("m3", 330)])
def test_the_pitch_of_the_timbre_is_heard(engine: Engine, variant: str, pitch: float) -> None:
    """Within a tenth, also where the variant by itself does not go so high."""
    audio = samples(said(engine, "We were away all year.", timbre=Timbre(variant=variant, pitch=pitch)))
    melody = parselmouth.Sound(np.array(audio), engine.sample_rate).to_pitch(0.01, 50, 600).selected_array["frequency"]
    assert float(np.median(melody[melody > 0])) == pytest.approx(pitch, rel=0.1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_spoken(engine: Engine, language: str) -> None:
    """There is audio, and there are phonemes, for each of the service's languages."""
    pieces = said(engine, "1, 2.", timbre=Timbre(language=language))
    assert len(samples(pieces)) > engine.sample_rate / 4
    assert phonemes(pieces)


def test_languages_and_accents_differ(engine: Engine) -> None:
    """A language asked for goes before the voice's own; a British voice drops its r; an unknown language is English."""
    american, british = Timbre(accent="us"), Timbre(accent="uk")
    assert phonemes(said(engine, "car", timbre=american))[-1] == "ɑːɹ"
    assert phonemes(said(engine, "car", timbre=british))[-1] == "ɑː"
    assert phonemes(said(engine, "car", timbre=american, language="en-GB"))[-1] == "ɑː"
    eight = {
        language: phonemes(said(engine, "8", timbre=american, language=language)) for language in ("en", "de", "xx")
    }
    assert eight["de"] != eight["en"] == eight["xx"]


@pytest.mark.parametrize("text", ["", " \n", "..., !!! ???", "— … «»", "\0\x01\x02", "\ud800"])
def test_what_cannot_be_said_is_silent(engine: Engine, text: str) -> None:
    """No audio and no words, and no error."""
    assert said(engine, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "a\0b \x0150P c",
        "<speak><break time='3s'/>hello</speak>",
        "[[h@l'oU]] {x} \\n $1 C++",
        "👩‍👩‍👧 🇩🇪 ☃ x̸̢̛̤ ẍ́̂̃",
        "\ud83d lone \udc00",
        "s'" * 300,  # of which espeak-ng 1.52 dies
        "∀∑■☃" * 200,
        "9" * 500,
    ],
)
def test_no_text_brings_it_down(engine: Engine, text: str) -> None:
    """Whatever a text does to the library, the next one is spoken; times are in order and within the audio."""
    pieces = said(engine, text)
    times = [time for word in words(pieces) for time in (word.start, word.end)]
    assert times == sorted(times)
    assert not times or times[-1] <= len(samples(pieces)) / engine.sample_rate + 1e-9
    assert phonemes(said(engine, "hi")) == ["h", "aɪ"]


def test_control_characters_are_spaces(engine: Engine) -> None:
    """Neither do they end the text, nor are they commands to the library."""
    assert [word.text for word in words(said(engine, "a\0b \x0150P c\ud800d"))] == ["a", "b", "50P", "c", "d"]


def test_a_text_that_the_library_dies_of_is_said_without_its_signs(engine: Engine) -> None:
    """There is something to hear, and the clause after it is there as ever."""
    pieces = said(engine, "s'" * 110 + ". That was it.")
    assert len(samples(pieces[:1])) > engine.sample_rate
    assert [word.text for word in words(pieces[1:])] == ["That", "was", "it."]


def test_the_library_starts_again(engine: Engine) -> None:
    """After it was closed, it speaks as before; so it does in a process that was forked from the one that started it."""
    library, manner = espeak_library(), Manner(voices=("en-US",), rate=170, pitch=50, pitch_range=50)
    library.close()
    assert phonemes(said(engine, "hi")) == ["h", "aɪ"]
    if hasattr(os, "fork"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the runner of the tests may have threads
            forked = os.fork()
        if forked == 0:
            os._exit(0 if library.say("hi", manner, end_pause=False).samples else 1)
        assert os.waitpid(forked, 0)[1] == 0
    assert phonemes(said(engine, "hi")) == ["h", "aɪ"]


def test_a_library_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is not there, or does not find its data, gives an `OSError`; and the engine, a `ValueError`."""
    for library in ("/nowhere/libespeak-ng.so", str(importlib.import_module("espeakng_loader").get_library_path())):
        with pytest.raises(OSError, match="cannot be started"):
            EspeakLibrary(library, "/nowhere")

    def broken() -> EspeakLibrary:
        raise OSError("no such library")

    monkeypatch.setattr("cartesia_async.emulator.engines.espeak.espeak_library", broken)
    with pytest.raises(ValueError, match="does not work here: no such library"):
        engine_named("espeak")


def test_accents_stay_with_their_letters() -> None:
    """A run without a space is cut between letters; but where the accents never end, anywhere."""
    assert next(clauses("a" * 239 + "e\u0301" * 200)) == "a" * 239
    assert len(next(clauses("a" + "\u0301" * 1_000))) == 240


def test_a_long_text_begins_at_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 2,000 words, or of 100,000 letters without a space, one clause is said before the first piece comes."""
    real, lengths = EspeakLibrary.say, list[int]()

    def say(library: EspeakLibrary, text: str, **how: object) -> Spoken:
        lengths.append(len(text))
        return real(library, text, **how)  # type: ignore[arg-type]  # passed on as they come

    monkeypatch.setattr(
        EspeakLibrary, "say", lambda library, text, manner, **how: say(library, text, manner=manner, **how)
    )
    for text in ("seven words in each sentence are enough. " * 286, "a" * 100_000):
        speech = engine.speak(Utterance(transcript=text, timbre=Timbre()))
        assert next(iter(speech)).words
    assert len(lengths) == 2
    assert max(lengths) <= 240


def test_streams_share_the_library(engine: Engine) -> None:
    """Voices that speak at the same time say what each says alone."""
    tasks = [(Timbre(language="de", variant="m2"), "Eins. Zwei. Drei. "), (Timbre(variant="f3"), "One. Two. Three. ")]
    alone = [words(said(engine, text * 5, timbre=timbre)) for timbre, text in tasks]
    together: dict[int, list[Timed]] = {}

    def work(number: int) -> None:
        timbre, text = tasks[number % 2]
        together[number] = words(said(engine, text * 5, timbre=timbre))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, heard in together.items():
        expected = alone[number % 2]
        assert [word.text for word in heard] == [word.text for word in expected]
        # The library is not quite the same each time: a few samples more or less.
        assert [word.start for word in heard] == pytest.approx([word.start for word in expected], abs=0.02)
    assert len(together) == 6


def test_a_speech_may_be_left(engine: Engine) -> None:
    """Leaving one in the middle of its text holds up no other."""
    speech = engine.speak(Utterance(transcript="One. Two. Three.", timbre=Timbre()))
    next(iter(speech))
    assert len(words(said(engine, "One. Two."))) == 2


@given(
    text=st.text(max_size=2_000)
    | st.lists(st.sampled_from(["a", " ", ". B", ", ", "。", "\u0301", "Mr. X"])).map("".join)
)
def test_clauses_lose_no_letter(text: str) -> None:
    """Put together, they hold each letter and each digit in order; none is longer than 240."""
    cut = list(clauses(text))
    assert all(0 < len(clause) <= 240 for clause in cut)
    kept = [character for character in text if character.isalnum()]
    assert [character for character in "".join(cut) if character.isalnum()] == kept


def test_sentences_are_cut_where_they_end() -> None:
    """Not after titles, initials and abbreviations, nor within numbers."""
    assert list(clauses('Dr. J. Smith paid 3.50, i.e. a lot. He left! "Why?" No.\n\nSo etc. and so on。好。')) == [
        "Dr. J. Smith paid 3.50, i.e. a lot. ",
        "He left! ",
        '"Why?" ',
        "No.\n\n",
        "So etc. and so on。",
        "好。",
    ]


def test_engines_have_names(without_extra: Installed) -> None:
    """Espeak where its extra is, else tone; espeak without the extra is refused, and so is any other name."""
    assert engine_named(None).name == engine_named("espeak").name == "espeak"
    assert engine_named("tone").name == "tone"
    with pytest.raises(ValueError, match="'espeak', 'tone' or None"):
        engine_named("festival")
    with without_extra():
        assert isinstance(engine_named(None), ToneEngine)
        with pytest.raises(ValueError, match=r"cartesia-async\[emulator\]"):
            engine_named("espeak")
