"""Events as JSON, in the shape that the service gives them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, cast

import attrs

from ..audio.formats import AudioFormat
from ..models.events import UnknownEvent

_encoder = json.JSONEncoder(separators=(",", ":"))


def json_of(document: Mapping[str, Any]) -> str:
    """Write a document as one line."""
    return _encoder.encode(document)


def start_document(format: AudioFormat | None, request_id: str | None) -> dict[str, Any]:
    """
    Give what comes before all events, and what the service does not send: the format of the audio.

    Args:
        format: What was asked for.
        request_id: The service's name for the request.
    """
    return {
        "type": "start",
        **({"output_format": _laid_out(format)} if format is not None else {}),
        **({"request_id": request_id} if request_id is not None else {}),
    }


def event_document(event: object) -> dict[str, Any]:
    """
    Give an event as the service writes it: audio in base64, what is unknown left out, fields of a newer API kept.

    Args:
        event: A `TTSEvent` or `VoiceChangerEvent`.
    """
    if isinstance(event, UnknownEvent):
        return {**event.raw, "type": event.type}
    return {"type": getattr(event, "type", "unknown"), **_laid_out(event)}


def _laid_out(value: object) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if attrs.has(type(value)):
        fields = attrs.asdict(cast("attrs.AttrsInstance", value), recurse=False)
        extra = fields.pop("extra", {})
        return {**extra, **{name: _laid_out(field) for name, field in fields.items() if field is not None}}
    return value
