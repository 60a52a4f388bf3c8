"""Events on their way out, as a fault has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from aiohttp import WSMsgType, web

from ..delivery import Event
from ..exchange import Exchange
from ..faults.endings import cut, flush, silence
from ..faults.fault import Fault
from .channel import Channel, text_of

# What stands for the context that is spoken in, in the event of a fault.
ANY_CONTEXT = "*"
_FINAL = 0x80
_SHORT, _MEDIUM, _LONG = 126, 127, 2**16

# Ends a context without another word; `None` stands for all of them.
End = Callable[[str | None], None]


def channel_for(exchange: Exchange, socket: web.WebSocketResponse, end: End) -> Channel:
    """Give the channel of a connection: one that does what its fault says, if it met one."""
    fault = exchange.fault
    return Channel(socket) if fault is None or not fault.plays else FaultyChannel(socket, exchange.request, fault, end)


class FaultyChannel(Channel):
    """
    Sends events of all contexts, and counts them, until something goes wrong.

    A silence begins with the next event in hand; it is sent after it, be its context cancelled or not. While half of an
    event is out, pings are not answered.

    Args:
        socket: The WebSocket.
        request: The request that opened it.
        fault: What goes wrong.
        end: Ends contexts.
    """

    def __init__(self, socket: web.WebSocketResponse, request: web.BaseRequest, fault: Fault, end: End) -> None:
        super().__init__(socket)
        self._request = request
        self._fault = fault
        self._end = end
        self._sent = 0
        self._inserted = False
        self._turn = asyncio.Lock()

    async def send(self, event: Event) -> None:
        """Send an event, or what comes in its place."""
        fault, id = self._fault, event.get("context_id")
        if self._sent == 0 and not await self._insert(id):
            return
        if not fault.half:
            await self._interrupt()
        async with self._turn:
            frame = frame_of(text_of(event))
            if fault.half and (fault.stalls(self._sent) or fault.drops(self._sent)):
                await self._write(frame[: len(frame) // 2])
                await self._interrupt()
                frame = frame[len(frame) // 2 :]
            await self._write(frame)
        self._sent += 1
        await self._insert(id)
        if fault.drops(self._sent) and not fault.half and not fault.stalls(self._sent):
            await self._interrupt()

    async def pong(self, data: bytes) -> None:
        """Answer a ping, once no event is half sent."""
        async with self._turn:
            await super().pong(data)

    async def _insert(self, id: object) -> bool:
        """Send the event of the fault, if it is due; tells whether the context of the id may go on."""
        fault = self._fault
        if self._inserted or not fault.inserts(self._sent):
            return True
        self._inserted = True
        event = fault.event
        if isinstance(event, Mapping) and event.get("context_id") == ANY_CONTEXT:
            event = {**event, "context_id": id}
        async with self._turn:
            if isinstance(event, bytes):
                await self._write(event)
            else:
                await self._write(frame_of(text_of(event) if isinstance(event, Mapping) else str(event)))
        if not fault.ends or not isinstance(event, Mapping):
            return True
        named = event.get("context_id")
        self._end(named if isinstance(named, str) else None)
        return isinstance(named, str) and named != id

    async def _interrupt(self) -> None:
        """Fall silent, or end the connection, whichever is due."""
        fault = self._fault
        if fault.stalls(self._sent):
            await flush(self._request)
            await silence(fault.stall)
        if fault.drops(self._sent):
            if fault.drop == "end":
                await self._socket.close()
            await cut(self._request, fault.drop or "close")

    async def _write(self, data: bytes) -> None:
        for piece in self._fault.pieces(data):
            transport = self._request.transport
            if transport is None or transport.is_closing():
                raise ConnectionResetError
            transport.write(piece)
            await self._request.writer.drain()
            if self._fault.split is not None:
                # Its reader, on the same loop perhaps, is to meet each piece alone.
                await asyncio.sleep(0)


def frame_of(text: str) -> bytes:
    """Lay out a text as the frame that a server sends."""
    data = text.encode()
    size = len(data)
    if size < _SHORT:
        length = bytes([size])
    elif size < _LONG:
        length = bytes([_SHORT]) + size.to_bytes(2)
    else:
        length = bytes([_MEDIUM]) + size.to_bytes(8)
    return bytes([_FINAL | WSMsgType.TEXT]) + length + data
