"""Contexts whose connection was lost before any of their audio came: they are said again on the next."""

from __future__ import annotations

from collections import defaultdict

from ..errors import APIStatusError, CartesiaError, StreamInterruptedError
from .channel import Channel
from .connection import Connection
from .failing import another

_REASON = "the connection was lost, and could not be replaced"


class Adrift:
    """The channels that wait for a new connection, by the API version they speak."""

    def __init__(self) -> None:
        self._channels: defaultdict[str, list[Channel]] = defaultdict(list)

    def add(self, channel: Channel) -> None:
        """Take a channel in."""
        channel.adrift()
        self._channels[channel.version].append(channel)

    def replays(self, version: str) -> int:
        """Tell how often those of a version were said again, at most; 0 where there are none."""
        return max((channel.replays for channel in self._channels.get(version, ())), default=0)

    def rescue(self, connection: Connection) -> None:
        """Say them again on a connection."""
        for channel in self._channels.pop(connection.version, ()):
            if not channel.over:
                connection.adopt(channel)

    def drown(self, version: str, error: BaseException | None) -> None:
        """Give them up: there is no new connection, for the reason that *error* tells."""
        for channel in self._channels.pop(version, ()):
            if isinstance(error, APIStatusError):
                channel.fail(another(error))
                continue
            failure = cut_off(channel, f"{_REASON}: {error}" if isinstance(error, CartesiaError) else _REASON)
            failure.__cause__ = error
            channel.fail(failure)

    def clear(self) -> None:
        """Forget them all."""
        self._channels.clear()


def cut_off(channel: Channel, reason: str) -> StreamInterruptedError:
    """Make the error for a context whose connection was lost."""
    size = channel.inbox.bytes_received
    how_far = f"after {size} bytes" if size else "before any audio"
    return StreamInterruptedError(f"context {channel.context_id} was cut off {how_far}: {reason}")
