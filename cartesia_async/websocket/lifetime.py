"""How long a context lives on the service while nothing is said on it."""

from __future__ import annotations

# https://docs.cartesia.ai/api-reference/tts/websocket: a second after its last audio, and before 2025-04-16 five after its
# last input.
_LIVES, _LIVED = 1.0, 5.0
_SINCE = "2025-04-16"
_ON_THE_WAY = 0.4  # seconds: there and back, and a service or a program that is slow


class Lifetime:
    """
    Notes when something was said on a context, or came; all times are those of its loop, in seconds.

    Args:
        version: The API version that it is spoken in.
    """

    __slots__ = ("_heard", "_is_old", "_said")

    def __init__(self, version: str) -> None:
        self._is_old = version < _SINCE
        self._said = self._heard = float("-inf")

    def said(self, now: float) -> None:
        """Learn that something is being said."""
        self._said = now

    def heard(self, now: float) -> None:
        """Learn that something has come."""
        self._heard = now

    def may_be_over(self, now: float) -> bool:
        """Tell whether the service may have ended it by the time that it hears more."""
        if self._is_old:
            return now - self._said >= _LIVED - _ON_THE_WAY
        return now - max(self._said, self._heard) >= _LIVES - _ON_THE_WAY
