"""Whether and when to try again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

LONGEST_RETRY_AFTER = 60.0
_FIRST, _LONGEST = 0.5, 8.0
_ENOUGH_DOUBLINGS = 10  # to reach the longest; thousands would overflow a float
_RETRIED = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS}


def is_worth_another_try(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a refusal may be another answer next time: by its *status*, unless the service knows better and says so."""
    if headers.get("x-should-retry", "").strip().lower() == "false":
        return False
    return status in _RETRIED or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def delay_before(attempt: int, retry_after: float | None, *, random: Callable[[], float]) -> float | None:
    """
    Say how long to wait before the next attempt.

    Args:
        attempt: The number of the attempt that failed, from 1.
        retry_after: Seconds that the service asks to wait.
        random: Gives a number from 0 to 1.

    Returns:
        Seconds: what the service asks, else exponential with full jitter; ``None`` where it asks for too long.
    """
    if retry_after is not None:
        return retry_after if retry_after <= LONGEST_RETRY_AFTER else None
    # https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    return random() * min(_LONGEST, _FIRST * 2.0 ** min(attempt - 1, _ENOUGH_DOUBLINGS))
