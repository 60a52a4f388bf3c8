"""Working for a listener only as long as there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any


async def while_wanted(work: Coroutine[Any, Any, None], left: Awaitable[None]) -> None:
    """
    Carry out *work* until it is done, or cancel it at once when *left* comes first.

    Starlette's own streaming response learns that a listener has left from a piece it fails to send, under a server of
    ASGI 2.4. While the service is silent there is no piece: so this listens all the time.

    Raises:
        Exception: What *work* raised. What goes wrong when the listener has left is told to nobody.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(left)
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        # Taken now: a task that is being ended may yet end by itself.
        through = working.done()
        working.cancel()
        leaving.cancel()
        await asyncio.wait((working, leaving))
        for task in (working, leaving):
            if not task.cancelled():
                task.exception()  # or the loop would tell of one that nobody looked at
    if through:
        working.result()
