"""Waiting, and the ways in which a connection ends."""

from __future__ import annotations

import asyncio
import math
import socket
import struct
import sys
from typing import NoReturn

from aiohttp import web

from .fault import Drop

# To linger for no time is to reset; the two numbers are shorter on Windows.
_LINGER_NOT = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


async def silence(seconds: float) -> None:
    """Wait; for ever where the seconds are infinite. Only the end of the task (the client has left) breaks it off."""
    if seconds == math.inf:
        await asyncio.get_running_loop().create_future()
    await asyncio.sleep(seconds)


def reset(transport: asyncio.Transport) -> None:
    """End a connection so that its other end is told of a reset."""
    connection: socket.socket | None = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()


async def flush(request: web.BaseRequest) -> None:
    """Wait until all that was written has been handed to the system."""
    if request.transport is not None:
        request.transport.set_write_buffer_limits(high=0)
        await request.writer.drain()


async def cut(request: web.BaseRequest, how: Drop) -> NoReturn:
    """
    End the connection of a request in the middle: what was written arrives, and nothing more.

    It does not return: the task ends, cancelled, with the connection.
    """
    await flush(request)
    transport = request.transport
    if transport is not None and how == "reset":
        reset(transport)
    elif transport is not None:
        transport.close()
    await silence(math.inf)
    raise AssertionError("eternity is over")
