"""What one fault is: values only, to be asked at each step of an answer."""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Iterator, Mapping
from typing import Literal

import attrs

Drop = Literal["close", "reset", "end"]
Connect = Literal["refuse", "reset"]
_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = 100


def _headers(given: Mapping[str, str] | None) -> Mapping[str, str]:
    return {} if given is None else dict(given)


@attrs.frozen(kw_only=True, repr=False)
class Fault:
    """
    What a request meets. Where items are counted they are events (messages on a WebSocket), elsewhere bytes.

    A step that lies beyond the end of a short answer is taken before its last item: a scripted fault always happens.

    Attributes:
        path: The path it is for, `*` for any; a pattern as of the shell.
        status: The status answered in place of the call's own.
        title: The title of that error.
        message: Its message.
        error_code: Its code.
        retry_after: Its header `Retry-After`, in seconds.
        headers: Headers that are added to the answer.
        body: A body answered as it is, in place of any other.
        latency: Seconds before the answer begins; `math.inf` where it never comes.
        drop: How the connection ends: `"close"` (the stream of bytes ends in the middle), `"reset"`, or `"end"` (the
            answer ends as one that is whole); `None` where it does not.
        drop_after: How many items come before that; `None` where not even the head of an answer does.
        stall_after: How many items come before a silence; `None` where there is none.
        stall: How long the silence lasts, in seconds; `math.inf` where it never ends.
        half: Whether half of the next item comes before the cut or the silence.
        event: An event that is sent beside the call's own: as JSON, a text in place of the JSON, or bytes without a frame.
        event_after: How many events come before it.
        split: The size of the pieces in which the answer is sent, in bytes; `None` for its own.
        connect: What happens to new connections, `None` where nothing does.
        stale: Whether it is for connections only that were used before, which end without an answer.
    """

    path: str = "*"
    status: int | None = None
    title: str | None = None
    message: str | None = None
    error_code: str | None = None
    retry_after: float | None = None
    headers: Mapping[str, str] = attrs.field(default=None, converter=_headers)
    body: bytes | None = None
    latency: float = 0.0
    drop: Drop | None = None
    drop_after: int | None = None
    stall_after: int | None = None
    stall: float = math.inf
    half: bool = False
    event: Mapping[str, object] | str | bytes | None = None
    event_after: int = 0
    split: int | None = None
    connect: Connect | None = None
    stale: bool = False

    def __repr__(self) -> str:
        usual = Fault(path="")
        told = [
            (name, value) for name, value in attrs.asdict(self, recurse=False).items() if value != getattr(usual, name)
        ]
        values = ", ".join(f"{name}={_brief.repr(value)}" for name, value in told)
        return f"{type(self).__name__}({values})"

    @property
    def unanswered(self) -> bool:
        """Whether the connection ends without even the head of an answer."""
        return self.stale or (self.drop is not None and self.drop_after is None)

    @property
    def answers(self) -> bool:
        """Whether the answer is the fault's own, and the call is not carried out."""
        return self.status is not None or self.body is not None

    @property
    def plays(self) -> bool:
        """Whether it changes how an answer comes, once it has begun."""
        steps = (self.drop_after, self.stall_after, self.event, self.split)
        return any(step is not None for step in steps)

    @property
    def slows(self) -> bool:
        """Whether it changes nothing but the pace at which an answer comes."""
        return self == Fault(path=self.path, latency=self.latency, split=self.split)

    @property
    def ends(self) -> bool:
        """Whether its event is the last of an answer: an error, or one that says that it is done."""
        return isinstance(self.event, Mapping) and (self.event.get("type") == "error" or bool(self.event.get("done")))

    @property
    def event_text(self) -> str | None:
        """The text that stands where an event has its JSON; `None` where there is no event, or it is bare bytes."""
        if self.event is None or isinstance(self.event, bytes):
            return None
        return self.event if isinstance(self.event, str) else json.dumps(self.event, separators=(",", ":"))

    def over(self, line: Fault | None) -> Fault:
        """Give the same fault on a line that is slow."""
        if line is None:
            return self
        return attrs.evolve(self, latency=self.latency or line.latency, split=self.split or line.split)

    def drops(self, sent: int, *, last: bool = False) -> bool:
        """Whether the connection is cut now: so many items were sent, and the next is (or is not) the last."""
        return self.drop is not None and _due(self.drop_after, sent, last=last)

    def stalls(self, sent: int, *, last: bool = False) -> bool:
        """Whether the silence begins now: so many items were sent, and the next is (or is not) the last."""
        return _due(self.stall_after, sent, last=last)

    def inserts(self, sent: int, *, last: bool = False) -> bool:
        """Whether the event is sent now: so many of the call's own were sent, and the next is (or is not) the last."""
        return self.event is not None and _due(self.event_after, sent, last=last)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Cut what is sent in one go, unless it is to go whole."""
        size = self.split or max(len(data), 1)
        return (data[start : start + size] for start in range(0, len(data), size))


def _due(step: int | None, sent: int, *, last: bool) -> bool:
    return step is not None and (step == sent or (last and step > sent + 1))
