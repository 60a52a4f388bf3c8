"""A connection: what its messages say, and to which of its contexts."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, suppress
from functools import partial

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from ..bodies import read_object
from ..exchange import Exchange
from ..fields import FLAG, Fields
from ..problems import Problem, error_event, invalid
from .channel import Outbox
from .context import Context
from .faulty_channel import channel_for
from .heard import Heard
from .limits import MOST_MESSAGE, limits_of
from .message import context_id_of, message_of

_LARGE = 2**16
_GONE = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


class Connection:
    """
    Serves a WebSocket until it ends.

    Args:
        exchange: The request that opened it.
        socket: It.
    """

    _group: asyncio.TaskGroup

    def __init__(self, exchange: Exchange, socket: web.WebSocketResponse) -> None:
        self._exchange = exchange
        self._socket = socket
        self._channel = channel_for(exchange, socket, self._end)
        self._outbox = Outbox(self._channel)
        self._heard = Heard(exchange)
        self._limits = limits_of(exchange.version)
        self._contexts: dict[str, tuple[Context, ExitStack]] = {}
        self._tasks: dict[Context, asyncio.Task[None]] = {}
        self._busy_until = asyncio.get_running_loop().time()

    async def run(self) -> None:
        """Serve it; when it has ended, so has all that was spoken for it."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            sender = group.create_task(self._send())
            try:
                await self._listen()
            finally:
                self._end(None)
                for task in (sender, *self._tasks.values()):
                    task.cancel()

    async def _send(self) -> None:
        # Where the client has gone, this task is about to be cancelled with all others.
        with suppress(ConnectionError):
            await self._outbox.run()

    async def _listen(self) -> None:
        while (message := await self._receive()) is not None:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY) and len(message.data) > MOST_MESSAGE:
                await self._socket.close(code=WSCloseCode.MESSAGE_TOO_BIG, message=b"message too big")
                return
            if message.type is WSMsgType.TEXT:
                await self._take(str(message.data))
            elif message.type is WSMsgType.BINARY:
                self._heard.note(message.data, len(message.data))
                await self._refuse(invalid("A message must be text that holds a JSON object.", title="Invalid message"))
            elif message.type is WSMsgType.PING:
                # Where the connection is being cut, nobody is there to be answered.
                with suppress(ConnectionError):
                    await self._channel.pong(message.data)

    async def _receive(self) -> WSMessage | None:
        """Wait for a message; `None` where the connection has ended, or was idle too long."""
        idle = self._exchange.shop.websocket_idle
        while True:
            now = asyncio.get_running_loop().time()
            if self._tasks:
                self._busy_until = now
            left = self._busy_until + idle - now
            if left <= 0:
                await self._socket.close(code=WSCloseCode.GOING_AWAY, message=b"idle")
                return None
            with suppress(TimeoutError):
                message = await self._socket.receive(timeout=left)
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    self._busy_until = asyncio.get_running_loop().time()
                return None if message.type in _GONE else message

    async def _take(self, text: str) -> None:
        id = None
        try:
            body = await self._read(text)
            id = context_id_of(body)
            if body.optional("cancel", FLAG, False):  # noqa: FBT003 (the default)
                await self._cancel(id)
            else:
                await self._speak(id, body)
        except Exception as error:  # noqa: BLE001 (recorded, and told to the client)
            await self._refuse(self._exchange.problem_of(error), id)

    async def _read(self, text: str) -> Fields:
        data = text.encode()
        try:
            if len(data) > _LARGE:
                value = await self._exchange.shop.workers.run(read_object, data, "application/json")
            else:
                value = read_object(data, "application/json")
        except Problem:
            self._heard.note(text, len(data))
            raise
        self._heard.note(value, len(data))
        return Fields(value)

    async def _speak(self, id: str, body: Fields) -> None:
        message = message_of(body)
        found = self._contexts.get(id)
        if found is not None:
            context, _ = found
            context.add(message)
        else:
            context = Context(id, self._exchange, self._limits, self._outbox, partial(self._forget, id))
            context.add(message)
            place = ExitStack()
            place.enter_context(self._exchange.shop.concurrency.place())
            self._contexts[id] = (context, place)
            task = self._tasks[context] = self._group.create_task(context.run())
            task.add_done_callback(lambda _: self._ended(context))
        await context.room()

    async def _cancel(self, id: str) -> None:
        found = self._contexts.get(id)
        if found is not None:
            context, _ = found
            self._end(id)
            await self._outbox.send(context.done())

    async def _refuse(self, problem: Problem, id: str | None = None) -> None:
        """Tell of a problem, which ends the context it is about."""
        event = error_event(problem, self._exchange.version, self._exchange.request_id)
        if id is not None:
            self._end(id)
            event["context_id"] = id
        await self._outbox.send(event)

    def _end(self, id: str | None) -> None:
        """End a context at once, without another word, if there is one of the id; `None` stands for all."""
        for one in tuple(self._contexts) if id is None else (id,):
            found = self._contexts.get(one)
            if found is not None:
                context, _ = found
                context.leave()
                self._tasks[context].cancel()

    def _forget(self, id: str) -> None:
        found = self._contexts.pop(id, None)
        if found is not None:
            _, place = found
            place.close()

    def _ended(self, context: Context) -> None:
        self._tasks.pop(context, None)
        self._busy_until = asyncio.get_running_loop().time()
