"""The decoder of server-sent events and JSON lines."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cartesia_async import APIResponseError
from cartesia_async._wire import sse
from cartesia_async._wire.sse import EventDecoder

Event = tuple[str, bytes]


def decoded(*pieces: bytes) -> list[Event]:
    """Feed *pieces* to one decoder."""
    decoder = EventDecoder()
    return [event for piece in pieces for event in decoder.feed(piece)]


def by_the_book(body: bytes) -> list[Event]:
    """Read a whole body line by line, as the specification words it; slow, and plain enough to be seen right."""
    events: list[Event] = []
    name, data = "", list[bytes]()
    lines = re.split(rb"\r\n|\r|\n", body.removeprefix(b"\xef\xbb\xbf"))
    for line in lines[:-1]:
        field, colon, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not line:
            if joined := b"\n".join(data):
                events.append((name, joined))
            name, data = "", []
        elif line.startswith(b"{"):
            events.append(("", line))
        elif field == b"data":
            data.append(value)
        elif field == b"event":
            name = value.decode(errors="replace") if colon else ""
    return events


# The examples of https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6.
EXAMPLES = [
    (b"data: This is the first message.\n\ndata: This is the second message, it\ndata: has two lines.\n\n",
     [("", b"This is the first message."), ("", b"This is the second message, it\nhas two lines.")]),
    (b"event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n",
     [("add", b"73857293"), ("remove", b"2153"), ("add", b"113411")]),
    (b"data: YHOO\ndata: +2\ndata: 10\n\n", [("", b"YHOO\n+2\n10")]),
    (b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
     [("", b"first event"), ("", b"second event"), ("", b" third event")]),
    # Of the three only the second is more than nothing: events without data are of no use here, and dropped.
    (b"data\n\ndata\ndata\n\ndata:\n", [("", b"\n")]),
    (b"data:test\n\ndata: test\n\n", [("", b"test"), ("", b"test")]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "events"), EXAMPLES)
@pytest.mark.parametrize("ending", [b"\n", b"\r", b"\r\n"])
def test_examples_of_the_specification(body: bytes, events: list[Event], ending: bytes) -> None:
    """The examples of the specification give its events, with each of the three line ends."""
    assert decoded(body.replace(b"\n", ending)) == events


@pytest.mark.parametrize(("body", "events"), EXAMPLES)
def test_examples_byte_by_byte(body: bytes, events: list[Event]) -> None:
    """The same come of single bytes, with line ends of two bytes."""
    body = body.replace(b"\n", b"\r\n")
    assert decoded(*(body[at : at + 1] for at in range(len(body)))) == events


FRAGMENTS = st.sampled_from(
    [b"\n", b"\r", b"\r\n", b"\n\n", b"data:", b"data: ", b"data", b"event:", b"event: chunk", b"event", b"id: 7", b":",
     b" ", b"{", b"}", b'{"a":1}', b"x", b"\xe2\x80\xa8", b"\xff", b"\xef\xbb\xbf", b"retry: 1", b"dat", b"[DONE]",
     b"event: times\n", *(b"event: %b\ndata: x\n\n" % name for name in (b"chunk", b"times", b"more", b"long" * 30))]
)  # fmt: skip
BODIES = st.lists(FRAGMENTS, max_size=40).map(b"".join)


@st.composite
def cut_bodies(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """Draw a body, and the same cut in pieces."""
    body = draw(BODIES)
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=12)))
    return body, [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]


NAMES = [b"chunk", b"times", b"chunk", b"times", b"more", b"times", b"more", b"chunk", b"more"]
ALTERNATING = b"".join(b"event: %b\ndata: x\n\n" % name for name in NAMES)


@given(cut_bodies())
@example((ALTERNATING, [ALTERNATING]))
@example((ALTERNATING, [ALTERNATING[at : at + 1] for at in range(len(ALTERNATING))]))
def test_cut_anywhere_reads_as_by_the_book(drawn: tuple[bytes, list[bytes]]) -> None:
    """However a body is cut, also into empty pieces, its events are those of a plain reading of the whole."""
    body, pieces = drawn
    # A line feed that ends a CRLF cannot be told from one that follows it until it comes: the last CR ends its line.
    assert decoded(*pieces) == decoded(body) == by_the_book(body)


@given(st.lists(st.binary(min_size=1).filter(lambda data: not re.search(rb"[\r\n]", data)), max_size=5))
def test_what_is_written_is_read(datas: list[bytes]) -> None:
    """Whatever bytes an event holds besides line ends come out as they went in."""
    assert decoded(b"".join(b"data: %b\n\n" % data for data in datas)) == [("", data) for data in datas]


def test_crlf_cut_in_two_is_one_line_end() -> None:
    """A CRLF whose halves arrive apart ends one line, not two."""
    assert decoded(b"data: a\r", b"\ndata: b\r", b"", b"\n\r", b"\n") == [("", b"a\nb")]


def test_a_carriage_return_ends_an_event_at_once() -> None:
    """An event that ends in CR is given when it has come, without waiting for what may follow."""
    assert decoded(b"data: a\r\r") == [("", b"a")]


@pytest.mark.parametrize("cut", range(8))
def test_byte_order_mark(cut: int) -> None:
    """A byte order mark at the start of the body is skipped, wherever it is cut; a second is not."""
    body = b"\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n"
    assert decoded(body[:cut], body[cut:]) == [("", b"a")]


def test_other_line_separators_are_text() -> None:
    """Unicode's own line ends, which `str.splitlines` cuts at, are part of the data."""
    text = "a\u2028b\x85c\x0bd\x0ce\x1cf".encode()
    assert decoded(b"data: " + text + b"\n\n") == [("", text)]


