"""The emulator as a server: started and stopped from async code, from sync code, or left running."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Self

import attrs
from aiohttp import web
from anyio.from_thread import BlockingPortal, start_blocking_portal

from .engines import engine_named
from .engines.protocol import Engine
from .exchange import Workshop, logger
from .gate import Gate
from .received import RequestLog
from .state import State, fresh_state
from .workers import Workers

_GRACE = 0.2
_LAST_PORT = 65_535
_MOST_CRASHES = 100


@attrs.define(kw_only=True)
class _Running:
    """What is there only while the emulator runs."""

    base_url: str
    gate: Gate
    runner: web.ServerRunner
    site: web.BaseSite
    workers: Workers

    async def stop(self) -> None:
        """Close every connection, end every request under way, and join the workers."""
        await self.site.stop()
        for task in tuple(self.gate.under_way):
            task.cancel()
        await self.runner.cleanup()
        await self.workers.close()


class Emulator:
    """
    A local Cartesia: the same API on loopback, speaking real audio, with no key and no network.

    Use it as `async with Emulator() as emulator` on a running event loop, or as `with Emulator() as emulator`, which
    runs it on a thread of its own. Point any client at `emulator.base_url`. It listens on loopback only, unless `host`
    says otherwise.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 for any that is free.
        engine: `"espeak"` (real speech; needs the extra `cartesia-async[emulator]`), `"tone"` (one beep a word, needs
            nothing), an engine of your own, or `None`: espeak where it is installed, else tone.
        api_keys: The credentials accepted; `None` for any that is not empty.
        realtime: Whether streams are paced as speech, instead of as fast as they can be made.

    Attributes:
        requests: What the emulator was asked, newest last; the last 1,000 requests.

    Raises:
        ValueError: The port is none, or, on entering, there is no engine of that name, or its extra is not installed.
        OSError: On entering, when the address cannot be listened on.
        RuntimeError: On entering, when it is running already.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        engine: str | Engine | None = None,
        api_keys: Collection[str] | None = None,
        realtime: bool = False,
    ) -> None:
        if isinstance(api_keys, str):
            raise TypeError("api_keys must be a collection of strings, not a string")
        if not 0 <= port <= _LAST_PORT:
            raise ValueError(f"port must be from 0 to {_LAST_PORT}, not {port}")
        self._host = host
        self._port = port
        self._engine = engine
        self._api_keys = None if api_keys is None else frozenset(api_keys)
        self._realtime = realtime
        self._state: State | None = None
        self._running: _Running | None = None
        self._starting = False
        self._thread: ExitStack | None = None
        self._portal: BlockingPortal | None = None
        self._crashes: deque[Exception] = deque(maxlen=_MOST_CRASHES)
        self.requests = RequestLog()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'not running' if self._running is None else self._running.base_url}>"

    @property
    def base_url(self) -> str:
        """The address to point clients at, ``http://127.0.0.1:PORT``; `RuntimeError` while it does not run."""
        if self._running is None:
            raise RuntimeError("The emulator does not run: enter it with `async with` or `with` first.")
        return self._running.base_url

    @property
    def crashes(self) -> tuple[Exception, ...]:
        """The newest exceptions (100 at most) that nothing foresaw and that a client saw as a 500."""
        return tuple(self._crashes)

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        await self._stop()

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

    def _refuse_second_start(self) -> None:
        if self._running is not None or self._starting:
            raise RuntimeError("The emulator is running already.")

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

    async def _listen(self) -> _Running:
        listener = _listener(self._host, self._port)
        base_url = _address(listener)
        workers = Workers()
        try:
            engine = await workers.run(_engine, self._engine)
            if self._state is None:
                self._state = await workers.run(fresh_state)
            gate = Gate(
                shop=Workshop(
                    engine=engine,
                    workers=workers,
                    state=self._state,
                    log=self.requests,
                    crashes=self._crashes,
                    realtime=self._realtime,
                    base_url=base_url,
                ),
                api_keys=self._api_keys,
            )
            # Its handlers are cancelled when their client leaves: the engine must not speak to nobody.
            server = web.Server(gate, handler_cancellation=True, access_log=None, logger=logger, debug=False)
            runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=_GRACE)
            await runner.setup()
            site = web.SockSite(runner, listener)
            await site.start()
        except BaseException:
            listener.close()
            await workers.close()
            raise
        return _Running(base_url=base_url, gate=gate, runner=runner, site=site, workers=workers)


def _engine(wish: str | Engine | None) -> Engine:
    return engine_named(wish) if wish is None or isinstance(wish, str) else wish


def _listener(host: str, port: int) -> socket.socket:
    # One socket: `localhost` may stand for two addresses, and port 0 would then give a port to each.
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.create_server(address, family=family, backlog=1_024)
    listener.setblocking(False)  # noqa: FBT003 (its only argument)
    if not ipaddress.ip_address(address[0]).is_loopback:
        logger.warning("The emulator listens on %s, which other machines may reach.", address[0])
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "::1" if listener.family == socket.AF_INET6 else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
