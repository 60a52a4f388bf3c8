"""What is sent over a WebSocket to have a text spoken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from .codec import dumps
from .segments import is_speakable
from .speech import SpeechBody

# https://docs.cartesia.ai/api-reference/tts/websocket
CALL = "tts.websocket"
FLUSH = "tts flush"


@attrs.frozen
class Input:
    """
    One message of a context.

    Attributes:
        text: What to speak, joined to what was sent before.
        more: Whether another input may follow.
        flush: Whether what was sent is to be spoken to its end now.
    """

    text: str
    more: bool = True
    flush: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether the service is sure to answer it: only what can be heard is, or what ends something."""
        return is_speakable(self.text) or self.flush or not self.more


@attrs.frozen
class Generation:
    """
    What all inputs of a context have in common.

    Attributes:
        context_id: The context's name.
        body: How it is to be spoken.
    """

    context_id: str
    body: SpeechBody

    @property
    def needs(self) -> tuple[str, ...]:
        """The features it uses, named as in the table of availability."""
        return (CALL, *self.body.features)

    def message(self, given: Input, version: str) -> bytes:
        """Write the message for one input, in the shape of *version*."""
        document: dict[str, Any] = {
            **self.body.document(version),
            "context_id": self.context_id,
            "transcript": given.text,
            "continue": given.more,
        }
        if given.flush:
            document["flush"] = True
        return dumps(document)

    def cancellation(self) -> bytes:
        """Write the message that ends the context."""
        return cancellation(self.context_id)


def cancellation(context_id: str) -> bytes:
    """Write the message that ends the context of this name."""
    document: Mapping[str, Any] = {"context_id": context_id, "cancel": True}
    return dumps(document)
