"""The connections of one WebSocket client, which heal and renew themselves."""

from __future__ import annotations

import asyncio
import weakref
from contextlib import suppress
from functools import partial

import attrs

from .._io.closing import closed_meanwhile
from .._io.dialing import dial
from .._io.observer import Observer
from .._io.transport import Transport
from .._io.watch import Timer
from .._wire.backoff import delay_before
from .._wire.checks import refuse
from .._wire.generation import Input
from .._wire.request import Options, Outgoing
from .adrift import Adrift, cut_off
from .channel import Channel
from .connection import Connection
from .failing import another
from .renewal import Renewal

_SHORTEST_LIFE = 5.0  # seconds: what ends sooner is not replaced until it is needed


class Pool:
    """
    One connection for each API version in use, as a rule just one.

    A connection that is lost is replaced. What was said on it and not yet answered by audio is said again; what has
    begun fails. A connection that lies idle is renewed before the service closes it.

    Args:
        transport: What the client's views share.
        outgoing: The handshake.
        lasting: Whether to keep connected while nothing is spoken.
    """

    def __init__(self, transport: Transport, outgoing: Outgoing, *, lasting: bool = True) -> None:
        self._transport, self._outgoing = transport, outgoing
        self._lasting = lasting
        self._loop: asyncio.AbstractEventLoop | None = None
        self._current: dict[str, Connection] = {}
        self._connections: set[Connection] = set()
        self._dials: dict[str, asyncio.Task[None]] = {}
        self._adrift = Adrift()
        self._timers: dict[Connection, asyncio.TimerHandle] = {}
        self._renewal = Renewal()
        self._closed: str | None = None
        self._timer: Timer | None = None
        self._channels = weakref.WeakValueDictionary[str, Channel]()

    def register(self, channel: Channel) -> None:
        """
        Keep an eye on a channel.

        Raises:
            ValueError: Another of its name is open.
        """
        known = self._channels.setdefault(channel.context_id, channel)
        if known is not channel:
            if not known.over:
                raise refuse("context_id", channel.context_id, "the name of no open context")
            self._channels[channel.context_id] = channel

    def timer(self) -> Timer:
        """Give the timer of the running loop."""
        if self._timer is None:
            self._timer = Timer(asyncio.get_running_loop())
        return self._timer

    @property
    def is_closed(self) -> bool:
        """Whether everything was ended."""
        return self._closed is not None

    @property
    def options(self) -> Options:
        """The client's options."""
        return self._outgoing.options

    @property
    def version(self) -> str:
        """The version that is spoken where nothing asks for another."""
        return self._outgoing.version

    async def connect(self, version: str) -> Connection:
        """
        Give the connection for a version, and open it first where there is none.

        Raises:
            CartesiaError: It was refused, or not answered, for good.
            RuntimeError: It is closed, or belongs to another event loop.
        """
        loop = asyncio.get_running_loop()
        while True:
            self._check_usable(loop)
            self._loop = loop
            if (found := self._current.get(version)) is not None and not found.over:
                return found
            task = self._dial_soon(version)
            # Several may wait for it: that one of them is cancelled does not end it.
            await asyncio.wait([task])
            if task.cancelled():
                raise closed_meanwhile()
            if (error := task.exception()) is not None:
                raise another(error)

    async def send(self, channel: Channel, given: Input) -> None:
        """
        Say something on a channel.

        Raises:
            CartesiaError: The context failed.
            RuntimeError: The user has ended it.
        """
        channel.check()
        self._check_usable(asyncio.get_running_loop())
        while not isinstance(carrier := channel.carrier, Connection):
            try:
                connection = await self.connect(channel.version)
            except Exception as error:
                # Whoever reads must learn of it too.
                channel.fail(another(error))
                raise
            channel.check()
            if channel.carrier is None:
                connection.adopt(channel)
        await carrier.send(channel, given)
        channel.raise_failure()

    def _check_usable(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._closed is not None:
            msg = f"{self._closed}: nothing more can be said on it"
            raise RuntimeError(msg)
        if self._loop is not None and self._loop is not loop:
            msg = "this WebSocket belongs to another event loop"
            raise RuntimeError(msg)

    def lost(self, connection: Connection, reason: str) -> None:
        """Replace a lost connection, and say again what was on it and not yet answered."""
        version = connection.version
        self._drop(connection)
        channels = list(connection.channels.values())
        connection.channels.clear()
        for channel in channels:
            again = not channel.begun and channel.journal.complete and channel.replays < self.options.max_retries
            if again and self._closed is None and not self._transport.sessions.closed:
                self._adrift.add(channel)
            else:
                channel.fail(cut_off(channel, reason))
        if self._closed is not None or self._transport.sessions.closed:
            return
        replays = self._adrift.replays(version)
        if replays and (healthy := self._current.get(version)) is not None and not healthy.over:
            self._adrift.rescue(healthy)
        elif replays:
            self._dial_soon(version, delay_before(replays, None, random=self._transport._dice) or 0.0)  # noqa: SLF001
        elif self._lasting and self._now() - connection.born >= _SHORTEST_LIFE and version not in self._current:
            quiet = self._now() - connection.socket.sent
            if not channels and quiet >= _SHORTEST_LIFE:
                self._renewal.was_late(quiet)
            self._dial_soon(version)

    def emptied(self, connection: Connection) -> None:
        """Close a connection that was replaced, now that its last context has ended."""
        if self._current.get(connection.version) is not connection:
            self._drop(connection)
            connection.close("it was replaced")

    def close(self, reason: str) -> None:
        """End everything at once; a second time does nothing."""
        if self._closed is not None:
            return
        self._closed = reason
        if self._loop is not None and self._loop.is_closed():
            # What ran there can do nothing any more.
            self._leave_channels()
            for connection in self._connections:
                connection.socket.kill()
            return
        if self._timer is not None:
            self._timer.stop()
        for task in list(self._dials.values()):
            task.cancel()
        self._adrift.clear()
        for connection in list(self._connections):
            self._drop(connection)
            connection.close(reason)
        for channel in list(self._channels.values()):
            channel.fail(cut_off(channel, reason))

    abort = close

    def drop(self) -> None:
        """Do the same from any thread, and at any moment."""
        loop = self._loop
        if loop is None or self._closed is not None:
            self._closed = self._closed or "the WebSocket was dropped"
            return
        with suppress(RuntimeError):  # the loop was closed, and with it what it had open
            loop.call_soon_threadsafe(self.close, "the WebSocket was dropped")

    async def aclose(self) -> None:
        """End everything, and wait until it has ended."""
        tasks = [*self._dials.values(), *(connection.task for connection in self._connections)]
        self.close("the WebSocket was closed")
        tasks = [task for task in tasks if task is not asyncio.current_task()]
        if tasks:
            await asyncio.wait(tasks)

    def leave_to_parent(self) -> None:
        """In a forked child: touch nothing, and let nobody use it."""
        self._closed = self._closed or "the WebSocket belongs to the process that this one was forked from"
        self._leave_channels()

    def _leave_channels(self) -> None:
        for channel in list(self._channels.values()):
            channel.abandon()

    def _now(self) -> float:
        assert self._loop is not None
        return self._loop.time()

    def _dial_soon(self, version: str, delay: float = 0.0) -> asyncio.Task[None]:
        if (running := self._dials.get(version)) is not None and not running.done():
            return running
        task = asyncio.get_running_loop().create_task(self._dial(version, delay), name="cartesia_async WebSocket dial")
        self._dials[version] = task
        task.add_done_callback(partial(self._dialled, version))
        return task

    async def _dial(self, version: str, delay: float) -> None:
        observer = Observer(self._transport.listener, self._outgoing.request.method, self._outgoing.request.path)
        try:
            if delay:
                await asyncio.sleep(delay)
            (await self._transport.sessions.here()).responses.add(self)
            socket = await dial(self._transport, attrs.evolve(self._outgoing, version=version), observer)
        except BaseException as error:
            observer.ended(error)
            raise
        observer.status = 101
        connection = Connection(socket, version, self.options.timeout.idle, self, observer)
        self._connections.add(connection)
        former = self._current.get(version)
        self._current[version] = connection
        if former is not None and not former.channels:
            self.emptied(former)
        if self._lasting:
            self._arm(connection)
        self._adrift.rescue(connection)

    def _dialled(self, version: str, task: asyncio.Task[None]) -> None:
        if self._dials.get(version) is task:
            del self._dials[version]
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or error is not None:
            self._adrift.drown(version, error)

    def _drop(self, connection: Connection) -> None:
        self._connections.discard(connection)
        if (timer := self._timers.pop(connection, None)) is not None:
            timer.cancel()
        if self._current.get(connection.version) is connection:
            del self._current[connection.version]

    def _arm(self, connection: Connection) -> None:
        due = connection.socket.sent + self._renewal.after
        if due > self._now():
            loop = asyncio.get_running_loop()
            self._timers[connection] = loop.call_at(due, self._arm, connection)
        elif self._current.get(connection.version) is connection:
            self._renewal.was_in_time()
            self._dial_soon(connection.version)
