"""Which API version a request asks for, and what that means where it is not a matter of one shape."""

from __future__ import annotations

import bisect
import datetime
import re

from .._wire.versions import AVAILABILITY, KNOWN_VERSIONS, Availability

NEWEST = KNOWN_VERSIONS[-1]
FIRST_WITH_STRUCTURED_ERRORS = "2026-03-01"
FIRST_WITH_PLAIN_VOICE_IDS = "2026-08-14"

# What the service has beyond the calls of this library, for the clients that others wrote.
_FOR_OTHERS = {
    "voices.clone_clip": Availability(until="2024-11-13"),
    "datasets.one": Availability(since="2025-04-16"),
}

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def served_version(asked: str | None) -> str | None:
    """
    Find the version in whose shape a request is answered.

    Args:
        asked: The value of `Cartesia-Version` (or of the query parameter `cartesia_version`).

    Returns:
        The newest known version that is not after the date asked for; the oldest for dates before them all; `None`
        where there is no value or it is not a date.
    """
    if asked is None or not _DATE.fullmatch(asked) or not _is_date(asked):
        return None
    return KNOWN_VERSIONS[max(bisect.bisect_right(KNOWN_VERSIONS, asked) - 1, 0)]


def has(feature: str, version: str) -> bool:
    """Tell whether an API version has a feature, by its name in the table of availability."""
    return (AVAILABILITY.get(feature) or _FOR_OTHERS[feature]).within(version)


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
