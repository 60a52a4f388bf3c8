"""How faults are asked for: the part of the emulator's face that is about them."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping

from .checks import check, check_times
from .fault import Connect, Drop, Fault
from .script import FaultScript, ScriptedFault


class Failing:
    """Something in which faults can be scripted."""

    _faults: FaultScript
    # The paths of the calls that can fail, `None` where there may be any.
    _calls: Collection[str] | None

    @property
    def faults(self) -> tuple[ScriptedFault, ...]:
        """The faults that are still to be met, in the order in which they were scripted; from any thread."""
        return self._faults.left

    def fail(
        self,
        path: str,
        *,
        times: float | None = None,
        after: int = 0,
        status: int | None = None,
        title: str | None = None,
        message: str | None = None,
        error_code: str | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
        body: str | bytes | Mapping[str, object] | None = None,
        latency: float | None = None,
        drop: Drop | None = None,
        drop_after: int | None = None,
        stall_after: int | None = None,
        stall: float = math.inf,
        half: bool = False,
        event: Mapping[str, object] | str | bytes | None = None,
        split: int | None = None,
        connect: Connect | None = None,
        stale: bool = False,
    ) -> ScriptedFault:
        """
        Script a fault. Each request meets the first that is for it, in the order they were scripted; from any thread.

        What is counted are events (server-sent events, JSON lines, WebSocket messages) where the answer has some, and
        bytes of the body elsewhere. A step beyond the end of a short answer is taken before its last item; a WebSocket, on
        which events of all contexts count, waits for so many.

        Args:
            path: The path it is for, or `"*"` for any. `*` stands for any text (`/voices/*`), a name in braces for an id
                (`/voices/{id}`); a slash at the end makes no difference. It may be of a call that only the service has:
                with `body`, that call is answered.
            times: How many requests meet it; `math.inf`: all, until it is removed. By default 1; for `latency` and
                `split` alone, which then come on top of whatever else a request meets, and for `connect="refuse"`, all.
            after: With `event`: how many events come first. Else: how many requests pass first.
            status: The status to answer with, 200 to 599; from 400 on with an error body in the shape of the version
                asked for. The call is not carried out.
            title: The title of that error; by default the usual one for the status.
            message: Its message.
            error_code: Its code.
            retry_after: Its header `Retry-After`, seconds.
            headers: Headers to add to the answer.
            body: A body to answer with, as it is (a mapping: as JSON), with `status` or 200.
            latency: Seconds before the answer begins; `math.inf`: it never does.
            drop: How the connection is cut: `"close"` (closed in the middle of the body), `"reset"`, or `"end"` (the
                answer ends as if it were whole). Without `drop_after`, before any answer.
            drop_after: How many events or bytes come before the cut, `"close"` unless `drop` says otherwise.
            stall_after: How many events or bytes come before the answer goes silent, the connection staying open.
            stall: How long it is silent, seconds, before it goes on.
            half: Whether half of the next event comes before the cut or the silence; on a WebSocket no ping is answered
                then.
            event: An event to be sent beside the others: a mapping (one of type `error`, or that is `done`, ends the
                answer), a text in place of the JSON, or bytes that are sent bare. On a WebSocket a mapping that ends
                something ends the context it names, or all where it names none; `"context_id": "*"` stands for that of
                the event next to it.
            split: The size of the pieces in which the body is sent, bytes.
            connect: What new connections meet: `"refuse"` (nobody listens; until it is removed) or `"reset"` (accepted
                and reset). Those there already are left alone. Its path is `"*"`.
            stale: Whether only a request on a connection used before meets it, and finds that connection closed.

        Returns:
            What was scripted: `remove()` takes it out, `met` counts.

        Raises:
            ValueError: What is asked for makes no sense, or no call has such a path; the message says why.
        """
        data, content_type = _body(body)
        fault = Fault(
            path=path,
            status=status,
            title=title,
            message=message,
            error_code=error_code,
            retry_after=retry_after,
            headers={**content_type, **(headers or {})},
            body=data,
            latency=0.0 if latency is None else latency,
            drop="close" if drop is None and drop_after is not None else drop,
            drop_after=drop_after,
            stall_after=stall_after,
            stall=stall,
            half=half,
            event=event,
            event_after=0 if event is None else after,
            split=split,
            connect=connect,
            stale=stale,
        )
        if latency is None and fault == Fault(path=path):
            raise ValueError("nothing goes wrong in that: name what does, such as status=500 or drop_after=3")
        check(fault, self._calls)
        passing = after if event is None else 0
        if times is None:
            times = math.inf if fault.slows or fault.connect == "refuse" else 1
        check_times(fault, times, passing)
        return self._faults.add(fault, times=times, passing=passing)

    def clear_faults(self) -> None:
        """Take out every fault that was scripted; from any thread."""
        self._faults.clear()


def _body(body: str | bytes | Mapping[str, object] | None) -> tuple[bytes | None, Mapping[str, str]]:
    """Give a body as bytes, and the header that tells what it is."""
    if body is None:
        return None, {}
    if isinstance(body, Mapping):
        return json.dumps(body).encode(), {"Content-Type": "application/json"}
    data = body.encode() if isinstance(body, str) else bytes(body)
    if isinstance(body, bytes):
        return data, {"Content-Type": "application/octet-stream"}
    kind = {"<": "text/html", "{": "application/json", "[": "application/json"}.get(body.lstrip()[:1], "text/plain")
    return data, {"Content-Type": f"{kind}; charset=utf-8"}
