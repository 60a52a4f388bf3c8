"""From the messages of a WebSocket to the typed events of its contexts."""

from __future__ import annotations

import json
from collections import deque
from typing import Any, cast

import attrs

from ..errors import APIResponseError, StreamEventError
from ..models.events import TTSEvent
from .checks import is_object
from .events import EventReader


@attrs.define
class Message:
    """
    What one message says.

    Attributes:
        context_id: The context it belongs to, where it names one.
        events: The event it carries, and the end of the context where it tells that too.
        error: Or what is wrong.
    """

    context_id: str | None
    events: tuple[TTSEvent, ...] = ()
    error: StreamEventError | APIResponseError | None = None


class MessageReader:
    """Reads the messages of one connection, each an event of one context."""

    def __init__(self) -> None:
        self._reader = EventReader[TTSEvent](TTSEvent)
        self._ready = deque[TTSEvent]()

    def read(self, data: bytes) -> Message:
        """Read one message that is no usual chunk; what is wrong with it is told, and not raised."""
        ready = self._ready
        try:
            self._reader._plain_event("", data, ready)  # noqa: SLF001 - a stream's reader, given whole events
        except StreamEventError as error:
            return Message(error.context_id, error=error)
        except APIResponseError as error:
            return Message(_context_of(data), error=error)
        finally:
            events = tuple(ready)
            ready.clear()
        return Message(events[0].context_id, events)


def _context_of(data: bytes) -> str | None:
    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError):
        return None
    context_id = document.get("context_id") if is_object(document) else None
    return cast("str | None", context_id) if isinstance(context_id, str) else None
