"""
The emulator, in a process of its own, with a watch on it: ``python -m tests.benchmarks.latency.emulator [CORE]``.

Of each context it notes when the first text had come in, and when the first audio had gone out. Like the other server, it
writes its port to standard output, serves until its standard input ends, and tells its load at ``/load``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from cartesia_async.emulator import Emulator, gate
from cartesia_async.emulator.delivery import Event
from cartesia_async.emulator.exchange import Exchange
from cartesia_async.emulator.routes.table import Route, Table
from cartesia_async.emulator.websocket import serving
from cartesia_async.emulator.websocket.connection import Connection
from tests.benchmarks import machine

heard: dict[str, float] = {}
own: dict[str, float] = {}  # seconds from the first text of a context to its first audio


class WatchedConnection(Connection):
    """A connection on which times are taken."""

    def __init__(self, exchange: Exchange, socket: web.WebSocketResponse) -> None:
        super().__init__(exchange, socket)
        self._channel.send = self._watched(self._channel.send)  # type: ignore[method-assign]

    async def _take(self, text: str) -> None:
        now = time.monotonic()
        heard.setdefault(json.loads(text)["context_id"], now)
        await super()._take(text)

    def _watched(self, send: Callable[[Event], Awaitable[None]]) -> Callable[[Event], Awaitable[None]]:
        async def watched(event: Event) -> None:
            await send(event)
            context = event.get("context_id")
            if isinstance(context, str) and event["type"] == "chunk" and context not in own:
                own[context] = time.monotonic() - heard[context]

        return watched


async def _load(exchange: Exchange) -> web.StreamResponse:
    told = {"cpu": time.process_time(), "uploaded": 0, "own": dict(own)}
    heard.clear()
    own.clear()
    return exchange.answer(told)


async def serve() -> None:
    """Serve until standard input ends."""
    serving.Connection = WatchedConnection  # type: ignore[misc]
    gate.TABLE = Table((Route("GET", "/load", _load, open=True), *gate.TABLE.routes))
    # A machine that is held up for a second must not end a context in the middle of its text.
    async with Emulator(engine="tone", context_expiry=60) as emulator:
        print(urlsplit(emulator.base_url).port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        machine.pin(int(sys.argv[1]))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
