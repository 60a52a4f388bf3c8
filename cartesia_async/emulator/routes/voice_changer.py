"""A clip said again in another voice: `POST /voice-changer/bytes` and `POST /voice-changer/sse`."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from aiohttp import web

from ..audio.encoding import AudioFormat
from ..delivery import (
    Event,
    base64_of,
    json_line,
    send_audio,
    send_events,
    sse_unnamed,
)
from ..exchange import Exchange
from ..problems import invalid
from ..sounding import Sound, Sounds, heard, revoiced
from ..speech import ID, audio_format
from ..wav_sizes import with_sizes
from .table import Route

# Clients up to this version read the events as lines of JSON with a `type`, later ones as server-sent events without.
_LAST_WITH_JSON_LINES = "2024-11-13"


async def bytes_(exchange: Exchange) -> web.StreamResponse:
    """`POST /voice-changer/bytes`: the audio."""
    sounds, format = await _sounds(exchange)
    return await send_audio(exchange, sounds, format.content_type)


async def sse_(exchange: Exchange) -> web.StreamResponse:
    """`POST /voice-changer/sse`: the audio in events."""
    sounds, format = await _sounds(exchange)
    typed = exchange.version <= _LAST_WITH_JSON_LINES

    def of_type(name: str) -> Event:
        return {"type": name} if typed else {}

    def events_of(sound: Sound) -> Iterator[Event]:
        yield {
            **of_type("chunk"),
            "status_code": 206,
            "done": False,
            "data": base64_of(sound.data),
            "sample_rate": format.sample_rate,
            "step_time": sound.work,
        }

    return await send_events(
        exchange,
        sounds,
        events_of,
        {**of_type("done"), "status_code": 200, "done": True},
        frame=json_line if typed else sse_unnamed,
        content_type="application/x-ndjson" if typed else "text/event-stream",
    )


async def _sounds(exchange: Exchange) -> tuple[Generator[Sounds], AudioFormat]:
    async with exchange.clip_form() as (form, place):
        voice = form.fields.within("voice")
        if voice is None:
            raise invalid("`voice[id]` is required.")
        timbre = exchange.voice(voice.required("id", ID)).timbre
        format = audio_format(form.fields)
        clip = await place.read(heard)
    return with_sizes(revoiced(clip, timbre, format), format, exchange.shop.wav_sizes), format


ROUTES = (
    Route("POST", "/voice-changer/bytes", bytes_),
    Route("POST", "/voice-changer/sse", sse_),
)
