"""What has come on a context, and nobody has taken yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from ..models.events import TTSEvent


class Inbox:
    """
    Keeps events, and counts what came.

    Attributes:
        events: The events that nobody has taken.
        unread: Bytes of the messages that brought them.
        events_received: How many there were in all.
        bytes_received: Bytes of all messages.
    """

    __slots__ = ("bytes_received", "events", "events_received", "unread")

    def __init__(self) -> None:
        self.events = deque[TTSEvent]()
        self.unread = self.events_received = self.bytes_received = 0

    def put(self, events: Sequence[TTSEvent], size: int) -> None:
        """Keep what a message of *size* bytes brought."""
        self.events += events
        self.events_received += len(events)
        self.bytes_received += size
        self.unread += size

    def take_back(self) -> None:
        """Forget the last event, as though it had not come."""
        self.events.pop()
        self.events_received -= 1

    def empty(self) -> list[TTSEvent]:
        """Take all."""
        taken = list(self.events)
        self.events.clear()
        self.unread = 0
        return taken
