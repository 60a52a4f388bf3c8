"""The connections there are: which were used before, which lie idle, and which are not welcome."""

from __future__ import annotations

import asyncio

from aiohttp.web_protocol import RequestHandler

from ..http_server import HTTPServer
from ..received import Named, ReceivedRequest, RequestLog
from .endings import reset
from .fault import Fault
from .script import FaultScript


class Connections:
    """
    Keeps account of connections, and turns away those that a fault is scripted for.

    Args:
        script: What is scripted.
        log: Where a connection that was turned away leaves a trace.
    """

    def __init__(self, script: FaultScript, log: RequestLog) -> None:
        self._script = script
        self._log = log
        self._used: set[RequestHandler] = set()
        self._busy: set[RequestHandler] = set()

    def made(self, transport: asyncio.Transport) -> None:
        """Hear of a new connection."""
        fault = self._script.meet_connection()
        if fault is not None:
            self._log.add(_trace(fault))
            reset(transport)

    def lost(self, connection: RequestHandler) -> None:
        """Hear of the end of a connection."""
        self._used.discard(connection)
        self._busy.discard(connection)

    def asked(self, connection: RequestHandler) -> bool:
        """Hear of a request; tells whether its connection carried another before."""
        reused = connection in self._used
        self._used.add(connection)
        self._busy.add(connection)
        return reused

    def answered(self, connection: RequestHandler) -> None:
        """Hear that a request has been answered."""
        self._busy.discard(connection)

    def close_idle(self) -> int:
        """Close the connections that carried a request and now lie idle; tells how many."""
        idle = self._used - self._busy
        for connection in idle:
            connection.force_close()
        return len(idle)


class WatchedServer(HTTPServer):
    """A server that tells of its connections."""

    watch: Connections

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Take on a connection."""
        super().connection_made(handler, transport)
        self.watch.made(transport)

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        """Let go of a connection."""
        self.watch.lost(handler)
        super().connection_lost(handler, exc)


def _trace(fault: Fault) -> ReceivedRequest:
    return ReceivedRequest(
        method="", path="", query=Named({}), headers=Named({}), api_version=None, request_id="", fault=fault
    )
