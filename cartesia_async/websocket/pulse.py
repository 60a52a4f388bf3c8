"""Finding out that the other end is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .._io.http.websocket import WebSocket
from .._io.watch import Timer, Watch

LONGEST_QUIET = 20.0  # seconds


class Pulse:
    """
    Pings a peer that is quiet, and tells when it does not answer.

    A message costs it nothing. While the program holds up the loop, it judges nothing: the timer lets the loop read first.

    Args:
        socket: The connection.
        timer: What rings on this loop.
        idle: The time limit between two pieces of a stream; a peer that is gone is known well before.
        dead: What to do with a peer that is.
    """

    def __init__(self, socket: WebSocket, timer: Timer, idle: float | None, dead: Callable[[str], None]) -> None:
        self._socket = socket
        self._watch = Watch(timer, self._beat)
        self._loop = asyncio.get_running_loop()
        self._quiet = LONGEST_QUIET if idle is None else min(LONGEST_QUIET, idle / 3)
        self._dead = dead
        self._pinged: float | None = None
        socket.ping()  # from the answer it is known that it answers at all
        self._watch.expect(self._loop.time() + self._quiet)

    def _beat(self) -> None:
        now, heard = self._loop.time(), self._socket.heard
        if self._pinged is not None and heard < self._pinged:
            self._dead(f"no answer to a ping within {self._quiet:g} s")
            return
        self._pinged = None
        due = heard + self._quiet
        if now >= due:
            self._socket.ping()
            self._pinged, due = now, now + self._quiet
        self._watch.expect(due)

    def pause(self) -> None:
        """Expect nothing, since nothing is read."""
        self._watch.stop()

    def resume(self) -> None:
        """Listen again."""
        self._socket.heard = self._loop.time()
        self._pinged = None
        self._watch.expect(self._loop.time() + self._quiet)
