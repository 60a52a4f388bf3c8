"""Doing on a thread what would hold up the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def on_thread(step: Callable[..., None], *arguments: object) -> None:
    """
    Do *step* on a thread, and wait until it is done, also where the waiting is cancelled.

    A thread cannot be cancelled: what it works on must not be taken away from it, nor what it makes be missed.
    """
    work = asyncio.ensure_future(asyncio.to_thread(step, *arguments))
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        work.exception()
        raise cancelled
    work.result()
