"""Apps on a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

WAIT = 5.0


class _Server(uvicorn.Server):
    """A server that leaves the signals of the test run alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.over = asyncio.Event()

    def install_signal_handlers(self) -> None:
        """Do nothing."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell so."""
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Serve until it is over: the server's own loop looks ten times a second whether it is."""
        await self.on_tick(0)  # what it sends with each answer
        await self.over.wait()


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """Serve an app with uvicorn, on the loop of the test, and give its base URL."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    # The sans-IO WebSockets: the others are built on what the library has deprecated.
    config = uvicorn.Config(app, log_config=None, ws="websockets-sansio", timeout_graceful_shutdown=2, lifespan="on")
    server = _Server(config)
    running = asyncio.create_task(server._serve([listener]))
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait((running, ready), timeout=WAIT, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    assert server.started, "the app did not start"
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.over.set()
    await asyncio.wait_for(running, WAIT)
    listener.close()
