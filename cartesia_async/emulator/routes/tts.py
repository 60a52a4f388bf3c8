"""Speech: `POST /tts/bytes` and `POST /tts/sse`."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from aiohttp import web

from ..delivery import Event, base64_of, columns, send_audio, send_events, sse
from ..exchange import Exchange
from ..sounding import Sound, Sounds, spoken
from ..speech import SpeechOrder, speech_order
from ..state import new_id
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

    def events_of(sound: Sound) -> Iterator[Event]:
        head = {"status_code": 206, "done": False}
        if sound.data:
            data = {"data": base64_of(sound.data), "step_time": sound.work}
            yield {"type": "chunk", **head, **data, **context}
        if order.words and sound.words:
            times = columns(sound.words, "words")
            yield {"type": "timestamps", **head, "word_timestamps": times, **context}
        if order.phonemes and sound.phonemes:
            times = columns(sound.phonemes, "phonemes")
            yield {"type": "phoneme_timestamps", **head, "phoneme_timestamps": times, **context}

    return await send_events(
        exchange,
        _speech(exchange, order),
        events_of,
        {"type": "done", "status_code": 200, "done": True, **context},
        frame=sse,
        content_type="text/event-stream",
    )


def _speech(exchange: Exchange, order: SpeechOrder) -> Generator[Sounds]:
    return spoken(exchange.shop.engine, order.utterance, order.format)


ROUTES = (
    Route("POST", "/tts/bytes", bytes_),
    Route("POST", "/tts/sse", sse_),
)
