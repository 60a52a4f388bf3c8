"""The sessions behind a client: one for each event loop that it is used on."""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any, Protocol

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from ...errors import CartesiaError
from ..closing import closed
from ..watch import Timer
from .sending import current

# What belongs to the parent of a forked process is kept for ever and never touched: closing it here would
# take the parent's sockets out of the selector that both share.
_parents = list[object]()
_in_use = weakref.WeakSet["Sessions"]()
# A client that is collected in a cycle must find its sessions whole, and not already collected along with it.
_alive = set["LoopSession"]()


class PooledConnector(aiohttp.TCPConnector):
    """Connections that tell whether they have been used before."""

    def __init__(self, *, force_close: bool = False) -> None:
        super().__init__(limit=0, force_close=force_close)  # pyright: ignore[reportUnknownMemberType]
        self._served = weakref.WeakSet[asyncio.BaseProtocol]()

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout) -> Connection:
        """Get a connection and note what it is."""
        connection = await super().connect(req, traces, timeout)
        protocol = connection.protocol
        assert protocol is not None
        reused = protocol in self._served
        if not reused:
            self._served.add(protocol)
        if (sending := current.get()) is not None:
            sending.connected(reused=reused)
        return connection

    def close_sockets(self) -> None:
        """Close the sockets of a loop that was closed before them, and so can no longer do it."""
        for protocol in list(self._served):
            transport: Any = getattr(protocol, "transport", None)
            transport = getattr(getattr(transport, "_ssl_protocol", None), "_transport", transport)
            if (sock := getattr(transport, "_sock", None)) is not None:
                sock.close()
                transport._sock = None  # noqa: SLF001 - or it warns of what is done


class Abortable(Protocol):
    """What is open on a session: an answer that is being read, or a WebSocket."""

    def abort(self, reason: str) -> None:
        """End it at once."""
        ...

    def leave_to_parent(self) -> None:
        """In a forked child: touch nothing, and let what reads here know."""
        ...


def _new_session(*, force_close: bool = False) -> aiohttp.ClientSession:
    session = aiohttp.ClientSession(
        connector=PooledConnector(force_close=force_close),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, connect=None),
    )
    if hasattr(session, "_retry_connection"):
        # What is repeated is ours to decide, and to count.
        session._retry_connection = False  # noqa: SLF001
    return session


def _close_now(connector: aiohttp.BaseConnector) -> None:
    # The public `close` makes a task and asks to be awaited, which a forgotten client cannot do.
    for name in ("_close", "_close_immediately"):
        if (close := getattr(connector, name, None)) is not None:
            close()
            return


class Sessions:
    """
    A session for each loop in use, made on that loop at its first call.

    Args:
        own: A session of the user's, used in place of all others and never closed.
    """

    def __init__(self, own: aiohttp.ClientSession | None) -> None:
        self.own = own
        self.seen = weakref.WeakSet[asyncio.Transport]()
        self._open: dict[asyncio.AbstractEventLoop, LoopSession] = {}
        self._lock = threading.Lock()
        self.closed = False
        _in_use.add(self)

    async def here(self) -> LoopSession:
        """
        Give the running loop's session.

        Raises:
            CartesiaError: The user's own session is closed, or belongs to another loop.
            RuntimeError: The client is closed.
        """
        if self.closed:
            raise closed()
        loop = asyncio.get_running_loop()
        self._check_own(loop)
        found = self._open.get(loop)
        if found is None:
            found = LoopSession(self.own)
            with self._lock:
                stale = [self._open.pop(known) for known in list(self._open) if known.is_closed()]
                self._open[loop] = found
            for session in stale:
                session.cut()
            await found.start()
        return found

    def _check_own(self, loop: asyncio.AbstractEventLoop) -> None:
        if self.own is None:
            return
        if self.own.closed:
            msg = "the aiohttp.ClientSession given as session is closed"
            raise CartesiaError(msg)
        if getattr(self.own, "_loop", loop) is not loop:
            msg = "the aiohttp.ClientSession given as session belongs to another event loop: make one on this loop"
            raise CartesiaError(msg)

    def leave_to_parent(self) -> None:
        """In a forked child: start afresh."""
        for session in self._open.values():
            for response in list(session.responses):
                response.leave_to_parent()
        self._open, self._lock = {}, threading.Lock()

    @property
    def loops(self) -> tuple[asyncio.AbstractEventLoop, ...]:
        """The loops that have a session."""
        return tuple(self._open)

    @property
    def in_use(self) -> bool:
        """Whether something is open that only `close` ends in good order."""
        return any(not session.over for session in self._open.values())

    async def close(self) -> None:
        """Close every session, each on its own loop."""
        self.closed = True
        here = asyncio.get_running_loop()
        for loop, session in self._taken():
            if loop is here:
                await session.close()
            else:
                _cut(loop, session)

    def abandon(self) -> None:
        """Close every session without waiting; for a client that is forgotten."""
        self.closed = True
        for loop, session in self._taken():
            _cut(loop, session)

    def _taken(self) -> list[tuple[asyncio.AbstractEventLoop, LoopSession]]:
        with self._lock:
            taken = list(self._open.items())
            self._open.clear()
        return taken


