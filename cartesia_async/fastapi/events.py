"""Answering with events."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.background import BackgroundTask
from starlette.types import Scope, Send

from ..errors import CartesiaError
from ..streams.events import EventStream
from .documents import event_document, json_of, start_document
from .problems import problem_of
from .responses import SpeechResponse, piece

_COMMENT = b": keep-alive\n\n"


class EventResponse(SpeechResponse[Any]):  # generic it cannot be: FastAPI takes a generic result for a model
    """
    Events as an answer: server-sent events, each sent as it comes, of the names and in the shapes of the service.

    Before them comes ``start`` with the format of the audio. The last is ``done``, or ``error`` with ``status`` and
    ``detail`` where the stream broke off. When the listener leaves, the request to the service is ended at once. A
    request that fails before its first event raises, so that an exception handler can answer.

    A browser's ``EventSource`` asks again whenever an answer ends. It is then answered 204, by which it stops, and not by
    another speech.

    Args:
        stream: What `tts.sse` or `voice_changer.sse` of an `AsyncCartesia` gives, or `SpeechStream.events`.
        status_code: The status.
        headers: Headers that are added, or take the place of these: ``Cache-Control: no-store``,
            ``X-Accel-Buffering: no``, and the service's ``X-Request-ID`` and ``Cartesia-File-ID``.
        keep_alive: After so many seconds of silence a comment is sent, and after each further so many; ``None``: never.
        background: What to do afterwards, whether all was heard or not.

    Raises:
        TypeError: *stream* is no such stream.
        ValueError: *keep_alive* is not above 0.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        stream: EventStream[Any],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        keep_alive: float | None = 15.0,
        background: BackgroundTask | None = None,
    ) -> None:
        if not isinstance(stream, EventStream):
            msg = f"stream must be the EventStream of an AsyncCartesia, not {type(stream).__name__}"
            raise TypeError(msg)
        if keep_alive is not None and not keep_alive > 0:
            msg = f"keep_alive must be a number of seconds above 0, or None, not {keep_alive!r}"
            raise ValueError(msg)
        super().__init__(stream, status_code, headers, self.media_type, background)
        self._format = stream._format  # noqa: SLF001 - the listener knows no other way what it is sent
        self._keep_alive = keep_alive

    def _is_unwanted(self, scope: Scope) -> bool:
        again = any(name == b"last-event-id" for name, _ in scope["headers"])
        if again:
            self.status_code = 204
            del self.headers["Content-Type"]
        return again

    async def _send_all(self, first: object, others: AsyncIterator[object], send: Send) -> None:
        frames = _Frames(send)
        beating = None if self._keep_alive is None else asyncio.create_task(frames.beat(self._keep_alive))
        try:
            await frames.send(start_document(self._format, self.stream.request_id))
            await frames.send(event_document(first))
            async for event in others:
                await frames.send(event_document(event))
        except CartesiaError as error:
            await frames.send(problem_of(error).event)
        finally:
            if beating is not None:
                beating.cancel()
                await asyncio.wait([beating])


class _Frames:
    """Sends events, and comments while there are none."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._numbers = itertools.count(1)
        self._silent = False
        self._turn = asyncio.Lock()

    async def send(self, document: Mapping[str, Any]) -> None:
        """Send an event; its number is what an `EventSource` would ask again with."""
        name = str(document["type"]).translate(_ONE_LINE)
        frame = f"id: {next(self._numbers)}\nevent: {name}\ndata: {json_of(document)}\n\n"
        async with self._turn:
            await piece(self._send, frame.encode())
            self._silent = False

    async def beat(self, seconds: float) -> None:
        """Send a comment whenever nothing else was sent for *seconds*."""
        while True:
            self._silent = True
            await asyncio.sleep(seconds)
            async with self._turn:
                if self._silent:
                    await piece(self._send, _COMMENT)


_ONE_LINE = str.maketrans("\r\n", "  ")
