"""Whether and when to try again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async._wire.backoff import delay_before, is_worth_another_try


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529, 599])
def test_what_may_pass_is_tried_again(status: int) -> None:
    """Timeouts, conflicts, limits and the service's own failures may pass."""
    assert is_worth_another_try(status, {})


@pytest.mark.parametrize("status", [200, 204, 301, 307, 400, 401, 402, 403, 404, 405, 413, 422, 425, 451, 499])
def test_what_will_not_pass_is_not(status: int) -> None:
    """All else will be the same the next time."""
    assert not is_worth_another_try(status, {})


@pytest.mark.parametrize(("said", "expected"), [("false", False), (" False ", False), ("true", True), ("", True)])
def test_the_service_may_know_better(said: str, expected: bool) -> None:
    """A refusal that says it will stay one is believed; one that says the opposite is judged by its status."""
    assert is_worth_another_try(503, {"x-should-retry": said}) is expected
    assert not is_worth_another_try(400, {"x-should-retry": said})


def test_the_longest_waits_double() -> None:
    """With the jitter at its highest the waits double from half a second to eight."""
    waits = [delay_before(attempt, None, random=lambda: 1.0) for attempt in range(1, 8)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_the_jitter_is_full() -> None:
    """A wait may be anything from nothing to the longest."""
    assert delay_before(3, None, random=lambda: 0.0) == 0.0
    assert delay_before(3, None, random=lambda: 0.25) == 0.5


@pytest.mark.parametrize(("asked", "wait"), [(0.0, 0.0), (0.2, 0.2), (60.0, 60.0), (60.001, None), (1e9, None)])
@pytest.mark.parametrize("attempt", [1, 9])
def test_what_the_service_asks_is_obeyed(attempt: int, asked: float, wait: float | None) -> None:
    """A wait that the service asks for is taken exactly, up to a minute; beyond it there is no other attempt."""
    assert delay_before(attempt, asked, random=lambda: 0.5) == wait


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_no_wait_is_beyond_bounds(attempt: int, dice: float) -> None:
    """However many attempts there were, a wait is from 0 to 8 seconds."""
    delay = delay_before(attempt, None, random=lambda: dice)
    assert delay is not None
    assert 0 <= delay <= 8
