"""A recorded answer as a stream: in the pieces in which it came, or, where a fault counts events, in events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator
from pathlib import Path

from aiohttp import hdrs, web
from multidict import CIMultiDict

from ..delivery import json_line, sse, sse_unnamed
from ..exchange import Exchange
from ..faults.playing import FaultyStream, Frame
from .recording import Answer, RecordingError, to_bytes

# When it came, in milliseconds, and the piece itself.
Timed = tuple[float, bytes]

_EVENTS = {"text/event-stream": b"\n\n", "application/x-ndjson": b"\n"}


def recorded_pieces(answer: Answer, folder: Path) -> Generator[Timed]:
    """
    Give the pieces of an answer; blocks while it reads them.

    Raises:
        RecordingError: The file has become shorter.
    """
    if answer.file is None:
        yield from ((time, to_bytes(text)) for time, text in answer.pieces)
        return
    with (folder / answer.file).open("rb") as file:
        for time, size in answer.pieces:
            piece = file.read(size)
            if len(piece) != size:
                raise RecordingError(f"{answer.file} has become shorter while it was read")
            yield time, piece


def open_stream(exchange: Exchange, answer: Answer) -> tuple[web.StreamResponse, bytes | None]:
    """
    Make the stream for an answer, and say what ends each event where it must be written event by event.

    Args:
        exchange: The exchange, which may have met a fault.
        answer: What was recorded; it has a status.
    """
    headers = CIMultiDict[str]()
    for header in answer.headers:
        name, _, value = header.partition(": ")
        headers.add(name, value)
    length = _length(exchange, answer, headers.pop(hdrs.CONTENT_LENGTH, None))
    fault, status = exchange.fault, answer.status or 200
    headers.update({} if fault is None else fault.headers)
    if fault is None or not fault.plays:
        stream = web.StreamResponse(status=status, headers=headers)
        stream.content_length = length
        return stream, None
    content_type = headers.get(hdrs.CONTENT_TYPE, "").partition(";")[0].strip().lower()
    end = _EVENTS.get(content_type)
    frame = None if end is None else _frame(content_type, answer)
    return FaultyStream(exchange.request, fault, status=status, headers=headers, length=length, frame=frame), end


async def by_event(pieces: AsyncIterator[Timed], end: bytes) -> AsyncGenerator[Timed]:
    """Give events in place of pieces, each at the time of the piece that completes it; what is no event comes last."""
    held = b""
    time = 0.0
    async for time, piece in pieces:
        held += piece
        *events, held = held.split(end)
        for event in events:
            yield time, event + end
    if held:
        yield time, held


def _frame(content_type: str, answer: Answer) -> Frame:
    if content_type != "text/event-stream":
        return json_line
    named = any(isinstance(text, str) and text.startswith("event:") for _, text in answer.pieces[:1])
    return sse if named or answer.file is not None else sse_unnamed


def _length(exchange: Exchange, answer: Answer, told: str | None) -> int | None:
    if told is None:
        return None
    # A body that was whole, and edited by hand since, is whole.
    return answer.size if answer.ended == "whole" and exchange.request.method != hdrs.METH_HEAD else int(told)
