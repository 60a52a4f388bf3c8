"""From the bytes of a stream to its typed events."""

from __future__ import annotations

import binascii
import json
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

        Raises:
            StreamEventError: The service sent an error.
            APIResponseError: An event cannot be understood.
        """
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
        if not isinstance(kind, str):
            kind = _kind_of(document, name)
        if kind == "error":
            raise _error_in(document)
        known = self._kinds.get(kind)
        if known is None:
            ready.append(cast(E, UnknownEvent(type=kind, raw=document)))
        else:
            event_class, hook = known
            if event_class is not AudioChunk:
                document = _without_telling(document)
            try:
                ready.append(hook(document, event_class))
            except Exception as error:
                raise self._misfit(document, event_class) from error
        self.events_received += 1
        if (context_id := document.get("context_id")) is not None:
            self.context_id = context_id
        if kind == "done" or document.get("done") is True:
            self.finished = True
            if kind != "done":
                ready.append(cast(E, Done(status_code=document.get("status_code"), context_id=context_id)))

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
_KEY, _STANDIN = b'"data":"', "*"


def _quickly_read(data: bytes) -> dict[str, Any] | None:
    """
    Read a long chunk without showing its audio to the JSON parser; ``None`` where the plain way must be gone.

    The base64 is cut out of the bytes, decoded, and put into the document in place of a stand-in. A quotation mark inside a JSON
    string is escaped, so the key that is found is a key; should it be another object's, the stand-in is missing.
    """
    start = data.find(_KEY, 0, _LONG) + len(_KEY)
    end = data.find(b'"', start)
    if start < len(_KEY) or end < 0:
        return None
    try:
        document: Any = json.loads(b"%b*%b" % (data[:start], data[end:]))
        if type(document) is not dict or document.get("data") != _STANDIN:  # pyright: ignore[reportUnknownMemberType]
            return None
        document["data"] = binascii.a2b_base64(data[start:end], strict_mode=True)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", document)


def _without_telling(document: Mapping[str, Any]) -> dict[str, Any]:
    # What tells the events apart is not a field of theirs, and null times are none.
    return {
        key: {} if value is None and key in _TIMES else value for key, value in document.items() if key not in _TELLING
    }


_TIMES = ("word_timestamps", "phoneme_timestamps")


def _kind_of(document: Mapping[str, Any], name: str) -> str:
    # https://docs.cartesia.ai/api-reference/voice-changer/sse sends no `type`: what an event holds tells.
    if any(document.get(field) for field in ("error", "error_code", "title")):
        return "error"
    if "data" in document:
        return "chunk"
    for field, kind in (("word_timestamps", "timestamps"), ("phoneme_timestamps", "phoneme_timestamps")):
        if field in document:
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
