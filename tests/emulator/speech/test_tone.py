"""The engine that needs nothing: one beep a word."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from cartesia_async.emulator.engines.protocol import Piece, Utterance
from cartesia_async.emulator.engines.tone import ToneEngine
from cartesia_async.emulator.voice.timbre import Timbre

ENGINE = ToneEngine()
TEXT = "Three words, twelve, and a verylongwordindeed!"


def spoken(transcript: str = TEXT, **how: object) -> list[Piece]:
    """All that is made of a text."""
    given = {"timbre": Timbre(pitch=200), **how}
    return list(ENGINE.speak(Utterance(transcript=transcript, **given)))  # type: ignore[arg-type]  # a test's shorthand


def seconds(pieces: list[Piece]) -> float:
    """How long they sound."""
    return sum(len(piece.samples) for piece in pieces) / ENGINE.sample_rate


def loudness(piece: Piece, start: float, end: float) -> float:
    """The root mean square of a stretch."""
    part = piece.samples[round(start * ENGINE.sample_rate) : round(end * ENGINE.sample_rate)]
    return math.sqrt(sum(sample * sample for sample in part) / len(part))


def test_every_word_is_a_beep_at_its_time() -> None:
    """There is sound from the start of each word to its end, and none from there to the next."""
    (piece,) = spoken()
    assert [word.text for word in piece.words] == TEXT.split()
    for word, after in zip(piece.words, (*piece.words[1:], None), strict=True):
        assert word.start < word.end
        assert loudness(piece, word.start, word.end) > 0.1
        assert loudness(piece, word.end, after.start if after else seconds([piece])) == 0


def test_a_word_takes_a_tenth_to_three_tenths_of_a_second() -> None:
    """Short enough for the tests of others, long enough to be heard; the longer word is the longer beep."""
    (piece,) = spoken()
    lengths = {word.text: word.end - word.start for word in piece.words}
    assert seconds([piece]) / len(lengths) == pytest.approx(0.2, abs=0.1)
    assert lengths["a"] < lengths["Three"] < lengths["verylongwordindeed!"]


def test_every_letter_is_a_phoneme_of_its_word() -> None:
    """In order, each beginning where the one before ended."""
    (piece,) = spoken("Oh no!")
    assert [phoneme.text for phoneme in piece.phonemes] == ["o", "h", "n", "o"]
    assert piece.phonemes[0].start == piece.words[0].start
    assert piece.phonemes[1].end == piece.words[0].end
    assert piece.phonemes[0].end == piece.phonemes[1].start


@pytest.mark.parametrize("pitch", [80, 200, 390])
def test_the_beep_has_the_pitch_of_the_voice(pitch: float) -> None:
    """Counted by the upward crossings of zero."""
    (piece,) = spoken("extraordinarily", timbre=Timbre(pitch=pitch))
    word = piece.words[0]
    part = piece.samples[: round(word.end * ENGINE.sample_rate)]
    crossings = sum(before <= 0 < after for before, after in zip(part, part[1:], strict=False))
    assert crossings / word.end == pytest.approx(pitch, rel=0.1)


def test_speed_and_the_rate_of_the_voice_change_the_length() -> None:
    """Twice the speed is half as long; so is a voice of twice the rate."""
    usual = seconds(spoken())
    assert seconds(spoken(speed=2)) == pytest.approx(usual / 2, rel=0.01)
    assert seconds(spoken(timbre=Timbre(rate=340))) == pytest.approx(usual / 2, rel=0.01)


def test_volume_changes_the_amplitude() -> None:
    """Half the volume is half the peak; none is more than 1."""
    usual = max(spoken()[0].samples)
    assert max(spoken(volume=0.5)[0].samples) == pytest.approx(usual / 2, rel=0.01)
    assert max(spoken(volume=100)[0].samples) <= 1


@pytest.mark.parametrize("most", [0.0, 0.001, 0.1, 0.55, 1.0, 100.0])
def test_max_seconds_cuts(most: float) -> None:
    """The audio is that long at most, words that begin later are not there, and none ends later."""
    text = "one two three four five six seven eight nine ten"
    pieces = spoken(text, max_seconds=most)
    whole = seconds(spoken(text))
    assert seconds(pieces) == pytest.approx(min(most, whole), abs=0.001)
    assert all(word.start < most and word.end <= most for piece in pieces for word in piece.words)


def test_a_long_text_comes_in_pieces_whose_times_go_on() -> None:
    """Eight words at most each; words begin in the piece that brings them; a text of 2,000 words is no matter."""
    pieces = spoken("la " * 2_000)
    assert len(pieces) == 250
    begin = 0.0
    for piece in pieces:
        end = begin + seconds([piece])
        assert all(begin - 1e-6 <= word.start < word.end <= end + 1e-6 for word in piece.words)
        begin = end


@pytest.mark.parametrize("text", ["", "   ", "... !?", "—"])
def test_what_has_no_letters_is_silent(text: str) -> None:
    """No audio and no words, and no error."""
    assert spoken(text) == []


def test_it_needs_only_the_standard_library() -> None:
    """It speaks in a fresh interpreter without loading numpy."""
    script = (
        "import sys; from cartesia_async.emulator.engines import engine_named;"
        "from cartesia_async.emulator.engines.protocol import Utterance;"
        "from cartesia_async.emulator.voice.timbre import Timbre;"
        "assert list(engine_named('tone').speak(Utterance(transcript='a b', timbre=Timbre())));"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
