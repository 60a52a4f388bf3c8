"""What is known of the text of a context: what may have been spoken, and what cannot."""

from __future__ import annotations

import pytest

from cartesia_async._wire.generation import Input
from cartesia_async.errors import StreamEventError
from cartesia_async.websocket import journal as module
from cartesia_async.websocket.failing import tells_of_an_end
from cartesia_async.websocket.journal import Journal


def _said(journal: Journal, *texts: str, now: float = 0.0, answered: int = 1) -> None:
    for text in texts:
        journal.note(Input(text), now, answered)


def test_audio_answers_what_was_sent_before() -> None:
    """What was sent since the last audio is unspoken; what was sent before may have been spoken."""
    journal = Journal()
    _said(journal, "One ", "two ")
    assert journal.unspoken == "One two "
    journal.heard()
    assert journal.unspoken == ""
    _said(journal, "three")
    assert (journal.unspoken, journal.size, journal.sent) == ("three", 5, 3)


@pytest.mark.parametrize("text", ["", " ", "...", "”", '<speed ratio="0.8"/>', "</emphasis>"])
def test_what_makes_no_sound_is_not_missed(text: str) -> None:
    """White space, punctuation and tags need no audio to have been spoken."""
    journal = Journal()
    _said(journal, text)
    assert journal.unspoken == ""
    _said(journal, "a < b and c > d")
    assert journal.unspoken == text + "a < b and c > d"


def test_a_flush_answers_what_was_sent_before_it() -> None:
    """An answered flush settles the text before it, in their order; one that nobody asked for settles nothing."""
    journal = Journal()
    _said(journal, "One")
    journal.flushed()
    assert journal.unspoken == "One"
    journal.note(Input("", flush=True), 0.0, 1)
    _said(journal, "two")
    journal.note(Input("", flush=True), 0.0, 1)
    assert journal.flushes == 2
    journal.flushed()
    assert (journal.unspoken, journal.size, journal.flushes) == ("two", 3, 1)
    journal.flushed()
    assert journal.unspoken == ""


def test_text_behind_a_ping_that_is_not_answered_was_not_heard() -> None:
    """Audio does not answer what was sent behind a ping, if the end of the context comes before the ping's answer."""
    journal = Journal()
    _said(journal, "One ")
    assert not journal.wants_ping(0.01)
    assert journal.wants_ping(1.0)
    journal.pinged(2)
    _said(journal, "two ", now=1.0)
    journal.pinged(3)
    _said(journal, "three ", "four", now=2.0)
    journal.heard()
    journal.ended(2)
    assert (journal.unspoken, journal.size) == ("three four", 10)
    journal.ended(3)
    assert journal.unspoken == "three four"


@pytest.mark.parametrize("answered", [0, 2, 7])
def test_text_behind_a_ping_that_is_answered_was_heard(answered: int) -> None:
    """Text behind an answered ping was heard before the end; and a peer that answers none tells nothing by that."""
    journal = Journal()
    _said(journal, "One ", answered=0)
    journal.pinged(2)
    _said(journal, "two ", now=1.0, answered=0)
    journal.heard()
    journal.ended(answered)
    assert journal.unspoken == ""


def test_another_connection_has_pings_of_its_own() -> None:
    """What was asked on a connection that is lost is not waited for on the next."""
    journal = Journal()
    _said(journal, "One ")
    journal.pinged(9)
    _said(journal, "two", now=1.0)
    journal.forget_pings()
    _said(journal, "three", now=1.0)
    journal.heard()
    journal.ended(1)
    assert journal.unspoken == ""


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its bound the text is counted, not kept; audio lets it begin anew."""
    monkeypatch.setattr(module, "LONGEST", 10)
    journal = Journal()
    _said(journal, "12345 ", "7890", "more", "and more")
    assert (journal.unspoken, journal.size, journal.complete) == ("12345 7890", 22, False)
    journal.heard()
    _said(journal, "new")
    assert (journal.unspoken, journal.size, journal.complete) == ("new", 3, True)


@pytest.mark.parametrize(
    ("title", "message", "code", "expected"),
    [
        ("Context expired", "", None, True),
        (None, "the context c-1 has been closed", None, True),
        ("Bad request", "No such context: context not found.", None, True),
        (None, "", "context_closed", True),
        ("Invalid model", "it is not", None, False),
        ("Invalid context", "context_id is invalid: it holds a space", None, False),
        ("Session expired", "log in again", None, False),
    ],
)
def test_errors_that_tell_of_an_end(title: str | None, message: str, code: str | None, expected: bool) -> None:
    """That the service has ended the context is read out of its error, however it is worded."""
    error = StreamEventError("text", title=title, message=message, error_code=code)
    assert tells_of_an_end(error) is expected
    assert not tells_of_an_end(ValueError("context expired"))
