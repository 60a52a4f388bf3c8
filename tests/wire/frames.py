"""Streams of events, as they are on the wire."""

from __future__ import annotations

import base64
import json
import random
from collections import deque
from typing import Any

from cartesia_async._wire.events import EventReader
from cartesia_async.models.events import TTSEvent

LONG = bytes(random.Random(7).randbytes(3000))
DONE = {"type": "done", "status_code": 200, "done": True}


def b64(data: bytes) -> str:
    """Write *data* as JSON holds it."""
    return base64.b64encode(data).decode()


def frame(document: object, name: str = "") -> bytes:
    """Write one server-sent event."""
    line = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
    return (f"event: {name}\n" if name else "").encode() + f"data: {line}\n\n".encode()


def read(*documents: object, union: Any = TTSEvent, end: bool = False) -> list[Any]:
    """Read *documents* as the events of a stream."""
    reader = EventReader[Any](union)
    ready = deque[Any]()
    for document in documents:
        reader.feed(document if isinstance(document, bytes) else frame(document), ready)
    if end:
        reader.finish(ready)
    return list(ready)
