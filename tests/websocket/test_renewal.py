"""How long an idle connection is kept before it is renewed."""

from __future__ import annotations

import pytest

from cartesia_async.websocket.renewal import RENEW_AFTER, SHORTEST, Renewal


def test_it_learns_how_soon_the_service_closes() -> None:
    """After a connection was closed while idle, the next is renewed sooner than that; one closed later teaches nothing."""
    renewal = Renewal()
    assert renewal.after == RENEW_AFTER
    renewal.was_late(60.0)
    assert renewal.after == pytest.approx(48.0)
    renewal.was_late(200.0)
    assert renewal.after == pytest.approx(48.0)


@pytest.mark.parametrize("quiet", [0.0, 5.0, 37.0])
def test_it_has_a_bound(quiet: float) -> None:
    """However soon a connection was closed, by chance perhaps, the others are not renewed all the time."""
    renewal = Renewal()
    renewal.was_late(quiet)
    assert renewal.after == SHORTEST


def test_it_recovers() -> None:
    """Renewals that came in time let it wait longer again, to the full time within half an hour, and no longer."""
    renewal = Renewal()
    renewal.was_late(5.0)
    passed = 0.0
    while renewal.after < RENEW_AFTER:
        passed += renewal.after
        renewal.was_in_time()
    assert passed < 1800
    renewal.was_in_time()
    assert renewal.after == RENEW_AFTER


def test_a_service_that_always_closes_early_is_mostly_forestalled() -> None:
    """Of the connections to a service that closes after 60 s, no more than one in three is closed before it is renewed."""
    renewal = Renewal()
    late = 0
    for _ in range(300):
        if renewal.after < 60:
            renewal.was_in_time()
        else:
            renewal.was_late(60.0)
            late += 1
    assert late <= 100