def test_json_lines() -> None:
    """Lines that begin with a brace are events by themselves; blank lines between them are nothing."""
    assert decoded(b'{"a":1}\n\n{"b"', b':2}\r\n{"c":3}') == [("", b'{"a":1}'), ("", b'{"b":2}')]


def test_the_name_belongs_to_one_event() -> None:
    """An event's name is gone with the blank line after it, also where there was no data."""
    assert decoded(b"event: lost\n\ndata: a\n\nevent: b\nevent\ndata: c\n\n") == [("", b"a"), ("", b"c")]


WHOLE = b'{"type":"done","x":{"y":1}}'


@pytest.mark.parametrize(
    ("body", "events"),
    [
        (b"data: " + WHOLE, [WHOLE]),
        (b"data: " + WHOLE + b"\n", [WHOLE]),
        (b"data: " + WHOLE + b"\r\n", [WHOLE]),
        (b"data: " + WHOLE + b"\nid: 1", [WHOLE]),
        (b"data: " + WHOLE + b"\nda", [WHOLE]),
        (b"data: " + WHOLE + b'\ndata: {"', [WHOLE]),
        (b"data: " + WHOLE + b"\n\n", []),
        (WHOLE, [WHOLE]),
        (b"data: {\ndata: }", [b"{\n}"]),
        (b"data: [DONE]", [b"[DONE]"]),
        (b"data: {\n", []),
        (b"event: done\n", []),
        (b"", []),
    ],
)
def test_end_without_a_blank_line(body: bytes, events: list[bytes]) -> None:
    """At the end of the body a whole event is given even where its last line ends are missing."""
    decoder = EventDecoder()
    decoder.feed(body)
    assert [data for _, data in decoder.finish()] == events


def test_half_a_line_at_the_end_takes_no_whole_one_with_it() -> None:
    """Where the last line is cut off, the lines before it count: also one that names the event, right before it."""
    decoder = EventDecoder()
    decoder.feed(b"event: done\ndata: before\n\ndata: " + WHOLE + b'\nevent: done\ndata: {"')
    assert decoder.finish() == [("done", WHOLE)]


@given(st.sampled_from([b"data: " + WHOLE, WHOLE]), st.data())
def test_half_an_event_is_none(body: bytes, data: st.DataObject) -> None:
    """Cut anywhere inside its JSON, also behind an inner brace, an event is not given at the end, but pending."""
    cut = data.draw(st.integers(1, len(body) - 1))
    decoder = EventDecoder()
    assert decoder.feed(body[:cut]) == decoder.finish() == []
    assert decoder.pending


def test_pending_tells_of_an_unfinished_event() -> None:
    """`pending` is true from an event's first byte to the end of its blank line."""
    decoder = EventDecoder()
    seen = [decoder.pending]
    for piece in (b"d", b"ata: a", b"\n", b"\n"):
        decoder.feed(piece)
        seen.append(decoder.pending)
    assert seen == [False, True, True, True, False]


def seconds_for(size: int) -> float:
    """Time an event of *size* bytes that comes in pieces of 1 KiB."""
    body = b"data: " + b"A" * size + b"\n\n"
    decoder = EventDecoder()
    start = time.process_time()
    events = [event for at in range(0, len(body), 1024) for event in decoder.feed(body[at : at + 1024])]
    assert [len(data) for _, data in events] == [size]
    return time.process_time() - start


def test_a_long_event_takes_linear_time() -> None:
    """An event of 5 MB in pieces of 1 KiB takes milliseconds; looking anew at what has come would take a second."""
    assert min(seconds_for(5_000_000) for _ in range(3)) < 0.25


@pytest.mark.parametrize("line", [b"data: ", b"data: 12345\n", b"A"])
def test_an_endless_event_is_refused(monkeypatch: pytest.MonkeyPatch, line: bytes) -> None:
    """An event above the limit is an error, be it one line or many."""
    monkeypatch.setattr(sse, "LARGEST_EVENT", 1000)
    decoder = EventDecoder()
    decoder.feed(line)
    with pytest.raises(APIResponseError, match="larger than 1000 bytes"):
        for _ in range(200):
            decoder.feed(b"x" * 9 + (b"\ndata: " if b"\n" in line else b""))


def test_many_events_are_no_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is for one event: neither many of them nor endless comments come near it."""
    monkeypatch.setattr(sse, "LARGEST_EVENT", 100)
    decoder = EventDecoder()
    for _ in range(50):
        assert len(decoder.feed(b"data: 0123456789\n\ndata: 0123")) == 1
        assert decoder.feed(b"456789\n\n: still here\n\n: and he") == [("", b"0123456789")]
        assert decoder.feed(b"re\n: as ever") == []
        decoder.feed(b"\n\n")
