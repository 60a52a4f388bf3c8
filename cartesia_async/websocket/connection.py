"""One WebSocket and the contexts on it."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Awaitable
from typing import Protocol

from .._io.http.websocket import LostError, WebSocket
from .._io.observer import Observer
from .._io.scope import Scope
from .._io.secrecy import cleanse
from .._io.watch import Timer
from .._wire.chunks import quick_chunk
from .._wire.generation import Input, cancellation
from .._wire.messages import Message, MessageReader
from ..errors import APIResponseError, StreamEventError, StreamInterruptedError
from ..models.events import AudioChunk, Done
from .channel import Channel
from .failing import tells_of_an_end
from .pulse import Pulse

MOST_UNREAD = 4 << 20  # bytes on one connection, while nobody waits for more
MOST_IGNORED = 64 << 20  # bytes of one context, while others are waited for
_REMEMBERED = 4096
_logger = logging.getLogger("cartesia_async")


class Owner(Protocol):
    """What a connection tells the pool, and asks of it."""

    def timer(self) -> Timer:
        """Give the timer of the running loop."""
        ...

    def lost(self, connection: Connection, reason: str) -> None:
        """Learn that it is over."""
        ...

    def emptied(self, connection: Connection) -> None:
        """Learn that its last context has ended."""
        ...


class Connection:
    """
    One WebSocket, read by one task, and the channels on it.

    It stops reading while more than `MOST_UNREAD` bytes wait and nobody waits for any: so a slow reader slows the
    service. Where somebody does wait, it reads on, since theirs may come next: so a slow reader does not stop another.
    What piles up for a context that nobody reads meanwhile is bounded by `MOST_IGNORED`; beyond, that context fails.

    Attributes:
        socket: The WebSocket.
        channels: The open contexts, by their names.
        over: Whether it is lost or closed.
        born: When it was opened, in the loop's time.
    """

    def __init__(self, socket: WebSocket, version: str, idle: float | None, owner: Owner, observer: Observer) -> None:
        loop = asyncio.get_running_loop()
        self.socket, self.version = socket, version
        self._owner, self._observer = owner, observer
        self._loop = loop
        self.channels: dict[str, Channel] = {}
        self.over = False
        self.born = loop.time()
        self._reader = MessageReader()
        # Contexts that are no longer open, and whether the service had told their end: what comes for them is late.
        self._gone: dict[str, bool] = {}
        self._unread = 0
        self._draining = 0
        self._gate: asyncio.Future[None] | None = None
        self._pulse = Pulse(socket, owner.timer(), idle, self._found_dead)
        self.task = loop.create_task(self._read(), name="cartesia_async WebSocket")

    @property
    def answered(self) -> int:
        """The number of the last ping that the service has answered."""
        return self.socket.answered

    async def send(self, channel: Channel, given: Input) -> None:
        """Say something new on a channel of this connection, and wait while the connection is slow."""
        message = channel.generation.message(given, self.version)
        now = self._loop.time()
        if channel.journal.wants_ping(now):
            channel.journal.pinged(self.socket.ping())
        channel.note(given, now, self.answered)
        self._draining += 1
        self.relieved()
        try:
            await self._send(channel, message)
        except LostError as error:
            self.lose(str(error))
        finally:
            self._draining -= 1

    async def _send(self, channel: Channel, message: bytes) -> None:
        # The end of the context ends the waiting too, and not only that of the connection.
        try:
            with Scope() as channel.sending:
                await self.socket.send(message)
        except TimeoutError:
            pass
        finally:
            channel.sending = None

    def adopt(self, channel: Channel) -> None:
        """Take a channel on; what was said on it before is said again."""
        self.channels[channel.context_id] = channel
        self._gone.pop(channel.context_id, None)
        channel.carrier, channel.request_id = self, self.socket.request_id
        for given in channel.journal.inputs:
            self.socket.post(channel.generation.message(given, self.version))
            channel.expect_answer(given)

    def retire(self, channel: Channel) -> None:
        """Ask the service to end a context once it has spoken what it has."""
        self.socket.post(channel.generation.message(Input("", more=False), self.version))

    def left(self, channel: Channel) -> None:
        """End a context on the service, and forget it."""
        if self._forget(channel) and not self.over:
            self.socket.post(channel.generation.cancellation())
            self._look_whether_empty()

    def relieved(self) -> None:
        """Learn that events were taken, or are waited for."""
        if self._gate is not None and not self._gate.done():
            self._gate.set_result(None)

    def lose(self, reason: str, *, dead: bool = False) -> None:
        """End: the connection is over, or its peer is gone."""
        if self.over:
            return
        self._end()
        if dead:
            self.socket.kill()
        else:
            self.socket.close()
        self._owner.lost(self, reason)

    def close(self, reason: str) -> None:
        """End it in good order: what is open on it is ended on the service, and fails with *reason*."""
        if self.over:
            return
        for channel in list(self.channels.values()):
            self.socket.post(channel.generation.cancellation())
        self._end()
        self.socket.close()
        for channel in list(self.channels.values()):
            channel.fail(StreamInterruptedError(f"context {channel.context_id} was cut off: {reason}"))
        self.channels.clear()

    def _end(self) -> None:
        self.over = True
        self._pulse.pause()
        self._observer.ended(None)
        try:
            current = asyncio.current_task(self._loop)
        except RuntimeError:
            current = None
        if self.task is not current:
            self.task.cancel()

    def _found_dead(self, reason: str) -> None:
        self.lose(reason, dead=True)

    async def _read(self) -> None:
        try:
            await self.socket.listen(self._hear)
        except asyncio.CancelledError:
            self.close("its task was cancelled")
            raise
        except LostError as error:
            reason = str(error)
        except Exception as error:
            # Whatever it is, nobody must wait for what will not come.
            _logger.exception("a WebSocket could not be read")
            reason = f"it could not be read ({type(error).__name__})"
        self.lose(reason)

    async def _pause(self) -> None:
        while True:
            channels = self.channels.values()
            self._unread = sum(channel.inbox.unread for channel in channels)
            if self._unread < MOST_UNREAD or self._draining or any(channel.waiting for channel in channels):
                return
            self._pulse.pause()
            self._gate = self._loop.create_future()
            try:
                await self._gate
            finally:
                self._gate = None
                if not self.over:
                    self._pulse.resume()

    def _hear(self, data: bytes) -> Awaitable[None] | None:
        size = len(data)
        self._observer.piece(size)
        chunk = quick_chunk(data)
        channel = None if chunk is None else self.channels.get(chunk.context_id or "")
        if chunk is None:
            self._route(self._reader.read(data), size)
        elif channel is None or not channel.hear(chunk, size, self.socket.heard):
            self._route(Message(chunk.context_id, (chunk,)), size)
        else:
            self._unread += size
            if channel.inbox.unread > MOST_IGNORED:
                self._give_up(channel)
        return self._pause() if self._unread >= MOST_UNREAD else None

    def _route(self, message: Message, size: int) -> None:
        channel = self.channels.get(message.context_id or "")
        if message.error is not None:
            self._failed(channel, message, message.error)
        elif channel is None:
            self._stray(message, size)
        else:
            self._unread += size
            channel.deliver(message.events, size, self.socket.heard)
            if channel.ended_short:
                # It may hear what it has not spoken as the beginning of another context, which nobody reads.
                self.left(channel)
            elif channel.over:
                self._forget(channel)
                self._look_whether_empty()
            elif channel.inbox.unread > MOST_IGNORED:
                self._give_up(channel)

    def _failed(self, channel: Channel | None, message: Message, error: StreamEventError | APIResponseError) -> None:
        cleanse(error, self.socket.secrets)
        if channel is not None and tells_of_an_end(error) and channel.begun and channel.has_said_all():
            # It answers an input without words, such as `finish`, that met the end: nothing is missing.
            channel.deliver((Done(context_id=channel.context_id),), 0, self.socket.heard)
            self._forget(channel)
            self._look_whether_empty()
            return
        if channel is not None:
            reached = [channel]
        elif message.context_id is None:
            # It may concern any of them: that none was told would leave it waiting.
            reached = list(self.channels.values())
        else:
            reached = []
        if not reached:
            self._stray(message, 0)
        for each in reached:
            each.fail(copy.copy(error))
            if isinstance(error, StreamEventError) and message.context_id is not None and not each.ended_short:
                self._forget(each)
                # An input that met the error on its way begins another context there, of which audio would tell.
                self._gone[each.context_id] = True
            else:
                # The service may not know that this ends it, or hear what it has not spoken as another's beginning.
                self.left(each)
        self._look_whether_empty()

    def _stray(self, message: Message, size: int) -> None:
        name = message.context_id or ""
        has_ended = self._gone.get(name)
        if has_ended is False or (has_ended and not any(isinstance(event, AudioChunk) for event in message.events)):
            # Of a context that has ended, the last input may have met its end: that is answered by an error.
            return
        kinds = [event.type for event in message.events] or ["error"]
        _logger.warning(
            "a WebSocket message (%s, %d bytes) belongs to no open context: %r",
            ", ".join(kinds),
            size,
            message.context_id,
        )
        if has_ended:
            # It takes an input that met the end for the beginning of another context, which nobody reads.
            self._gone[name] = False
            self.socket.post(cancellation(name))

    def _give_up(self, channel: Channel) -> None:
        msg = f"context {channel.context_id} was ended: nobody read its {channel.inbox.unread} bytes, while others were read"
        channel.fail(StreamInterruptedError(msg))
        self.left(channel)

    def _forget(self, channel: Channel) -> bool:
        if self.channels.get(channel.context_id) is not channel:
            return False
        del self.channels[channel.context_id]
        channel.carrier = None
        self._gone[channel.context_id] = channel.is_complete
        if len(self._gone) > _REMEMBERED:
            del self._gone[next(iter(self._gone))]
        self.relieved()
        return True

    def _look_whether_empty(self) -> None:
        if not self.channels and not self.over:
            self._owner.emptied(self)
