"""The sessions behind a client: one for each event loop that it is used on."""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from .sending import current

if TYPE_CHECKING:
    from .response import Response

# What belongs to the parent of a forked process is kept for ever and never touched: closing it here would
# take the parent's sockets out of the selector that both share.
_parents: list[object] = []
_READ_SIZE = 1 << 17  # larger reads come fresh from the kernel each time, and cost three times as much


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
            transport: Any = connection.transport
            if hasattr(transport, "max_size"):
                transport.max_size = _READ_SIZE
        if (sending := current.get()) is not None:
            sending.connected(reused=reused)
        return connection


def _new_session(*, force_close: bool = False) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=PooledConnector(force_close=force_close),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, connect=None),
    )


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
        self._pid = os.getpid()
        self.closed = False

    async def here(self) -> LoopSession:
        """Give the running loop's session."""
        if self._pid != os.getpid():
            self._leave_to_parent()
        if self.closed:
            msg = "this client is closed: make a new one"
            raise RuntimeError(msg)
        loop = asyncio.get_running_loop()
        found = self._open.get(loop)
        if found is None:
            found = LoopSession(self.own)
            with self._lock:
                for stale in [known for known in self._open if known.is_closed()]:
                    del self._open[stale]
                self._open[loop] = found
            await found.start()
        return found

    def _leave_to_parent(self) -> None:
        _parents.append(self._open)
        self._open, self._lock, self._pid = {}, threading.Lock(), os.getpid()

    @property
    def in_use(self) -> bool:
        """Whether something is open that only `close` ends in good order."""
        return self._pid == os.getpid() and any(not loop.is_closed() for loop in self._open)

    async def close(self) -> None:
        """Close every session, each on its own loop."""
        self.closed = True
        here = asyncio.get_running_loop()
        for loop, session in self._taken():
            if loop is here:
                await session.close()
            elif not loop.is_closed():
                loop.call_soon_threadsafe(session.cut)

    def abandon(self) -> None:
        """Close every session without waiting; for a client that is forgotten."""
        self.closed = True
        for _, session in self._taken():
            session.cut()

    def _taken(self) -> list[tuple[asyncio.AbstractEventLoop, LoopSession]]:
        if self._pid != os.getpid():
            self._leave_to_parent()
        with self._lock:
            taken = list(self._open.items())
            self._open.clear()
        return taken


class LoopSession:
    """
    The session of one loop, and the answers that are open on it.

    Attributes:
        session: The session for all requests.
        responses: The answers that are being read.
    """

    def __init__(self, own: aiohttp.ClientSession | None) -> None:
        self._own = own is not None
        self.session = own if own is not None else _new_session()
        self._fresh: aiohttp.ClientSession | None = None
        self.responses = weakref.WeakSet["Response"]()
        self._guard_ending = False
        self._guard = self._until_the_loop_ends()

    async def start(self) -> None:
        """Begin to watch for the loop's end."""
        await anext(self._guard)

    async def _until_the_loop_ends(self) -> AsyncGenerator[None]:
        # A loop that ends (asyncio.run does it) closes its asynchronous generators while it still runs. So this one
        # is where a session can be closed in time that its client, made to be used on the next loop too, keeps.
        try:
            yield
        finally:
            if not self._guard_ending:
                self._guard_ending = True
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
        self._end_streams()
        for session in self._sessions():
            await session.close()
        # A closed transport tells its protocol in the loop's next round, and gives its socket back in that.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if not self._guard_ending:
            self._guard_ending = True
            await self._guard.aclose()

    def cut(self) -> None:
        """Do the same without waiting."""
        self._end_streams()
        for session in self._sessions():
            connector = session.connector
            session.detach()
            if connector is not None:
                _close_now(connector)
        self._guard_ending = True
        # Driven by hand to its end, the guard leaves nothing for the loop to finish.
        with suppress(StopIteration, RuntimeError):
            self._guard.aclose().send(None)

    def _end_streams(self) -> None:
        for response in list(self.responses):
            response.abort("the client was closed")

    def _sessions(self) -> list[aiohttp.ClientSession]:
        return [session for session in (None if self._own else self.session, self._fresh) if session is not None]
