"""What a client said over a WebSocket, for who looks at the requests."""

from __future__ import annotations

from collections import deque

import attrs

from ..exchange import Exchange
from ..received import ReceivedRequest

_MOST_MESSAGES = 1_000
_MOST_BYTES = 4 * 2**20


class Heard:
    """
    Keeps the newest messages of a connection (1,000, and fewer where they are large) in the record of its request.

    Args:
        exchange: The request.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._messages: deque[object] = deque()
        self._sizes: deque[int] = deque()
        self._held = 0

    def note(self, message: object, size: int) -> None:
        """Note a message of so many bytes."""
        before = self._held
        self._messages.append(message)
        self._sizes.append(size)
        self._held += size
        while len(self._messages) > _MOST_MESSAGES or (self._held > _MOST_BYTES and len(self._messages) > 1):
            self._messages.popleft()
            self._held -= self._sizes.popleft()
        newest = tuple(self._messages)

        def told(record: ReceivedRequest) -> ReceivedRequest:
            return attrs.evolve(record, messages=newest)

        self._exchange.shop.log.amend(self._exchange.number, told, size=self._held - before)
