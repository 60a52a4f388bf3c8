"""What cannot be scripted, and why."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping
from typing import get_args

from .fault import Connect, Drop, Fault
from .paths import has_events, nearest, stands_for_one

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def check(fault: Fault, calls: Collection[str] | None) -> None:
    """
    Refuse a fault that makes no sense.

    Args:
        fault: The fault.
        calls: The paths of the calls there are, with ids in braces; `None` where there may be any.

    Raises:
        ValueError: It makes none; the message names the argument, its value and what is allowed.
    """
    _check_path(fault.path, calls)
    _check_values(fault)
    _check_headers(fault.headers)
    _check_sense(fault)
    _check_connection(fault)
    _check_event(fault)


def check_times(fault: Fault, times: float, after: int) -> None:
    """Refuse a number of times, or of requests that pass, that makes no sense."""
    if times != math.inf and not (_is_whole(times) and times >= 1):
        raise ValueError(f"times must be 1 or more, or math.inf until it is removed, not {times!r}")
    if not (_is_whole(after) and after >= 0):
        raise ValueError(f"after must be 0 or more, not {after!r}")
    if fault.connect == "refuse" and (times != math.inf or after):
        raise ValueError(
            'connect="refuse" takes no times and no after: nobody hears of a connection that is refused, so they cannot'
            ' be counted. Remove it when it is to end, or use connect="reset".'
        )


def _check_path(path: str, calls: Collection[str] | None) -> None:
    if not path.startswith(("/", "*")) or "?" in path:
        raise ValueError(f'path must be "*" or begin with a slash, and has no query, not {path!r}')
    if calls is not None and not stands_for_one(path, calls):
        raise ValueError(
            f'path must be "*" or that of a call, and {path!r} is of none; the nearest are'
            f" {', '.join(nearest(path, calls))}"
        )


def _check_values(fault: Fault) -> None:
    if fault.status is not None and not (_is_whole(fault.status) and 200 <= fault.status <= 599):
        raise ValueError(f"status must be from 200 to 599, not {fault.status!r}")
    for name, steps in (("drop_after", fault.drop_after), ("stall_after", fault.stall_after)):
        if steps is not None and not (_is_whole(steps) and steps >= 0):
            raise ValueError(f"{name} must be a whole number, 0 or more, not {steps!r}")
    if fault.split is not None and not (_is_whole(fault.split) and fault.split >= 1):
        raise ValueError(f"split must be a number of bytes, 1 or more, not {fault.split!r}")
    for name, seconds in (("latency", fault.latency), ("stall", fault.stall), ("retry_after", fault.retry_after)):
        if seconds is not None and not seconds >= 0:
            raise ValueError(f"{name} must be a number of seconds, 0 or more, not {seconds!r}")
    if fault.retry_after == math.inf:
        raise ValueError("retry_after must be finite")
    for name, value, allowed in (("drop", fault.drop, Drop), ("connect", fault.connect, Connect)):
        if value is not None and value not in get_args(allowed):
            raise ValueError(f"{name} must be one of {', '.join(map(repr, get_args(allowed)))}, not {value!r}")


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"headers has a name that cannot be sent: {name!r}")
        if not isinstance(value, str) or not value.isprintable():
            raise ValueError(f"headers has a value that cannot be sent, for {name}: {value!r}")
        if name.lower() in {"content-length", "transfer-encoding"}:
            raise ValueError(f"headers must leave {name} to the emulator; see drop_after for a body that is cut")


def _check_sense(fault: Fault) -> None:
    error = (fault.title, fault.message, fault.error_code, fault.retry_after)
    if any(part is not None for part in error) and (fault.status is None or fault.status < 400):
        raise ValueError(
            "title, message, error_code and retry_after are of an error: they need a status of 400 or more"
        )
    if fault.body is not None and any(part is not None for part in error[:3]):
        raise ValueError("body excludes title, message and error_code")
    if fault.drop == "end" and fault.drop_after is None:
        raise ValueError('drop="end" needs drop_after: an answer that has not begun cannot end')
    if fault.stall != math.inf and fault.stall_after is None:
        raise ValueError("stall needs stall_after; see latency for a silence before the answer")
    if fault.half and fault.drop_after is None and fault.stall_after is None:
        raise ValueError("half needs drop_after or stall_after")
    if fault.unanswered and (fault.answers or fault.headers or fault.plays):
        raise ValueError("a connection that is cut before the answer excludes every part of one; see drop_after")


def _check_connection(fault: Fault) -> None:
    if fault.connect is not None and fault != Fault(connect=fault.connect):
        raise ValueError('connect is for new connections, which have no path yet: it takes "*", and no other fault')


def _check_event(fault: Fault) -> None:
    if not (_is_whole(fault.event_after) and fault.event_after >= 0):
        raise ValueError(f"after must be 0 or more, not {fault.event_after!r}")
    if fault.event is None:
        if fault.half and "*" not in fault.path and not has_events(fault.path):
            raise ValueError(f"half is of an event, and {fault.path} has none")
        return
    if fault.answers:
        raise ValueError("event excludes status and body: it is sent in an answer that has begun well")
    if "*" not in fault.path and not has_events(fault.path):
        raise ValueError(f"event is for calls that answer with events, and {fault.path} does not")
    try:
        json.dumps(None if isinstance(fault.event, bytes) else fault.event)
    except TypeError as error:
        raise ValueError(f"event must be JSON, a text or bytes: {error}") from error


def _is_whole(value: float) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
