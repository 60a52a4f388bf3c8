"""Subtitles out of the times of words."""

from __future__ import annotations

import html
import re

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async import Audio, RawFormat, WordTimestamps
from tests.audio.tones import words

FORMAT = RawFormat(encoding="pcm_s16le", sample_rate=8000)
TIME = r"(\d\d+):(\d\d):(\d\d)[,.](\d\d\d)"
WORD = st.text(st.characters(exclude_categories=["Cs"]), min_size=0, max_size=12) | st.sampled_from(
    ["a", "<b>", "-->", "&amp;", "end.", "你好", "。", "line\nbreak", "\n\n", "x" * 60]
)
SECONDS = st.floats(0, 400_000) | st.floats(0, 9)


def audio(times: WordTimestamps) -> Audio:
    """Make audio with words; of the audio itself nothing is needed."""
    return Audio(data=b"", format=FORMAT, word_timestamps=times)


def steady(text: str, step: float = 0.4) -> WordTimestamps:
    """Speak *text* evenly."""
    return words(*((word, number * step, (number + 0.9) * step) for number, word in enumerate(text.split())))


def texts(written: str) -> list[str]:
    """Give the text of each cue of WebVTT."""
    return ["\n".join(block.splitlines()[1:]) for block in written.removeprefix("WEBVTT\n\n").split("\n\n") if block]


@st.composite
def timed(draw: st.DrawFn) -> WordTimestamps:
    """Any words, with times that may be in disorder."""
    found = draw(st.lists(st.tuples(WORD, SECONDS, SECONDS), max_size=30))
    if draw(st.booleans()):
        times = sorted(time for _, *both in found for time in both)
        found = [(word, times[2 * at], times[2 * at + 1]) for at, (word, _, _) in enumerate(found)]
    return words(*found)


def _cues(written: str, mark: str) -> list[tuple[int, int, str]]:
    # As a reader does: blocks are parted by empty lines, and the line with the arrow is the one before the text.
    found = []
    for block in re.split(r"\n{2,}", written.strip("\n")):
        lines = block.split("\n")
        at = next((at for at, line in enumerate(lines) if re.fullmatch(f"{TIME} --> {TIME}", line)), None)
        if at is None:
            assert block in {"", "WEBVTT"}
            continue
        assert lines[at].count(mark) == 2
        numbers = [int(part) for part in re.findall(r"\d+", lines[at])]
        start, end = (((h * 60 + m) * 60 + s) * 1000 + ms for h, m, s, ms in (numbers[:4], numbers[4:]))
        found.append((start, end, "\n".join(lines[at + 1 :])))
    return found


@given(timed(), st.integers(1, 60), st.integers(1, 3), st.floats(0.1, 3), st.floats(0.5, 20))
def test_times_rise_and_all_words_are_there(
    times: WordTimestamps, line_length: int, lines: int, pause: float, longest: float
) -> None:
    """Whatever the words and times are: texts follow each other in time, never overlap, and hold every word in order."""
    whole = audio(times)
    given = {"line_length": line_length, "lines": lines, "pause": pause, "longest": longest}
    squeezed = "".join("".join(times.words).split())
    for written, mark in ((whole.srt(**given), ","), (whole.vtt(**given), ".")):
        cues = _cues(written, mark)
        before = 0
        for start, end, text in cues:
            assert before <= start < end
            before = end
            assert 1 <= len(text.split("\n")) <= lines
        shown = "\n".join(text for _, _, text in cues)
        if mark == ".":
            assert "-->" not in shown
            assert "<" not in shown
            shown = html.unescape(shown)
        assert "".join(shown.split()) == squeezed


@given(st.lists(st.text("ab", min_size=1, max_size=50), max_size=30), st.integers(1, 60))
def test_lines_are_no_longer_than_asked(found: list[str], line_length: int) -> None:
    """A line is longer than asked for only where one word is."""
    for text in texts(audio(steady(" ".join(found))).vtt(line_length=line_length)):
        for line in text.split("\n"):
            assert len(line) <= line_length or " " not in line


def test_it_looks_like_this() -> None:
    """SubRip has numbers and commas, WebVTT its name and points; sentences and pauses part texts."""
    spoken = words(
        ("Hello", 0.0, 0.4), ("there,", 0.4, 0.8), ("my", 0.9, 1.0), ("friend.", 1.0, 1.5),
        ("Tom", 1.6, 1.9), ("&", 1.9, 2.0), ("I", 2.0, 2.1), ("wait", 3.0, 3.25), ("<here>.", 3661.5, 3661.75),
    )  # fmt: skip
    assert audio(spoken).srt() == (
        "1\n00:00:00,000 --> 00:00:01,500\nHello there, my friend.\n\n"
        "2\n00:00:01,600 --> 00:00:02,600\nTom & I\n\n"
        "3\n00:00:03,000 --> 00:00:04,000\nwait\n\n"
        "4\n01:01:01,500 --> 01:01:02,500\n<here>.\n"
    )
    assert audio(spoken).vtt() == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello there, my friend.\n\n"
        "00:00:01.600 --> 00:00:02.600\nTom &amp; I\n\n"
        "00:00:03.000 --> 00:00:04.000\nwait\n\n"
        "01:01:01.500 --> 01:01:02.500\n&lt;here&gt;.\n"
    )


def test_a_short_word_stays_until_the_next() -> None:
    """What is there for a moment only stays for a second, but never into the next text."""
    spoken = words(("Yes.", 0.0, 0.2), ("No.", 1.0, 1.1), ("Go.", 1.95, 2.0))
    assert [cue[:2] for cue in _cues(audio(spoken).vtt(pause=0.5), ".")] == [(0, 1000), (1000, 1950), (1950, 2950)]


def test_no_spaces_where_a_language_has_none() -> None:
    """Chinese, Japanese and Thai are written without spaces, also next to their punctuation; others keep them."""
    assert texts(audio(steady("今日 は 、 Tom さん 。")).vtt()) == ["今日は、 Tom さん。"]
    assert texts(audio(steady("สวัสดี ครับ")).vtt()) == ["สวัสดีครับ"]
    assert texts(audio(steady("안녕 하세요")).vtt()) == ["안녕 하세요"]


def test_a_text_is_not_there_for_too_long() -> None:
    """A text ends before it is there for longer than asked."""
    cues = _cues(audio(steady("a b c d e f g h i j k l", step=1.0)).vtt(longest=3), ".")
    assert [cue[2] for cue in cues] == ["a b c", "d e f", "g h i", "j k l"]


def test_no_words_no_text() -> None:
    """Without a word, SubRip is empty and WebVTT has only its name."""
    assert audio(words()).srt() == ""
    assert audio(words()).vtt() == "WEBVTT\n"


def test_what_is_missing_is_told() -> None:
    """No times, times that are not of the words, and a layout that is none are refused by their names."""
    with pytest.raises(ValueError, match=r"no times of words: ask for them by tts.sse\(\.\.\., add_timestamps=True\)"):
        Audio(data=b"").srt()
    odd = attrs.evolve(words(("a", 0, 1)), end=())
    with pytest.raises(ValueError, match="1 words, but 1 starts and 0 ends"):
        audio(odd).vtt()
    for name, value in (("line_length", 0), ("lines", 1.5), ("pause", 0), ("longest", float("nan")), ("lines", True)):
        with pytest.raises(ValueError, match=f"{name} must be a .* above 0"):
            audio(words()).srt(**{name: value})
