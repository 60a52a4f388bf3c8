"""Speech: `POST /tts/bytes`, `POST /tts/sse` and `GET /tts/websocket`."""

from __future__ import annotations

from collections.abc import Generator

from aiohttp import web

from ..delivery import send_audio, send_events, sse
from ..exchange import Exchange
from ..sounding import Sounds, spoken
from ..speech import SpeechOrder, speech_order
from ..speech_events import speech_events
from ..state import new_id
from ..wav_sizes import with_sizes
from ..websocket.serving import websocket
from .table import Route


async def bytes_(exchange: Exchange) -> web.StreamResponse:
    """`POST /tts/bytes`: the audio, sent as it is spoken."""
    order = speech_order(await exchange.json(), exchange)
    headers = {"Cartesia-File-ID": new_id()} if order.save else {}
    return await send_audio(exchange, _speech(exchange, order), order.format.content_type, headers)


async def sse_(exchange: Exchange) -> web.StreamResponse:
    """`POST /tts/sse`: events with audio and times, sent as it is spoken."""
    order = speech_order(await exchange.json(), exchange, containers=("raw",))
    context = {} if order.context_id is None else {"context_id": order.context_id}
    return await send_events(
        exchange,
        _speech(exchange, order),
        lambda sound: speech_events(sound, order, context),
        {"type": "done", "status_code": 200, "done": True, **context},
        frame=sse,
        content_type="text/event-stream",
    )


def _speech(exchange: Exchange, order: SpeechOrder) -> Generator[Sounds]:
    speech = spoken(exchange.shop.engine, order.utterance, order.format)
    return with_sizes(speech, order.format, exchange.shop.wav_sizes)


ROUTES = (
    Route("POST", "/tts/bytes", bytes_),
    Route("POST", "/tts/sse", sse_),
    Route("GET", "/tts/websocket", websocket, socket=True),
)
