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
        numbered: Whether every event tells which flush it belongs to, counted from 1. Elsewhere only those do that follow
            the first request for a flush, and count from 0: the clients of those versions use it as an index.
        heed: How long text that more may follow waits for such a request, seconds.
    """

    delay: int
    most_delay: int
    expiry: float
    from_input: bool
    numbered: bool
    heed: float


def limits_of(version: str) -> Limits:
    """Give what holds in a version."""
    long = version >= _FIRST_WITH_LONG_DELAYS
    new = version >= _FIRST_OF_2025
    return Limits(
        delay=3_000 if long else 0,
        most_delay=5_000 if long else 1_000,
        expiry=1.0 if new else 5.0,
        from_input=not new,
        numbered=new,
        heed=0.0 if new else 0.05,
    )
