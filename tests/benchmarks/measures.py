"""What is measured, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from tests.benchmarks.answers import Asked
from tests.benchmarks.pace import PER_SECOND

ASYNC = ("bare", "bare-speed", "official", "ours", "ours-speed", "ours-uvloop")
BLOCKING = ("official-blocking", "ours-blocking", "ours-blocking-speed")
SERVER = "tests.benchmarks.server"
CLIP = "clip"  # stands for the path of the file to upload


@attrs.frozen(kw_only=True)
class Measure:
    """
    A measure.

    Attributes:
        name: What it is called in the command.
        title: What it is called in the table.
        kind: ``"calls"`` of one method, streams in ``"realtime"``, the ``"start"`` of a program, or texts in ``"tokens"``.
        unit: Of what one is counted.
        method: The contestants' method.
        argument: What it is called with, if anything.
        warm_up: The method that is called before, and what with.
        times: How many calls.
        at_once: How many of them at a time.
        items: How many items each call must give.
        size: How many bytes, or numbers, each call must give.
        units: How many units are in a call.
        contestants: Who takes part.
        uploads: Bytes of the file that is uploaded.
        window: How many seconds streams in real time are watched.
        server: The module that is run as the server.
    """

    name: str
    title: str
    kind: Literal["calls", "realtime", "start", "tokens"] = "calls"
    unit: str = "call"
    method: str = "status"
    argument: str = ""
    warm_up: tuple[str, str] = ("status", "")
    times: int = 1
    at_once: int = 1
    items: int = 1
    size: int = 0
    units: float = 1
    contestants: tuple[str, ...] = ASYNC
    uploads: int = 0
    window: float = 0
    server: str = SERVER


@attrs.frozen(kw_only=True)
class Amounts:
    """How much of each: so much that it takes every contestant a second or two at most."""

    calls: int = 1000
    openings: int = 300
    long_events: int = 10_000
    short_events: int = 40_000
    socket_events: int = 20_000
    streamed: int = 25_000  # chunks of 16 KiB
    read: int = 12_500  # the same
    clip: int = 200_000_000
    voices: int = 10_000
    streams: int = 200
    window: float = 2
    texts: int = 30


TINY = Amounts(
    calls=100,
    openings=3,
    long_events=70,
    short_events=90,
    socket_events=70,
    streamed=70,
    read=70,
    clip=300_000,
    voices=3,
    streams=4,
    window=0.1,
    texts=3,
)


def _events(name: str, title: str, wanted: Asked, method: str = "events") -> Measure:
    return Measure(
        name=name,
        title=title,
        unit="event",
        method=method,
        argument=wanted.transcript,
        warm_up=(method, Asked(64, wanted.size).transcript),
        items=wanted.events,
        size=wanted.chunks * wanted.size,
        units=wanted.events,
        contestants=ASYNC + BLOCKING,
    )


def _bytes(name: str, title: str, wanted: Asked) -> Measure:
    size = wanted.chunks * wanted.size
    return Measure(
        name=name,
        title=title,
        unit="MB",
        method=name,
        argument=wanted.transcript,
        warm_up=(name, Asked(64, wanted.size).transcript),
        size=size,
        units=size / 1e6,
    )


def _upload(name: str, title: str, method: str, size: int) -> Measure:
    return Measure(
        name=name, title=title, unit="MB", method=method, argument=CLIP, size=1024, units=size / 1e6, uploads=size
    )


def measures(amounts: Amounts) -> Mapping[str, Measure]:
    """List the measures, by name."""
    calls, voices, streams, clip = amounts.calls, amounts.voices, amounts.streams, amounts.clip
    streamed, read, opening = Asked(amounts.streamed, 16_384), Asked(amounts.read, 16_384), Asked(5, 4096)
    lasting = Asked(round(PER_SECOND * (amounts.window + 1)), 640, streams)
    listed = (
        Measure(name="call", title="small call, warm", times=calls, contestants=ASYNC + BLOCKING),
        Measure(name="calls", title="small calls, 50 at once", times=calls, at_once=50),
        _events("sse", "server-sent events with 4 KiB of audio", Asked(amounts.long_events, 4096)),
        _events("sse-small", "server-sent events with 320 B of audio", Asked(amounts.short_events, 320)),
        _events("websocket", "WebSocket events with 4 KiB of audio", Asked(amounts.socket_events, 4096), "speak"),
        attrs.evolve(
            _events("opening", "call for five events", opening),
            unit="call",
            times=amounts.openings,
            units=1,
            contestants=ASYNC,
        ),
        attrs.evolve(_bytes("stream", f"{streamed.megabytes} MB streamed", streamed), contestants=ASYNC + BLOCKING),
        _bytes("read", f"{read.megabytes} MB read whole", read),
        _upload("upload-file", f"upload of {clip // 10**6} MB, an open file", "upload_file", clip),
        _upload("upload", f"upload of {clip // 10**6} MB, a path", "upload", clip),
        Measure(
            name="voices",
            title=f"{voices:,} voices with embeddings",
            method="voices",
            argument=str(voices),
            warm_up=("voices", "100"),
            items=voices,
            size=192 * voices,
        ),
        Measure(
            name="realtime",
            title=f"{streams} streams in real time",
            kind="realtime",
            unit="event",
            method="events",
            argument=lasting.transcript,
            warm_up=("events", Asked(64, lasting.size).transcript),
            at_once=streams,
            items=lasting.events,
            size=lasting.chunks * lasting.size,
            window=amounts.window,
        ),
        Measure(
            name="start",
            title="program of one call",
            kind="start",
            unit="program",
            contestants=("bare", "official", "ours", "ours-speed"),
        ),
    )
    return {measure.name: measure for measure in listed}
