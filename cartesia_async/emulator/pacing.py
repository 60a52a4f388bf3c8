"""The speed at which speech is delivered."""

from __future__ import annotations

import asyncio

import attrs


@attrs.define
class Pace:
    """Holds a stream back to the speed of speech, if so wished."""

    realtime: bool
    _due: float | None = None

    def resume(self) -> None:
        """Begin anew after a pause in which nothing was there to be said: it is not caught up on."""
        now = asyncio.get_running_loop().time()
        self._due = now if self._due is None else max(self._due, now)

    async def wait(self, seconds: float) -> None:
        """Wait until audio of so many seconds is due."""
        if not self.realtime:
            return
        now = asyncio.get_running_loop().time()
        due = now if self._due is None else self._due
        await asyncio.sleep(max(0.0, due - now))
        self._due = due + seconds