def _cut(loop: asyncio.AbstractEventLoop, session: LoopSession) -> None:
    if loop.is_running() and loop is not _running_loop():
        # Another thread's: only that thread may touch what it works with.
        with suppress(RuntimeError):  # it ended meanwhile, and closed what was open
            loop.call_soon_threadsafe(session.cut)
    else:
        session.cut()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class LoopSession:
    """
    The session of one loop, and the answers that are open on it.

    Attributes:
        session: The session for all requests.
        responses: The answers that are being read, and the WebSockets.
        timer: What cuts short the waits of its calls.
        over: Whether it is closed, or about to be.
    """

    def __init__(self, own: aiohttp.ClientSession | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._own = own is not None
        self.session = own if own is not None else _new_session()
        self._fresh: aiohttp.ClientSession | None = None
        self.responses = weakref.WeakSet[Abortable]()
        self.timer = Timer(self._loop)
        self.over = False
        self._guard = self._until_the_loop_ends()
        _alive.add(self)

    async def start(self) -> None:
        """Begin to watch for the loop's end."""
        await anext(self._guard)

    async def _until_the_loop_ends(self) -> AsyncGenerator[None]:
        # A loop that ends (asyncio.run does it) closes its asynchronous generators while it still runs. So this one
        # is where a session can be closed in time that its client, made to be used on the next loop too, keeps.
        try:
            yield
        finally:
            if not self.over:
                self.over = True
                await self.close()

    def fresh(self) -> aiohttp.ClientSession:
        """Give a session that never reuses a connection, where that is ours to decide."""
        if self._own:
            return self.session
        if self._fresh is None:
            self._fresh = _new_session(force_close=True)
        return self._fresh

    async def close(self) -> None:
        """End open streams and close the connections."""
        _alive.discard(self)
        self._end_streams()
        self.timer.stop()
        for session in self._sessions():
            await session.close()
        # A closed transport tells its protocol in the loop's next round, and gives its socket back in that.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if not self.over:
            self.over = True
            await self._guard.aclose()

    def cut(self) -> None:
        """Do the same without waiting."""
        _alive.discard(self)
        self._end_streams()
        self.timer.stop()
        for session in self._sessions():
            connector = session.connector
            session.detach()
            if connector is not None:
                _close_now(connector)
            if isinstance(connector, PooledConnector) and self._loop.is_closed():
                connector.close_sockets()
        self.over = True
        # Driven by hand to its end, the guard leaves nothing for the loop to finish.
        with suppress(StopIteration, RuntimeError):
            self._guard.aclose().send(None)

    def _end_streams(self) -> None:
        for response in list(self.responses):
            response.abort("the client was closed")

    def _sessions(self) -> list[aiohttp.ClientSession]:
        return [session for session in (None if self._own else self.session, self._fresh) if session is not None]


def _in_child() -> None:
    _parents.extend(_alive)
    _alive.clear()
    for sessions in list(_in_use):
        sessions.leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
