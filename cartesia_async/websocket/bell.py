"""What wakes the one who waits."""

from __future__ import annotations

import asyncio


class Bell:
    """
    Wakes the one who waits for it; where nobody does, its ringing is not heard.

    Attributes:
        waited: Whether somebody waits.
    """

    __slots__ = ("_rung",)

    def __init__(self) -> None:
        self._rung: asyncio.Future[None] | None = None

    @property
    def waited(self) -> bool:  # noqa: D102 - told above
        return self._rung is not None

    async def wait(self) -> None:
        """Wait until it rings."""
        self._rung = asyncio.get_running_loop().create_future()
        try:
            await self._rung
        finally:
            self._rung = None

    def ring(self) -> None:
        """Wake who waits."""
        if self._rung is not None and not self._rung.done():
            self._rung.set_result(None)
