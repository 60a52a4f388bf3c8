"""`GET /tts/websocket`: from the handshake to the end of the connection."""

from __future__ import annotations

import asyncio
import struct

from aiohttp import WSCloseCode, WSMsgType, web

from ..exchange import Exchange
from ..problems import Problem
from .connection import Connection
from .limits import MOST_MESSAGE

_PATIENCE = 1.0
# What is too big is yet read, up to this: the client would not hear of a connection that is closed while it sends.
_MOST_READ = 4 * MOST_MESSAGE


async def websocket(exchange: Exchange) -> web.StreamResponse:
    """`GET /tts/websocket`: speech of many contexts, sent as it is spoken, on one connection."""
    socket = web.WebSocketResponse(timeout=_PATIENCE, autoping=False, compress=False, max_msg_size=_MOST_READ)
    if not socket.can_prepare(exchange.request):
        raise Problem(
            status=426,
            title="Upgrade required",
            message="This path takes WebSocket connections.",
            headers={"Upgrade": "websocket"},
        )
    with exchange.shop.concurrency.connection():
        socket.headers.update({} if exchange.fault is None else exchange.fault.headers)
        socket.headers["x-request-id"] = exchange.request_id
        await socket.prepare(exchange.request)
        exchange.stream = socket
        exchange.answered(socket.status)
        try:
            await Connection(exchange, socket).run()
        except asyncio.CancelledError:
            await _go_away(exchange.request, socket)
            raise
    return socket


async def _go_away(request: web.BaseRequest, socket: web.WebSocketResponse) -> None:
    """Say good-bye, and close without waiting for an answer: the emulator stops. Nothing is done where the client has gone."""
    transport = request.transport
    if transport is not None and not transport.is_closing() and not socket.closed:
        await socket.send_frame(struct.pack("!H", WSCloseCode.GOING_AWAY), WSMsgType.CLOSE)
        transport.close()
