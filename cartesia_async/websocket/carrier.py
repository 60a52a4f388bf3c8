"""What a channel asks of the connection it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .channel import Channel


class Carrier(Protocol):
    """
    The connection that a channel is on.

    Attributes:
        answered: The number of the last ping that the service has answered.
    """

    @property
    def answered(self) -> int: ...  # noqa: D102 - told above

    def relieved(self) -> None:
        """Learn that events were taken, or are waited for."""
        ...

    def retire(self, channel: Channel) -> None:
        """Ask the service to end the context once it has spoken what it has."""
        ...

    def left(self, channel: Channel) -> None:
        """End the context on the service, and forget the channel."""
        ...
