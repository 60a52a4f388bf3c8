"""The recorder as a server: what it passes on, it keeps."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import aiohttp
import attrs
from aiohttp import web

from ..._io.settings import DEFAULT_BASE_URL
from ..._io.settings import _base as checked_base_url
from ..asked_version import served_version
from ..exchange import logger
from ..http_server import HTTPServer
from ..local_server import LocalServer, base_url_of, listening_socket
from ..problems import Problem, error_answer
from ..state import new_id
from ..workers import Workers
from .keeping import FolderKeeper
from .passage import Passage, telling_when_sent
from .recording import RecordingError
from .request_reader import RequestReader
from .secrecy import Secrets

_GRACE = 0.2
_PATIENCE = 5.0
_CONNECT = 30.0
_LONGEST_NAME = 60
_MOST_FAILURES = 100


@attrs.define(kw_only=True)
class _Running:
    """What is there only while the recorder runs."""

    base_url: str
    site: web.BaseSite
    under_way: set[asyncio.Task[object]]
    everything: AsyncExitStack

    async def stop(self) -> None:
        """End every exchange under way, and write what was recorded of it."""
        await self.site.stop()
        if ending := tuple(self.under_way):
            for task in ending:
                task.cancel()
            await asyncio.wait(ending, timeout=_PATIENCE)
        await self.everything.aclose()


class Recorder(LocalServer[_Running]):
    """
    Stands between a client and the service, passes everything on, and keeps each exchange as a file.

    Use it as `async with Recorder("folder") as recorder` on a running event loop, or as `with Recorder("folder") as
    recorder`, which runs it on a thread of its own. Point any client at `recorder.base_url`. `Emulator(replay="folder")`
    answers from what was recorded. It listens on loopback only, unless `host` says otherwise.

    Keys, tokens and cookies are passed on and not kept; the content of uploaded files is not kept either. Recordings that
    are in the folder stay, new ones are added. WebSockets are not recorded, and refused (501).

    Args:
        folder: Where the recordings go; made if it is not there. One recorder at a time writes to it.
        target: The service: an address that begins with ``https://`` or ``http://``, a path in it is kept. Else the
            environment variable `CARTESIA_BASE_URL`, else ``https://api.cartesia.ai``.
        host: The address to listen on.
        port: The port to listen on; 0 for any that is free.

    Attributes:
        folder: Where the recordings go.
        target: The service.

    Raises:
        ValueError: The target or the port is none, or, on entering, the target is the recorder itself.
        OSError: On entering, when the address cannot be listened on, or the folder cannot be written to.
        RuntimeError: On entering, when it is running already.
        RecordingError: On leaving, when an exchange could not be written to the folder.
    """

    _called = "recorder"

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        target: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        super().__init__(host=host, port=port)
        self.folder = Path(folder)
        self.target = _target(target)
        self._secrets = Secrets()
        self._recorded: list[Path] = []
        self._failures: deque[Exception] = deque(maxlen=_MOST_FAILURES)
        self._numbers: Iterator[int] = iter(())

    @property
    def recorded(self) -> tuple[Path, ...]:
        """The recordings that were written, in the order in which the exchanges ended."""
        return tuple(self._recorded)

    def _conclude(self) -> None:
        if self._failures:
            failures, self._failures = self._failures, deque(maxlen=_MOST_FAILURES)
            raise RecordingError(f"Not everything could be recorded in {self.folder}: {failures[0]}") from failures[0]

    async def _listen(self) -> _Running:
        async with AsyncExitStack() as stack:
            workers = Workers()
            stack.push_async_callback(workers.close)
            self._numbers = itertools.count(await workers.run(_first_number, self.folder))
            listener = stack.enter_context(listening_socket(self._host, self._port, called=self._called, logger=logger))
            base_url = base_url_of(listener)
            if self.target == base_url:
                raise ValueError(f"target must be the service, not the recorder itself, which listens on {base_url}")
            session = await stack.enter_async_context(_session())
            under_way = set[asyncio.Task[object]]()

            async def handle(request: web.BaseRequest) -> web.StreamResponse:
                task = asyncio.current_task()
                assert task is not None
                under_way.add(task)
                try:
                    return await self._answer(request, session, workers)
                finally:
                    under_way.discard(task)

            # Its handlers are cancelled when their client leaves: the service must not speak to nobody.
            server = HTTPServer(handle, handler_cancellation=True, access_log=None, logger=logger, debug=False)
            runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=_GRACE)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.SockSite(runner, listener)
            await site.start()
            return _Running(base_url=base_url, site=site, under_way=under_way, everything=stack.pop_all())
        raise AssertionError("what is entered is left by a return or an error")

    async def _answer(
        self, request: web.BaseRequest, session: aiohttp.ClientSession, workers: Workers
    ) -> web.StreamResponse:
        secrets = self._secrets
        reader = RequestReader(request, secrets)
        try:
            if "upgrade" in request.headers:
                raise _not_covered()
            keeper = FolderKeeper(
                folder=self.folder,
                name=f"{next(self._numbers):05}-{_slug(f'{request.method} {secrets.hidden(request.path)}')}",
                target=self.target,
                recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
                reader=reader,
                secrets=secrets,
                workers=workers,
                done=self._recorded.append,
                failed=self._failures.append,
            )
            passage = Passage(
                request=request,
                reader=reader,
                target=self.target,
                secrets=secrets,
                keeper=keeper,
                clock=asyncio.get_running_loop().time,
            )
            return await passage.go(session)
        except Problem as problem:
            version = request.query.get("cartesia_version") or request.headers.get("Cartesia-Version")
            return error_answer(problem, served_version(version), new_id())


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        # A connection that died while it lay idle would be recorded as one that the service cut.
        connector=aiohttp.TCPConnector(limit=0, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT),
        trace_configs=[telling_when_sent()],
    )


def _not_covered() -> Problem:
    return Problem(
        status=HTTPStatus.NOT_IMPLEMENTED,
        title="Not recorded",
        message="Recording does not cover WebSockets: it is for calls that answer with JSON, bytes or server-sent events.",
    )


def _target(given: str | None) -> str:
    if given is not None:
        return checked_base_url("target", given)
    return checked_base_url("CARTESIA_BASE_URL", os.environ.get("CARTESIA_BASE_URL") or DEFAULT_BASE_URL)


def _first_number(folder: Path) -> int:
    """Make a folder ready, and give the number that follows those in it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        numbers = [int(path.name.partition("-")[0]) for path in folder.iterdir() if re.match(r"[0-9]+-", path.name)]
    return max(numbers, default=0) + 1


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9._]+", "-", text.lower()).strip("-.")[:_LONGEST_NAME].rstrip("-.")
