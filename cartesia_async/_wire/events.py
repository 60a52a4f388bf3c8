"""From the bytes of a stream to its typed events."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterable, Mapping
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
from .chunks import quick_chunk
from .codec import hook_for, structure
from .documents import read_exactly
from .sse import EventDecoder
from .status import problem_in

E = TypeVar("E")


@functools.cache
def _kinds_of(union: Any) -> Mapping[str, tuple[Any, Callable[[Any, Any], Any]]]:
    return {kind.type: (kind, hook_for(kind)) for kind in get_args(union) if kind is not UnknownEvent}


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
        self._kinds = _kinds_of(union)
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
        if not self.finished:
            self._take(self._decoder.feed(chunk), ready)

    def finish(self, ready: deque[E]) -> None:
        """
        Learn that the body is over.

        Raises:
            StreamInterruptedError: The last event has not come.
        """
        if self.finished:
            return
        self._take(self._decoder.finish(), ready)
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

    def _take(self, events: Iterable[tuple[str, bytes]], ready: deque[E]) -> None:
        for name, data in events:
            if (chunk := quick_chunk(data)) is not None:
                ready.append(chunk)  # type: ignore[arg-type]
                self.events_received += 1
                if chunk.context_id is not None:
                    self.context_id = chunk.context_id
                continue
            self._plain_event(name, data, ready)
            if self.finished:
                return

    def _plain_event(self, name: str, data: bytes, ready: deque[E]) -> None:
        document = self._read(data)
        kind = document.get("type")
        if not kind or not isinstance(kind, str):
            kind = _kind_of(document, name)
        if kind == "error":
            raise _error_in(document)
        if kind == "done" and document.get("data"):
            # The last of the audio.
            kind, document["done"] = "chunk", True
        is_last = kind == "done" or document.get("done") is True
        event = self._structured(document, kind)
        ready.append(event)
        self.events_received += 1
        if (context_id := event.context_id) is not None:
            self.context_id = context_id
        if is_last:
            self.finished = True
            if kind != "done":
                ready.append(cast(E, Done(status_code=event.status_code, context_id=context_id)))

    def _read(self, data: bytes) -> dict[str, Any]:
        try:
            document = read_exactly(data)
        except (ValueError, RecursionError) as error:
            if data == b"[DONE]":
                return {"type": "done"}
            raise self._not_understood("it is not JSON") from error
        if not isinstance(document, dict):
            raise self._not_understood("it is not a JSON object")
        return cast("dict[str, Any]", document)

    def _structured(self, document: dict[str, Any], kind: str) -> Any:
        known = self._kinds.get(kind)
        if known is None:
            return UnknownEvent(type=kind, raw=document)
        event_class, hook = known
        if event_class is not AudioChunk:
            _leave_fields(document, kind)
        try:
            return hook(document, event_class)
        except Exception as error:
            raise self._misfit(document, event_class) from error

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


def _leave_fields(document: dict[str, Any], kind: str) -> None:
    # What tells the events apart is not a field of theirs, and times that are null or left out are none.
    for key in _TELLING:
        document.pop(key, None)
    if (times := _TIMES.get(kind)) is not None and document.get(times) is None:
        document[times] = {}


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
