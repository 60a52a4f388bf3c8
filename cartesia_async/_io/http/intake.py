"""What has come of a body, or over a WebSocket, taken out of aiohttp's reader."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import aiohttp

AT_ONCE = 1 << 17  # bytes; a larger block comes fresh from the kernel each time, at several times the cost


async def arrived(content: aiohttp.StreamReader) -> bytes:
    """
    Wait until some of a body has come, and take it, about 128 KiB at most; at its end, nothing.

    aiohttp itself settles its accounts for each HTTP chunk that it gives, and asks the connection each time to go on. A stream
    sends each event in a chunk of its own, so that this would cost as much as reading the events does. Here the chunks are
    joined where they lie, and given as one; where very much lies there, as on uvloop, as some that are not too large.
    """
    chunks: deque[bytes] | None = getattr(content, "_buffer", None)
    if chunks is None:
        return await content.readany()
    while not chunks and not content.at_eof() and content.exception() is None:
        await content._wait("readany")  # noqa: SLF001 - the public ways to wait also read
    if len(chunks) < 2:
        return content.read_nowait()
    if getattr(content, "_size", 0) > AT_ONCE:
        taken = list(_first_of(chunks))
    else:
        taken = list(chunks)
        chunks.clear()
    whole = b"".join(taken)
    chunks.appendleft(whole)
    return content.read_nowait(len(whole))


def _first_of(chunks: deque[bytes]) -> Iterator[bytes]:
    room = AT_ONCE
    while chunks and (room == AT_ONCE or len(chunks[0]) <= room):
        chunk = chunks.popleft()
        room -= len(chunk)
        yield chunk


def messages_at_hand(
    socket: aiohttp.ClientWebSocketResponse[Any],
) -> tuple[Sequence[Any], Callable[[], Awaitable[Any]]]:
    """
    Give the messages that have come and were not taken, each with its size, and what takes the first of them.

    aiohttp's `receive` makes ready for a wait, for a closing and for an error each time, which none of these needs. Where
    aiohttp keeps them elsewhere, there seem to be none at hand.
    """
    queue: Any = getattr(socket, "_reader", None)
    return getattr(queue, "_buffer", ()), getattr(queue, "read", socket.receive)
