"""What the benchmark's server answers: bytes, made once, so that serving costs little."""

from __future__ import annotations

import base64
import json
import random
import re
import struct
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from itertools import cycle, islice
from typing import NamedTuple

EVERY = 16  # chunks between two events with times of words
BLOCK, AUDIO_BLOCK = 64, 16  # chunks that are written at a time: of events, and of audio
CONTEXT = "bench"
STAMP = b"1.234567"  # the place of `step_time`
ASKED = re.compile(rb"Speak (\d+) chunks of (\d+) bytes(?: in real time, (\d+) at once)?\.")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nTransfer-Encoding: chunked\r\n\r\n"
LAST = b"0\r\n\r\n"


class Asked(NamedTuple):
    """
    What a transcript asks for.

    Attributes:
        chunks: How many chunks.
        size: Bytes of audio in each.
        at_once: 0: they come as fast as they are read. Else they come in real time, once so many streams are open.
    """

    chunks: int
    size: int
    at_once: int = 0

    @property
    def transcript(self) -> str:
        """The transcript that asks for it; any client can send one."""
        pace = f" in real time, {self.at_once} at once" if self.at_once else ""
        return f"Speak {self.chunks} chunks of {self.size} bytes{pace}."

    @property
    def events(self) -> int:
        """How many events come: the chunks, times of words now and then, and `done`."""
        return self.chunks + self.chunks // EVERY + 1

    @property
    def megabytes(self) -> int:
        """How much audio comes, in MB."""
        return round(self.chunks * self.size / 1e6)


def asked(body: bytes | bytearray) -> Asked | None:
    """Find out what the transcript in the *body* asks for."""
    found = ASKED.search(body)
    return Asked(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def whole(body: bytes, content_type: bytes = b"application/json") -> bytes:
    """Write an answer of known length."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (content_type, len(body), body)


def http_chunk(data: bytes) -> bytes:
    """Frame a part of an answer whose length is not known."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def sse_frame(event: bytes) -> bytes:
    """Frame an event as a server-sent one, in an HTTP chunk of its own."""
    return http_chunk(b"data: %b\n\n" % event)


def ws_frame(event: bytes) -> bytes:
    """Frame an event as a WebSocket's text message."""
    size = len(event)
    if size < 126:
        return struct.pack("!BB", 0x81, size) + event
    if size < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, size) + event
    return struct.pack("!BBQ", 0x81, 127, size) + event


def chunk(size: int, seed: int, context: str) -> bytes:
    """Write a chunk of audio, as the service does."""
    audio = base64.b64encode(random.Random(seed).randbytes(size))
    head = b'{"type":"chunk","data":"%b","done":false,"status_code":206,' % audio
    return head + b'"step_time":%b,"context_id":"%b"}' % (STAMP, context.encode())


def times(context: str) -> bytes:
    """Write the times of some words."""
    words = "the quick brown fox jumps".split()
    start = [round(0.21 * number, 3) for number in range(len(words))]
    spoken = {"words": words, "start": start, "end": [round(begin + 0.2, 3) for begin in start]}
    event = {"type": "timestamps", "done": False, "status_code": 206, "context_id": context, "word_timestamps": spoken}
    return json.dumps(event, separators=(",", ":")).encode()


def done(context: str) -> bytes:
    """Write the end."""
    return b'{"type":"done","done":true,"status_code":200,"context_id":"%b"}' % context.encode()


@cache
def _block(size: int, context: str, frame: Callable[[bytes], bytes]) -> tuple[bytes, ...]:
    frames = [frame(chunk(size, seed, context)) for seed in range(BLOCK)]
    for place in range(EVERY - 1, BLOCK, EVERY):
        frames[place] += frame(times(context))
    return tuple(frames)


@cache
def _joined(size: int) -> bytes:
    return b"".join(_block(size, CONTEXT, sse_frame))


def events(wanted: Asked) -> Iterator[bytes]:
    """Yield an answer of server-sent events, many at a time."""
    blocks, rest = divmod(wanted.chunks, BLOCK)
    for _ in range(blocks):
        yield _joined(wanted.size)
    yield b"".join(_block(wanted.size, CONTEXT, sse_frame)[:rest]) + sse_frame(done(CONTEXT)) + LAST


def messages(wanted: Asked, context: str) -> Iterator[bytes]:
    """Yield an answer of a WebSocket's messages, one or two at a time."""
    block = _block(wanted.size, context, ws_frame)
    yield from islice(cycle(block), wanted.chunks)
    yield ws_frame(done(context))


def in_turn(contexts: deque[Iterator[bytes]]) -> Iterator[bytes]:
    """Yield what belongs to each of the *contexts* in turn, and many messages at a time where there is but one."""
    while contexts:
        share = 1 if len(contexts) > 1 else BLOCK
        parts: list[bytes] = []
        for _ in range(len(contexts)):
            context = contexts.popleft()
            given = list(islice(context, share))
            parts += given
            if len(given) == share:
                contexts.append(context)
        yield b"".join(parts)


@cache
def _audio(size: int) -> bytes:
    return http_chunk(random.Random(size).randbytes(size))


def audio(wanted: Asked) -> Iterator[bytes]:
    """Yield an answer of bytes, many at a time."""
    blocks, rest = divmod(wanted.chunks, AUDIO_BLOCK)
    block = _audio(wanted.size) * AUDIO_BLOCK
    for _ in range(blocks):
        yield block
    yield _audio(wanted.size) * rest + LAST


@cache
def voices(number: int) -> bytes:
    """Write a page of voices with embeddings."""
    draw = random.Random(number)
    page = [
        {
            "id": f"{draw.getrandbits(32):08x}-0000-4000-8000-{place:012x}",
            "is_owner": place % 7 == 0,
            "is_public": True,
            "name": f"Voice {place}",
            "description": f"A calm, steady voice for narration, number {place} of the catalogue.",
            "created_at": "2025-04-16T08:30:00.123456Z",
            "language": "en",
            "gender": "feminine" if place % 2 else "masculine",
            "country": "US",
            "embedding": [round(draw.uniform(-1, 1), 8) for _ in range(192)],
        }
        for place in range(number)
    ]
    return whole(json.dumps({"data": page, "has_more": False}, separators=(",", ":")).encode())


STATUS = whole(b'{"ok":true,"version":"2026-08-14"}')
CHANGED = whole(bytes(1024), b"audio/wav")
