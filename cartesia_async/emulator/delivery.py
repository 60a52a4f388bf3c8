"""Sending audio while it is made: as the bytes of a container, or as events."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Mapping
from contextlib import aclosing

from aiohttp import web

from .engines.protocol import Timed
from .exchange import Exchange
from .faults.playing import Frame
from .pacing import Pace
from .problems import error_event
from .sounding import Sound, Sounds

Event = Mapping[str, object]
EventsOf = Callable[[Sound], Iterable[Event]]


def sse(name: str, text: str) -> bytes:
    """Frame an event as the speech calls do: named, and its JSON in ASCII."""
    return f"event: {name}\ndata: {text}\n\n".encode()


def sse_unnamed(_name: str, text: str) -> bytes:
    """Frame an event as the voice changer does: a data line only."""
    return f"data: {text}\n\n".encode()


def json_line(_name: str, text: str) -> bytes:
    """Frame an event as a line of JSON."""
    return f"{text}\n".encode()


async def send_audio(
    exchange: Exchange, sounds: Generator[Sounds], content_type: str, headers: Mapping[str, str] | None = None
) -> web.StreamResponse:
    """
    Answer with audio as it is made.

    A problem met before the first byte is raised, and becomes an ordinary error answer.
    """
    async with aclosing(_paced(exchange, sounds)) as paced:
        first = await anext(paced, None)
        stream = await exchange.begin(content_type, headers)
        if first is not None:
            await stream.write(first.data)
        async for sound in paced:
            if sound.data:
                await stream.write(sound.data)
    await stream.write_eof()
    return stream


async def send_events(
    exchange: Exchange,
    sounds: Generator[Sounds],
    events_of: EventsOf,
    end: Event,
    *,
    frame: Frame,
    content_type: str,
) -> web.StreamResponse:
    """
    Answer with events as the audio is made.

    A problem met before the first event is raised, and becomes an ordinary error answer; one met later is told by an
    error event.
    """
    async with aclosing(_paced(exchange, sounds)) as paced:
        sound = await anext(paced, None)
        stream = await exchange.begin(content_type, {"Cache-Control": "no-cache"}, frame=frame)
        while sound is not None:
            for event in events_of(sound):
                await stream.write(_framed(frame, event))
            try:
                sound = await anext(paced, None)
            except Exception as error:  # noqa: BLE001 (recorded, and told to the client)
                end = error_event(exchange.problem_of(error), exchange.version, exchange.request_id)
                break
    await stream.write_eof(_framed(frame, end))
    return stream


def base64_of(data: bytes) -> str:
    """Write bytes as base64 text."""
    return base64.b64encode(data).decode("ascii")


def columns(times: Iterable[Timed], names: str) -> dict[str, list[str] | list[float]]:
    """Lay out times as the service does: parallel lists, the texts under `names`."""
    rows = tuple(times)
    return {
        names: [row.text for row in rows],
        "start": [round(row.start, 6) for row in rows],
        "end": [round(row.end, 6) for row in rows],
    }


async def _paced(exchange: Exchange, sounds: Generator[Sounds]) -> AsyncGenerator[Sound]:
    pace = Pace(exchange.shop.realtime)
    async with aclosing(exchange.shop.workers.each(sounds)) as walk:
        async for batch in walk:
            for sound in batch:
                await pace.wait(sound.seconds)
                yield sound


def _framed(frame: Frame, event: Event) -> bytes:
    return frame(str(event.get("type", "")), json.dumps(event, separators=(",", ":"), allow_nan=False))
