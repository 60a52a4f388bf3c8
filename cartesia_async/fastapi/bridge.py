"""A WebSocket on which a listener sends text and hears it spoken."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Unpack

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ..client import AsyncCartesia
from ..errors import CartesiaError
from ..models.events import AudioChunk
from ..models.speech import ContextOptions
from ..websocket.socket import SpeechSocket
from .documents import event_document, json_of, start_document
from .errors import is_refusal, tell
from .hearing import Hearing, Utterance
from .listening import while_wanted
from .problems import Problem, problem_of

_BUSY = frozenset({429, 503})
_FAILED, _TRY_LATER = 1011, 1013


async def bridge_speech(websocket: WebSocket, client: AsyncCartesia, **options: Unpack[ContextOptions]) -> None:
    """
    Speak what a listener sends over a WebSocket, until the listener leaves.

    The listener sends JSON: ``{"text": "..."}`` is a piece of a text, ``"end": true`` beside it or by itself ends the text,
    ``{"cancel": true}`` stops all that is being spoken or waits for it. Texts are spoken one after another, each from its
    first words on, while the rest is still coming.

    What comes back of a text is a JSON message ``start`` with the format of the audio; the audio, as binary messages;
    events as `EventResponse` sends them, such as ``timestamps``, if they were asked for; and at its end ``done``,
    ``cancelled`` or ``error``, which has ``status`` and ``detail``, and after which the next text is welcome.

    One connection to the service serves the WebSocket for its life. When the listener leaves, it is closed at once. Where
    it cannot be made, an ``error`` is sent and the WebSocket closed, with code 1011, or 1013 for another try later.

    Args:
        websocket: The WebSocket; it is accepted, unless it was.
        client: The client.
        options: How to speak: the arguments of `tts.stream`.
    """
    if websocket.application_state is WebSocketState.CONNECTING:
        await websocket.accept()
    hearing = Hearing(websocket)
    try:
        await while_wanted(_Bridge(websocket, hearing, options).serve(client), hearing.until_left())
        if hearing.unfit is not None:
            await websocket.close(hearing.unfit.code, str(hearing.unfit))
    except WebSocketDisconnect:
        # The listener left while something was on its way.
        return


class _Bridge:
    """Speaks one text after another."""

    def __init__(self, websocket: WebSocket, hearing: Hearing, options: ContextOptions) -> None:
        self._websocket, self._hearing, self._options = websocket, hearing, options

    async def serve(self, client: AsyncCartesia) -> None:
        """Speak whatever comes."""
        try:
            async with client.tts.websocket() as upstream:
                await self._speak_all(upstream)
        except CartesiaError as error:
            busy = (await self._tell(error)).status in _BUSY
            await self._websocket.close(_TRY_LATER if busy else _FAILED)

    async def _speak_all(self, upstream: SpeechSocket) -> None:
        while True:
            utterance = await self._hearing.next()
            speaking = asyncio.create_task(self._speak(upstream, utterance))
            if await self._hearing.carry_out(utterance, speaking):
                await self._send({"type": "cancelled"})

    async def _speak(self, upstream: SpeechSocket, utterance: Utterance) -> None:
        try:
            stream = upstream.stream(utterance.pieces(), **self._options).events()
            async with stream:
                await self._send(start_document(stream._format, stream.request_id))  # noqa: SLF001 - as in `events`
                async for event in stream:
                    if isinstance(event, AudioChunk):
                        await self._websocket.send_bytes(event.data)
                    else:
                        await self._send(event_document(event))
        except CartesiaError as error:
            await self._tell(error)
        except ValueError as error:
            if not is_refusal(error):
                raise
            await self._tell(error)

    async def _tell(self, error: Exception) -> Problem:
        problem = problem_of(error)
        tell(self._websocket, error, problem)
        await self._send(problem.event)
        return problem

    async def _send(self, document: Mapping[str, Any]) -> None:
        await self._websocket.send_text(json_of(document))
