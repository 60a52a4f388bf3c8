"""One fault, asked at each step of an answer: each step is due once, whatever the length of the answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async.emulator import Fault


@given(total=st.integers(1, 12), step=st.integers(0, 20))
def test_each_step_is_due_once(total: int, step: int) -> None:
    """Event, silence and cut are due once: after as many items as said, or before the last of a shorter answer."""
    fault = Fault(event={"type": "odd"}, event_after=step, stall_after=step, drop="close", drop_after=step)
    for due in (fault.inserts, fault.stalls, fault.drops):
        moments = [sent for sent in range(total) if due(sent, last=sent == total - 1)]
        moments += [total] * due(total)
        assert moments == [step if step <= total else total - 1]


def test_a_fault_without_steps_is_never_due() -> None:
    """What was not asked for does not happen."""
    fault = Fault(latency=1.0)
    for sent in range(5):
        for last in (False, True):
            assert not (fault.inserts(sent, last=last) or fault.stalls(sent, last=last) or fault.drops(sent, last=last))


@given(data=st.binary(max_size=200), size=st.one_of(st.none(), st.integers(1, 250)))
def test_pieces_are_the_whole(data: bytes, size: int | None) -> None:
    """Pieces are as long as said but for the last, none is empty, and they lose nothing."""
    pieces = list(Fault(split=size).pieces(data))
    assert b"".join(pieces) == data
    assert all(pieces)
    assert all(len(piece) == size for piece in pieces[:-1])
    assert len(pieces) <= 1 or size is not None


@pytest.mark.parametrize(
    ("event", "ends", "text"),
    [
        (None, False, None),
        (b"bare", False, None),
        ("text", False, "text"),
        ({"type": "odd", "done": False}, False, '{"type":"odd","done":false}'),
        ({"type": "error"}, True, '{"type":"error"}'),
        ({"done": True}, True, '{"done":true}'),
    ],
)
def test_what_an_event_is(event: object, ends: bool, text: str | None) -> None:
    """Errors and what is done end an answer, and a mapping becomes JSON."""
    fault = Fault(event=event)  # type: ignore[arg-type]
    assert (fault.ends, fault.event_text) == (ends, text)


def test_a_slow_line_slows_what_is_not_slow_itself() -> None:
    """A fault keeps its own latency and pieces where it has some."""
    line = Fault(path="*", latency=1.0, split=9)
    assert line.slows
    assert Fault(status=500).over(line) == Fault(status=500, latency=1.0, split=9)
    assert Fault(latency=0.5).over(line) == Fault(latency=0.5, split=9)
    assert Fault(latency=0.5, split=3).over(None) == Fault(latency=0.5, split=3)
    assert not Fault(latency=1.0, status=500).slows
