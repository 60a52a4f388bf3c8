"""A server on this machine: started and stopped from async code, from sync code, or left running."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

_LAST_PORT = 65_535


class Running(Protocol):
    """What is there only while a server runs."""

    @property
    def base_url(self) -> str:
        """Where it is reached."""
        ...

    async def stop(self) -> None:
        """End everything that runs."""
        ...


R = TypeVar("R", bound=Running)


class LocalServer(Generic[R]):
    """
    A server that runs from entering, by `async with` or `with` (then on a thread of its own), until leaving.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 for any that is free.

    Raises:
        ValueError: The port is none.
    """

    _called = "server"

    def __init__(self, *, host: str, port: int) -> None:
        if not 0 <= port <= _LAST_PORT:
            raise ValueError(f"port must be from 0 to {_LAST_PORT}, not {port}")
        self._host = host
        self._port = port
        self._running: R | None = None
        self._starting = False
        self._thread: ExitStack | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'not running' if self._running is None else self._running.base_url}>"

    @property
    def base_url(self) -> str:
        """The address to point clients at, ``http://127.0.0.1:PORT``; `RuntimeError` while it does not run."""
        if self._running is None:
            raise RuntimeError(f"The {self._called} does not run: enter it with `async with` or `with` first.")
        return self._running.base_url

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        await self._stop()
        if error is None:
            self._conclude()

    def __enter__(self) -> Self:
        self._refuse_second_start()
        with ExitStack() as stack:
            portal_context: AbstractContextManager[BlockingPortal] = start_blocking_portal("asyncio")
            portal = stack.enter_context(portal_context)
            portal.call(self._start)
            stack.callback(portal.call, self._stop)
            self._thread = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.close()
        if error is None:
            self._conclude()

    async def serve_forever(self, *, started: Callable[[str], Awaitable[None] | None] | None = None) -> None:
        """
        Run until cancelled; prints nothing.

        Args:
            started: Called with the address once it listens.
        """
        async with self:
            if started is not None:
                result = started(self.base_url)
                if result is not None:
                    await result
            await asyncio.get_running_loop().create_future()

    async def _listen(self) -> R:
        """Begin to run."""
        raise NotImplementedError

    def _conclude(self) -> None:
        """Raise what went wrong while it ran and nobody was told of."""

    def _refuse_second_start(self) -> None:
        if self._running is not None or self._starting:
            raise RuntimeError(f"The {self._called} is running already.")

    async def _start(self) -> None:
        self._refuse_second_start()
        self._starting = True
        try:
            self._running = await self._listen()
        finally:
            self._starting = False

    async def _stop(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            await running.stop()


def listening_socket(host: str, port: int, *, called: str, logger: logging.Logger) -> socket.socket:
    """
    Open the one socket on which a server listens.

    Raises:
        OSError: The address cannot be listened on.
    """
    # One socket: `localhost` may stand for two addresses, and port 0 would then give a port to each.
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.create_server(address, family=family, backlog=1_024)
    listener.setblocking(False)  # noqa: FBT003 (its only argument)
    if not ipaddress.ip_address(address[0]).is_loopback:
        logger.warning("The %s listens on %s, which other machines may reach.", called, address[0])
    return listener


def base_url_of(listener: socket.socket) -> str:
    """Give the address under which a listening socket is reached from this machine."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "::1" if listener.family == socket.AF_INET6 else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
