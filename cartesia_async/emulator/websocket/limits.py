"""What the service allows on a WebSocket, version by version."""

from __future__ import annotations

import attrs

# https://docs.cartesia.ai/api-reference/tts/websocket, and what its earlier versions said.
IDLE = 300.0
MOST_TEXT_WAITING = 200_000
MOST_MESSAGE = 4 * 2**20
_FIRST_OF_2025 = "2025-04-16"
_FIRST_WITH_LONG_DELAYS = "2025-11-04"


@attrs.frozen(kw_only=True)
class Limits:
    """
    What holds in one version.

    Attributes:
        delay: How long text waits for more of it unless asked otherwise, milliseconds.
        most_delay: How long it may be asked to, milliseconds.
        expiry: How long a context that has nothing to say is kept open, seconds.
        from_input: Whether that is counted from the last input, instead of from the last audio.
        first_flush: From which number on flushes are counted; every event tells the one it belongs to. Before 2025-04-16 it
            is 0: the clients of those versions use it as an index.
        tells_each: Whether one who wants no delay at all is told after each input that it has been said.
    """

    delay: int
    most_delay: int
    expiry: float
    from_input: bool
    first_flush: int
    tells_each: bool


def limits_of(version: str) -> Limits:
    """Give what holds in a version."""
    long = version >= _FIRST_WITH_LONG_DELAYS
    new = version >= _FIRST_OF_2025
    return Limits(
        delay=3_000 if long else 0,
        most_delay=5_000 if long else 1_000,
        expiry=1.0 if new else 5.0,
        from_input=not new,
        first_flush=1 if new else 0,
        tells_each=new,
    )
