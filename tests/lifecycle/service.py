"""A small service for the tests of lives and deaths, and what they ask of it."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import weakref
from collections.abc import Callable
from typing import Any

from tests.servers import Peer, RawServer, answer, chunk, json_answer, streaming

SPEECH: dict[str, Any] = {
    "model_id": "sonic-2",
    "transcript": "Hello",
    "voice": "v1",
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16000},
}
INFO = json_answer({"ok": True, "version": "1"})
VOICE = {
    "id": "v2",
    "user_id": "u",
    "is_public": False,
    "name": "Ann",
    "description": "mine",
    "created_at": "2026-01-01T00:00:00Z",
    "language": "en",
}


def event(**document: object) -> bytes:
    """Write a server-sent event."""
    return b"data: " + json.dumps(document).encode() + b"\n\n"


AUDIO_EVENT = event(type="chunk", data=base64.b64encode(b"abcd").decode(), done=False, status_code=206, step_time=1)
DONE_EVENT = event(type="done", done=True, status_code=200)


_held = weakref.WeakKeyDictionary[RawServer, asyncio.Event]()


def _let_go(peer: Peer) -> asyncio.Event:
    return _held.setdefault(peer.server, asyncio.Event())


async def service(peer: Peer) -> None:
    """
    Answer as the service does.

    A transcript of ``"wait"`` is never answered; with ``"hold"``, one event is sent and the stream stays open until
    somebody asks for ``/let-go``.
    """
    while True:
        request = await peer.request()
        if b'"wait"' in request.body:
            await peer.until_closed()
            return
        if request.target == "/tts/bytes":
            await peer.send(streaming() + chunk(b"audio") + chunk(b""))
        elif request.target == "/tts/sse":
            await peer.send(streaming(content_type="text/event-stream") + chunk(AUDIO_EVENT))
            if b'"hold"' in request.body:
                let_go = asyncio.ensure_future(_let_go(peer).wait())
                closed = asyncio.ensure_future(peer.until_closed())
                await asyncio.wait([let_go, closed], return_when=asyncio.FIRST_COMPLETED)
                let_go.cancel()
                if closed.done():
                    return
                closed.cancel()
                await asyncio.wait([closed])
            await peer.send(chunk(AUDIO_EVENT) + chunk(DONE_EVENT) + chunk(b""))
        elif request.target == "/let-go":
            _let_go(peer).set()
            await peer.send(INFO)
        elif request.target.startswith("/voices/clone"):
            await peer.send(json_answer(VOICE))
        elif request.target.startswith("/voices/missing"):
            await peer.send(
                answer(404, b'{"title": "Not found", "message": "no voice", "error_code": "voice_not_found"}')
            )
        elif request.target.startswith("/voices"):
            await peer.send(json_answer({"data": [VOICE], "has_more": False}))
        else:
            await peer.send(INFO)


def eventually(true: Callable[[], object], seconds: float = 5.0) -> bool:
    """Wait until something has become *true*, as it does on another thread."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True
