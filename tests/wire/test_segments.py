"""Which part of a text can be sent, while it comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async._wire.segments import LONGEST_SEGMENT, LONGEST_WORD, Segmenter, cut, is_speakable

ALPHABET = st.sampled_from(
    [*"abcDE19", " ", " ", "\n", ".", ",", "!", "'", "-", "“", "。", "，", "你", "好", "\u0301", "🎉", "\u200d"]
)
PIECES = st.lists(st.text(ALPHABET, max_size=6), max_size=40)


def segmented(pieces: list[str]) -> tuple[list[list[str]], list[str], bool]:
    """Feed all *pieces*: what each gave, what was left, and whether anything could be spoken."""
    segmenter = Segmenter()
    fed = [segmenter.feed(piece) for piece in pieces]
    return fed, segmenter.finish(), segmenter.spoken


@given(PIECES)
def test_what_is_sent_joins_to_what_was_given(pieces: list[str]) -> None:
    """Whatever the pieces, the segments join to the whole text; before the end, each holds something speakable."""
    fed, rest, spoken = segmented(pieces)
    sent = [segment for segments in fed for segment in segments]
    assert "".join([*sent, *rest]) == "".join(pieces)
    assert all(map(is_speakable, sent))
    assert spoken == is_speakable("".join(pieces))


@given(PIECES)
def test_words_are_never_cut(pieces: list[str]) -> None:
    """No segment ends in the middle of a word, nor before a mark that belongs to the character before it."""
    fed, rest, _ = segmented(pieces)
    segments = [segment for part in fed for segment in part]
    for segment in segments:
        assert segment[-1].isspace() or segment[-1] in "。，"
    assert len(rest) <= 1


@given(PIECES)
def test_nothing_that_can_be_sent_waits(pieces: list[str]) -> None:
    """After each piece, what is kept has no place to cut after something speakable."""
    segmenter = Segmenter()
    given_so_far = sent = ""
    for piece in pieces:
        given_so_far += piece
        sent += "".join(segmenter.feed(piece))
        kept = given_so_far[len(sent) :]
        words = kept.split(" ")
        assert not any(is_speakable(word) for word in words[:-1])


@given(st.lists(st.text(ALPHABET, min_size=1, max_size=900), max_size=12))
def test_long_texts_are_cut(pieces: list[str]) -> None:
    """A text of any length is cut into segments of a bounded length that join to it, each of them speakable."""
    text = "".join(piece * 9 for piece in pieces)
    segments = cut(text) if text else []
    assert "".join(segments) == text
    assert all(is_speakable(segment) for segment in segments) or len(segments) == 1
    assert all(len(segment) <= LONGEST_SEGMENT for segment in segments[:-1])


@pytest.mark.parametrize(
    ("pieces", "fed", "rest"),
    [
        (["He", "llo", ",", " wor", "ld", "!"], [[], [], [], ["Hello, "], [], []], ["world!"]),
        (["Hello", " "], [[], ["Hello "]], []),
        (["...", " ", "“", "Hi ", "there"], [[], [], [], ["... “Hi "], []], ["there"]),
        (["3", ".", "14 is"], [[], [], ["3.14 "]], ["is"]),
        (["你好", "，世", "界。"], [[], ["你好，"], ["世界。"]], []),
        (["1", "，", "000 元"], [[], [], ["1，000 "]], ["元"]),
        (["", "  ", "\n"], [[], [], []], ["  \n"]),
        (["One. ", "!", " ", "Two"], [["One. "], [], [], []], ["! Two"]),
        ([], [], []),
    ],
    ids=["tokens", "space", "punctuation first", "number", "chinese", "chinese number", "blank", "between", "nothing"],
)
def test_examples(pieces: list[str], fed: list[list[str]], rest: list[str]) -> None:
    """Words wait for their end, and what cannot be spoken for what follows."""
    assert segmented(pieces)[:2] == (fed, rest)


def test_a_word_without_end_is_sent() -> None:
    """What has no place to cut is not kept for ever, and not cut before a mark."""
    segmenter = Segmenter()
    sent = "".join(part for _ in range(3 * LONGEST_WORD) for part in segmenter.feed("e\u0301"))
    assert len(sent) > 4 * LONGEST_WORD
    assert len(sent) % 2 == 0


def test_sentences_are_preferred() -> None:
    """A long text is cut after sentences."""
    text = "This is a sentence of some length. " * 500
    segments = cut(text)
    assert len(segments) > 3
    assert all(segment.endswith(". ") for segment in segments)
