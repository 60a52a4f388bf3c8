"""A network that takes its time, between a client and a service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class _End(asyncio.Protocol):
    """One of the two ends of a connection: what comes in leaves the other a while later."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self.other: _End | None = None
        self.transport: asyncio.Transport | None = None
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        for data in self._early:
            transport.write(data)

    def write(self, data: bytes) -> None:
        """Send what has come over."""
        if self.transport is None:
            self._early.append(data)
        else:
            self.transport.write(data)

    def close(self) -> None:
        """Close it."""
        if self.transport is not None:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        assert self.other is not None
        asyncio.get_running_loop().call_later(self._delay, self.other.write, data)

    def connection_lost(self, error: Exception | None) -> None:
        assert self.other is not None
        asyncio.get_running_loop().call_later(self._delay, self.other.close)


@asynccontextmanager
async def far_from(url: str, delay: float) -> AsyncIterator[str]:
    """Put a service *delay* seconds away, there and as many back; gives its address over there."""
    loop, address = asyncio.get_running_loop(), urlsplit(url)
    ends: list[_End] = []
    dialling: list[asyncio.Task[object]] = []

    def arrived() -> _End:
        near, far = _End(delay), _End(delay)
        near.other, far.other = far, near
        ends.extend((near, far))
        dialling.append(loop.create_task(loop.create_connection(lambda: far, address.hostname, address.port)))
        return near

    server = await loop.create_server(arrived, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await asyncio.gather(*dialling, return_exceptions=True)
        for end in ends:
            end.close()
        await asyncio.sleep(0)
