"""From the bytes of a stream to its typed events."""

from __future__ import annotations

import binascii
import json
import os
from collections import deque
from collections.abc import Mapping
from typing import Any, Generic, TypeVar, cast, get_args

from ..errors import (
    APIResponseError,
    APITimeoutError,
    CartesiaError,
    StreamError,
    StreamEventError,
    StreamInterruptedError,
)
from ..models.events import AudioChunk, Done, UnknownEvent
from .codec import hook_for, structure
from .sse import EventDecoder
from .status import problem_in

E = TypeVar("E")


class EventReader(Generic[E]):
    """
    Reads the events of one stream.

    Args:
        union: The classes of its events.

    Attributes:
        events_received: Events that came.
        context_id: The context they named last.
        finished: Whether the last one came.
    """

    def __init__(self, union: Any) -> None:
        self._kinds = {kind.type: (kind, hook_for(kind)) for kind in get_args(union) if kind is not UnknownEvent}
        self._decoder = EventDecoder()
        self.events_received = 0
        self.context_id: str | None = None
        self.finished = False

    def feed(self, chunk: bytes, ready: deque[E]) -> None:
        """
        Add the events that *chunk* completes to *ready*; what is wrong is raised after those before it.

        What follows the last event is ignored.

        Raises:
            StreamEventError: The service sent an error.
            APIResponseError: An event cannot be understood.
        """
        if self.finished:
            return
        for name, data in self._decoder.feed(chunk):
            self._event(name, data, ready)
            if self.finished:
                return

    def finish(self, ready: deque[E]) -> None:
        """
        Learn that the body is over.

        Raises:
            StreamInterruptedError: The last event has not come.
        """
        if self.finished:
            return
        for name, data in self._decoder.finish():
            self._event(name, data, ready)
            if self.finished:
                return
        where = "in the middle of an event" if self._decoder.pending else "without its last event"
        msg = f"the stream ended {where}, after {self.events_received} events"
        raise StreamInterruptedError(msg)

    def describe(self, error: CartesiaError) -> None:
        """Write on *error* how far the stream had come."""
        if isinstance(error, (StreamError, APITimeoutError)):
            error.events_received = self.events_received
        if isinstance(error, StreamError):
            error.context_id = error.context_id or self.context_id

    def _event(self, name: str, data: bytes, ready: deque[E]) -> None:
        document = (_quickly_read(data) if len(data) > _LONG else None) or self._read(data)
        kind = document.get("type")
        if kind != "chunk":
            if not kind or not isinstance(kind, str):
                kind = _kind_of(document, name)
            if kind == "error":
                raise _error_in(document)
            if kind == "done" and document.get("data"):
                # The last of the audio.
                kind, document["done"] = "chunk", True
        known = self._kinds.get(kind)
        if known is None:
            event: Any = UnknownEvent(type=kind, raw=document)
        else:
            event_class, hook = known
            fields = document if event_class is AudioChunk else _fields_of(document, kind)
            try:
                event = hook(fields, event_class)
            except Exception as error:
                raise self._misfit(fields, event_class) from error
        ready.append(event)
        self.events_received += 1
        if (context_id := event.context_id) is not None:
            self.context_id = context_id
        if kind == "done" or document.get("done") is True:
            self.finished = True
            if kind != "done":
                ready.append(cast(E, Done(status_code=event.status_code, context_id=context_id)))

    def _read(self, data: bytes) -> dict[str, Any]:
        try:
            text = data.decode()
            # `loads` would look for white space on both sides, at half the cost of a short event.
            document, end = _raw_decode(text)
            if end != len(text):
                document = json.loads(text)
        except (ValueError, RecursionError) as error:
            if data == b"[DONE]":
                return {"type": "done"}
            try:
                document = json.loads(data)
            except (ValueError, RecursionError):
                raise self._not_understood("it is not JSON") from error
        if not isinstance(document, dict):
            raise self._not_understood("it is not a JSON object")
        return cast("dict[str, Any]", document)

    def _misfit(self, document: Mapping[str, Any], kind: Any) -> APIResponseError:
        try:
            structure(document, kind)
        except APIResponseError as error:
            return self._not_understood("; ".join(error.details), error.details)
        return self._not_understood(f"it is not an event of type {kind.type}")

    def _not_understood(self, why: str, details: tuple[str, ...] = ()) -> APIResponseError:
        msg = f"event {self.events_received + 1} of the stream cannot be understood: {why}"
        return APIResponseError(msg, details=details or (why,))


_TELLING = ("type", "done", "flush_done")
_raw_decode = json.JSONDecoder().raw_decode
_LONG = 2000
_KEY = b'"data":"'
_STANDIN = os.urandom(8).hex()  # so that no other value can be it


def _quickly_read(data: bytes) -> dict[str, Any] | None:
    """
    Read a long chunk without showing its audio to the JSON parser; ``None`` where the plain way must be gone.

    The base64 is cut out of the bytes, decoded, and put into the document in place of a stand-in. A quotation mark
    inside a JSON string is escaped, so the key that is found is a key; should it be another object's, the stand-in
    is missing.
    """
    start = data.find(_KEY, 0, _LONG) + len(_KEY)
    end = data.find(b'"', start)
    if start < len(_KEY) or end < 0:
        return None
    try:
        read: Any = json.loads(b"%b%b%b" % (data[:start], _STANDIN.encode(), data[end:]))
        if type(read) is not dict:
            return None
        document = cast("dict[str, Any]", read)
        # Only a chunk's data is known to be audio.
        if document.get("data") != _STANDIN or (document.get("type") or _kind_of(document, "")) != "chunk":
            return None
        document["data"] = binascii.a2b_base64(data[start:end], strict_mode=True)
    except (ValueError, RecursionError):
        return None
    return document


def _fields_of(document: Mapping[str, Any], kind: str) -> dict[str, Any]:
    # What tells the events apart is not a field of theirs, and times that are null or left out are none.
    fields = {key: value for key, value in document.items() if key not in _TELLING}
    if (times := _TIMES.get(kind)) is not None and fields.get(times) is None:
        fields[times] = {}
    return fields


_TIMES = {"timestamps": "word_timestamps", "phoneme_timestamps": "phoneme_timestamps"}


def _kind_of(document: Mapping[str, Any], name: str) -> str:
    # https://docs.cartesia.ai/api-reference/voice-changer/sse sends no `type`: what an event holds tells.
    if any(document.get(field) for field in ("error", "error_code", "title")):
        return "error"
    if document.get("data") is not None:
        return "chunk"
    for kind, times in _TIMES.items():
        if document.get(times) is not None:
            return kind
    return "done" if document.get("done") is True else name


def _error_in(document: Mapping[str, Any]) -> StreamEventError:
    problem = problem_in(document)
    status = document.get("status_code")
    context_id = document.get("context_id")
    return StreamEventError(
        problem.text(status if isinstance(status, int) else None),
        message=problem.message,
        status_code=status if isinstance(status, int) else None,
        title=problem.title,
        error_code=problem.error_code,
        doc_url=problem.doc_url,
        request_id=problem.request_id,
        context_id=context_id if isinstance(context_id, str) else None,
    )
