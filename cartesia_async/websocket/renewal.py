"""When an idle connection is renewed."""

from __future__ import annotations

RENEW_AFTER = 240.0  # seconds without a message sent: the service closes a connection after 300
SHORTEST = 30.0  # seconds, however soon a connection was closed once
_MARGIN = 0.8  # of the time after which the service was seen to close an idle connection
_GROWTH = 1.2


class Renewal:
    """
    How long a connection may lie idle before it is renewed.

    It learns from the service, which may close idle connections sooner than it says. Since one may also be cut by chance, each
    renewal that came in time lets the next wait longer, until it is as long as at first.

    Attributes:
        after: Seconds without a message sent.
    """

    def __init__(self) -> None:
        self.after = RENEW_AFTER

    def was_late(self, quiet: float) -> None:
        """Learn that a connection was closed after *quiet* seconds without a message, before it was renewed."""
        self.after = min(self.after, max(SHORTEST, quiet * _MARGIN))

    def was_in_time(self) -> None:
        """Learn that a connection could be renewed."""
        self.after = min(RENEW_AFTER, self.after * _GROWTH)
