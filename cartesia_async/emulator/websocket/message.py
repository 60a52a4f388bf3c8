"""What a client says in one message."""

from __future__ import annotations

import re

import attrs

from ..exchange import Exchange
from ..fields import FLAG, Fields
from ..problems import Problem, invalid
from ..speech import TRANSCRIPT, SpeechOrder, speech_order

_ID = re.compile(r"[0-9A-Za-z_-]{1,500}")
# What may differ from one message of a context to the next.
_OWN = frozenset(
    {"context_id", "transcript", "continue", "flush", "cancel", "duration", "max_buffer_delay_ms", "stream"}
)


def context_id_of(body: Fields) -> str:
    """Read the id of the context; `Problem` (400) where there is none, or it is not one."""
    id = body.values.get("context_id")
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise invalid(
            "it must be a string of letters, digits, hyphens and underscores, and is required.",
            title="context_id is invalid",
        )
    return id


@attrs.frozen(kw_only=True)
class Message:
    """
    One input of a context.

    Attributes:
        text: What is to be said, after what was said before.
        more: Whether the context stays open for more.
        flush: Whether all is to be spoken now, and told when it has been.
        body: The whole message.
    """

    text: str
    more: bool
    flush: bool
    body: Fields

    @property
    def lasting(self) -> dict[str, object]:
        """The fields that stay the same in a context."""
        values = self.body.values.items()
        return {name: value for name, value in values if name not in _OWN and value is not None and value is not False}

    def order(self, exchange: Exchange, *, initial: bool) -> SpeechOrder:
        """Read how the text is to be spoken; `Problem` (400 or 404) where that cannot be done."""
        self.body.optional("use_original_timestamps", FLAG)
        return speech_order(self.body, exchange, containers=("raw",), initial=initial)


def message_of(body: Fields) -> Message:
    """Read a message; `Problem` (400), naming the field, where it is not one."""
    return Message(
        text=body.optional("transcript", TRANSCRIPT, ""),
        more=body.optional("continue", FLAG, False),  # noqa: FBT003 (the default)
        flush=body.optional("flush", FLAG, False),  # noqa: FBT003
        body=body,
    )


def refuse_change(message: Message, first: dict[str, object]) -> Problem | None:
    """Give the problem (400) of a message that is not in keeping with the first of its context; `None` where it is."""
    for name, value in message.lasting.items():
        if first.get(name) != value:
            return message.body.refuse(name, "must stay the same within a context")
    return None
