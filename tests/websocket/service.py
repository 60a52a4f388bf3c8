"""A WebSocket service that does what a test says, and tells what it heard."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

WAIT = 20.0
FORMAT = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8000}
SPEECH: dict[str, Any] = {"model_id": "sonic-3", "voice": "voice-1", "output_format": FORMAT}


class Peer:
    """The service's end of one connection."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.request = request
        self.headers = dict(request.headers)
        self.heard = asyncio.Queue[dict[str, Any] | None]()
        self.gone = asyncio.Event()
        self.pings = 0

    async def next(self) -> dict[str, Any]:
        """Wait for the next message of the client."""
        message = await asyncio.wait_for(self.heard.get(), WAIT)
        assert message is not None, "the client has gone"
        return message

    async def closed(self) -> list[dict[str, Any]]:
        """Wait until the client has gone; give what it said before."""
        await asyncio.wait_for(self.gone.wait(), WAIT)
        left = []
        while not self.heard.empty():
            if (message := self.heard.get_nowait()) is not None:
                left.append(message)
        return left

    async def event(self, context: str | None, kind: str, **fields: Any) -> None:
        """Send an event."""
        document = {"type": kind, "done": False, "status_code": 206, **fields}
        if context is not None:
            document["context_id"] = context
        await self.socket.send_str(json.dumps(document))

    async def audio(self, context: str, data: bytes = b"abcd", **fields: Any) -> None:
        """Send audio."""
        await self.event(context, "chunk", data=base64.b64encode(data).decode(), step_time=1.0, **fields)

    async def done(self, context: str) -> None:
        """End a context."""
        await self.event(context, "done", done=True)

    async def words(self, context: str, *words: str, start: float = 0.0) -> None:
        """Send the times of words, each half a second long."""
        times = [start + 0.5 * at for at in range(len(words))]
        table = {"words": list(words), "start": times, "end": [time + 0.5 for time in times]}
        await self.event(context, "timestamps", word_timestamps=table)

    async def answer(self) -> None:
        """Speak each input as its own bytes, until the client goes."""
        while (message := await self.heard.get()) is not None:
            if message.get("cancel"):
                continue
            if message["transcript"]:
                await self.audio(message["context_id"], message["transcript"].encode())
            if not message["continue"]:
                await self.done(message["context_id"])

    def cut(self) -> None:
        """Cut the connection without a word."""
        if (transport := self.request.transport) is not None:
            transport.abort()

    async def refuse(self, status: int, text: str, context: str | None = None) -> None:
        """Send an error of the older kind."""
        await self.event(context, "error", done=True, status_code=status, error=text)


class Service:
    """A service whose connections a test takes over one by one."""

    def __init__(self) -> None:
        self.url = ""
        self.arrived = asyncio.Queue[Peer]()
        self.peers: list[Peer] = []
        self.handshakes: list[web.Request] = []
        self.refusals: list[web.Response] = []
        self.autoping = True
        self.answering = False
        self.silent = False
        self.deaf = False

    async def connection(self) -> Peer:
        """Wait for the next connection."""
        return await asyncio.wait_for(self.arrived.get(), WAIT)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one handshake."""
        self.handshakes.append(request)
        if self.silent:
            await asyncio.sleep(3600)
        if self.refusals:
            return self.refusals.pop(0)
        socket = web.WebSocketResponse(autoping=self.autoping, max_msg_size=1 << 26)
        socket.headers["X-Request-ID"] = f"handshake-{len(self.handshakes)}"
        await socket.prepare(request)
        peer = Peer(socket, request)
        self.peers.append(peer)
        self.arrived.put_nowait(peer)
        if self.deaf:
            # Nothing is read any more: soon, nothing can be sent.
            await peer.gone.wait()
            return socket
        answering = asyncio.create_task(peer.answer()) if self.answering else None
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    peer.heard.put_nowait(json.loads(message.data))
                elif message.type is aiohttp.WSMsgType.PING:
                    peer.pings += 1
        finally:
            peer.heard.put_nowait(None)
            peer.gone.set()
            if answering is not None:
                answering.cancel()
                await asyncio.wait([answering])
        return socket


def refusal(status: int, title: str = "Refused", **fields: Any) -> web.Response:
    """Make the answer to a handshake that is refused."""
    return web.json_response({"title": title, "message": "no", "error_code": None, **fields}, status=status)


@asynccontextmanager
async def running() -> AsyncIterator[Service]:
    """Run a service."""
    service = Service()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.handle)
    server = TestServer(app)
    await server.start_server()
    service.url = f"http://127.0.0.1:{server.port}"
    try:
        yield service
    finally:
        for peer in service.peers:
            peer.cut()
            peer.gone.set()
        await server.close()
