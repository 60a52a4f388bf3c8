"""Text that waits for more of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cartesia_async.emulator.websocket.buffering import InputBuffer

TEXTS = st.text(st.sampled_from("ab. ,!?\n你好。Z"), max_size=12)


@given(st.lists(st.tuples(TEXTS, st.floats(0, 2))), st.sampled_from([0.0, 0.5, 3.0]))
def test_nothing_is_lost_or_made_up(inputs: list[tuple[str, float]], delay: float) -> None:
    """Whatever comes, and whenever it is asked for, what is given joins to what came, and none of it is empty."""
    buffer = InputBuffer(delay)
    given: list[str] = []
    now = 0.0
    for text, pause in inputs:
        now += pause
        while (deadline := buffer.deadline) is not None and deadline <= now:
            given += filter(None, [buffer.due(deadline)])
            assert buffer.deadline is None or buffer.deadline > deadline
        given += buffer.add(text, now)
        assert all(given)
    given.append(buffer.rest())
    assert "".join(given) == "".join(text for text, _ in inputs)
    assert buffer.deadline is None


@given(st.lists(st.text(st.sampled_from("abc .,"), min_size=1, max_size=5), min_size=1))
def test_words_that_keep_growing_are_not_cut(pieces: list[str]) -> None:
    """As long as text comes faster than the delay, each stretch but the last ends with a word."""
    buffer = InputBuffer(1.0)
    given: list[str] = []
    for place, piece in enumerate(pieces):
        given += filter(None, [buffer.due(place * 0.9)])
        given += buffer.add(piece, place * 0.9)
    assert all(stretch[-1].isspace() for stretch in given)


@given(st.lists(st.tuples(TEXTS, st.floats(0, 2))))
def test_text_never_waits_longer_than_the_delay_after_the_last_of_it(inputs: list[tuple[str, float]]) -> None:
    """Once nothing has come for the delay, all has been given."""
    buffer = InputBuffer(1.0)
    now = 0.0
    for text, pause in inputs:
        now += pause
        buffer.due(now)
        buffer.add(text, now)
    buffer.due(now + 1.0)
    assert buffer.rest() == ""


def test_sentences_are_given_as_they_are_complete() -> None:
    """Once the next has begun; an abbreviation does not end one, and very long ones are cut between words."""
    buffer = InputBuffer(3.0)
    assert buffer.add("Dr. Smith is in. ", 0.0) == []
    assert buffer.add("So", 0.0) == ["Dr. Smith is in. "]
    assert buffer.add(" are we. And", 0.0) == ["So are we. "]
    (long,) = buffer.add(" word" * 60, 0.0)
    assert len(long) <= 240
    assert long.endswith("word ")


def test_a_growing_word_waits_for_its_end() -> None:
    """Whole words are given when they are due; the last waits until nothing more of it comes."""
    buffer = InputBuffer(1.0)
    assert buffer.add("Hello wor", 0.0) == []
    assert buffer.add("ld", 0.5) == []
    assert buffer.deadline == 1.0
    assert buffer.due(0.9) == ""
    assert buffer.due(1.0) == "Hello "
    assert buffer.deadline == 1.5
    assert buffer.due(1.5) == "world"


def test_without_a_delay_text_is_given_as_it_comes() -> None:
    """Nothing waits."""
    buffer = InputBuffer(0.0)
    assert buffer.add("Hel", 0.0) == ["Hel"]
    assert buffer.add("", 0.0) == []
    assert buffer.deadline is None
    assert buffer.rest() == ""


def test_a_book_is_cut_in_no_time() -> None:
    """The work grows with the text, no faster."""
    text = "A sentence of a few words. " * 8_000
    given = InputBuffer(1.0).add(text, 0.0)
    assert len(given) == 8_000 - 1
