"""The socket at which the emulator listens, which can be shut and opened again."""

from __future__ import annotations

import asyncio
import concurrent.futures
import socket
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

T = TypeVar("T")

_PATIENCE = 5.0
_BACKLOG = 1_024


class Door:
    """
    Listens at one address; shut, nobody listens there, and the address is still held.

    Args:
        listener: The socket, bound and listening.
        server: What speaks to those who come.
    """

    def __init__(self, listener: socket.socket, server: web.Server) -> None:
        self._socket = listener
        self._server = server
        self._listening: asyncio.Server | None = None
        self._opening: asyncio.Task[None] | None = None
        self._shut = False
        self._loop = asyncio.get_running_loop()

    async def open(self) -> None:
        """Begin to let in."""
        # It is known before anything is waited for, so that it can be closed at any time.
        self._listening = await self._loop.create_server(
            self._server, sock=self._socket, backlog=_BACKLOG, start_serving=False
        )
        await self._listening.start_serving()

    def close(self) -> None:
        """Let nobody in any more, and give up the address."""
        if self._opening is not None:
            self._opening.cancel()
        if self._listening is not None:
            self._listening.close()
        self._socket.close()

    def refuse(self, *, refusing: bool) -> None:
        """Refuse new connections, or no longer; from the loop's own thread."""
        if refusing and not self._shut:
            self._shut = True
            own = self._socket
            host, port = own.getsockname()[:2]
            self.close()
            self._socket = _held(str(host), int(port), own.family)
        elif not refusing and self._shut:
            self._shut = False
            # Who comes from now on is let in, though perhaps a moment later.
            self._socket.listen(_BACKLOG)
            self._opening = self._loop.create_task(self.open())

    def told(self, change: Callable[[], T]) -> T:
        """Make a change on the loop, from any thread, and give its result."""
        try:
            here = asyncio.get_running_loop() is self._loop
        except RuntimeError:
            here = False
        if here:
            return change()
        made: concurrent.futures.Future[T] = concurrent.futures.Future()

        def make() -> None:
            try:
                made.set_result(change())
            except BaseException as error:  # noqa: BLE001 (handed to who asked for the change)
                made.set_exception(error)

        self._loop.call_soon_threadsafe(make)
        return made.result(_PATIENCE)


def _held(host: str, port: int, family: int) -> socket.socket:
    """Bind a socket that does not listen: connections to it are refused."""
    held = socket.socket(family, socket.SOCK_STREAM)
    held.setblocking(False)  # noqa: FBT003 (its only argument)
    if hasattr(socket, "SO_REUSEADDR"):
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((host, port))
    return held
