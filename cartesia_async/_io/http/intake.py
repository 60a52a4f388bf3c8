"""What has come of a body, or over a WebSocket, taken out of aiohttp's reader."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import aiohttp

_AT_ONCE = 1 << 18  # bytes: as much as asyncio reads from a socket at a time
_KEPT = 1 << 20  # bytes

# glibc gives what is free at the end of its heap back to the kernel from 128 KiB on, and so would take the memory for each
# read anew, a page at a time, which costs more than the reading. Once a block that had a mapping of its own was freed, all
# that is no larger comes from the heap, which keeps twice as much of what is free; and so for the whole process
# (https://man7.org/linux/man-pages/man3/mallopt.3.html, "dynamic mmap threshold"). Where that is fixed, or another allocator
# is used, this changes nothing.
bytes(_KEPT)


async def arrived(content: aiohttp.StreamReader) -> bytes:
    """
    Wait until some of a body has come, and take it, about 256 KiB at most; at its end, nothing.

    aiohttp itself settles its accounts for each HTTP chunk that it gives, and asks the connection each time to go on. A stream
    sends each event in a chunk of its own, so that this would cost as much as reading the events does. Here the chunks are
    joined where they lie, and given as one; where very much lies there, as some that are not too large.
    """
    chunks: deque[bytes] | None = getattr(content, "_buffer", None)
    if chunks is None:
        return await content.readany()
    while not chunks and not content.at_eof() and content.exception() is None:
        await content._wait("readany")  # noqa: SLF001 - the public ways to wait also read
    if len(chunks) < 2:
        return content.read_nowait()
    if getattr(content, "_size", 0) > _AT_ONCE:
        whole = b"".join(_first_of(chunks))
    else:
        whole = b"".join(chunks)
        chunks.clear()
    chunks.appendleft(whole)
    return content.read_nowait(len(whole))


def _first_of(chunks: deque[bytes]) -> Iterator[bytes]:
    room = _AT_ONCE
    while chunks and (room == _AT_ONCE or len(chunks[0]) <= room):
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
