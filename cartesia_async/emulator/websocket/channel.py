"""Events on their way out."""

from __future__ import annotations

import asyncio
import json
from collections import deque

from aiohttp import web

from ..delivery import Event


class Channel:
    """Sends events as the messages of a WebSocket."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def send(self, event: Event) -> None:
        """Send an event; waits while the client does not read."""
        await self._socket.send_str(text_of(event))

    async def pong(self, data: bytes) -> None:
        """Answer a ping."""
        await self._socket.pong(data)


class Outbox:
    """
    Where the events of all contexts leave, one at a time, in the order they came.

    Who hands in an event waits until it has left. So contexts take turns, however fast one of them is, and no more is held
    than one event of each.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._waiting: deque[tuple[Event, asyncio.Future[None]]] = deque()
        self._filled = asyncio.Event()

    async def send(self, event: Event) -> None:
        """Hand in an event and wait until it has left; where the wait is cancelled before its turn, it is not sent."""
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, sent))
        self._filled.set()
        await sent

    async def run(self) -> None:
        """Send what is handed in, for ever."""
        while True:
            while self._waiting:
                event, sent = self._waiting.popleft()
                if not sent.cancelled():
                    await self._channel.send(event)
                    if not sent.done():
                        sent.set_result(None)
            self._filled.clear()
            await self._filled.wait()


def text_of(event: Event) -> str:
    """Write an event as JSON in ASCII."""
    return json.dumps(event, separators=(",", ":"), allow_nan=False)
