"""How long the service asks to wait."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from cartesia_async._wire.status import parse_retry_after

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "2"}, 2.0),
        ({"retry-after": " 0.25 "}, 0.25),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": formatdate(NOW + 7, usegmt=True)}, 7.0),
        ({"Retry-After": formatdate(NOW + 7)}, 7.0),
        ({"Retry-After": formatdate(NOW + 7, usegmt=True).removesuffix(" GMT")}, 7.0),
        ({"Retry-After": formatdate(NOW - 7, usegmt=True)}, 0.0),
        ({"Retry-After": "Wed, 99 Foo 2026 25:61:00 GMT"}, None),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"Retry-After-Ms": "20", "Retry-After": "9"}, 0.02),
        ({"retry-after-ms": "x", "Retry-After": "9"}, 9.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """How long to wait is read in milliseconds, seconds, or as a date, whatever the zone of the machine."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert parse_retry_after(CIMultiDict(headers), NOW) == seconds
    finally:
        monkeypatch.undo()
        time.tzset()


@given(st.text())
def test_any_retry_after(value: str) -> None:
    """Whatever is written there, it is a number of seconds from 0 or nothing."""
    seconds = parse_retry_after(CIMultiDict({"Retry-After": value}), NOW)
    assert seconds is None or seconds >= 0
