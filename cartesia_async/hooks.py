"""What an ``on_event`` callable is told about a call."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class CallEvent:
    """
    Something that happened in a call.

    Attributes:
        call_id: The same for all events of one call.
        method: The HTTP method.
        path: The path, without the base URL and the query.
    """

    call_id: str
    method: str
    path: str


@attrs.frozen(kw_only=True)
class AttemptStarted(CallEvent):
    """
    A request is about to be sent.

    Attributes:
        attempt: 1 for the first.
    """

    attempt: int


@attrs.frozen(kw_only=True)
class RetryScheduled(CallEvent):
    """
    An attempt failed and will be repeated.

    Attributes:
        attempt: The attempt that failed.
        delay: Seconds until the next.
        cause: Why it failed.
    """

    attempt: int
    delay: float
    cause: Exception


@attrs.frozen(kw_only=True)
class FirstByte(CallEvent):
    """
    The first piece of the answer's body came.

    Attributes:
        seconds: Since the call began.
    """

    seconds: float


@attrs.frozen(kw_only=True)
class CallEnded(CallEvent):
    """
    The call is over: read to its end, left early, or failed.

    Attributes:
        status: The HTTP status of the last answer, if there was one.
        seconds: How long it took.
        bytes: Bytes of the answer's body that were read; those of a refusal are not counted.
        attempts: How many requests were sent.
        error: Why it failed, if it did.
    """

    status: int | None
    seconds: float
    bytes: int
    attempts: int
    error: BaseException | None
