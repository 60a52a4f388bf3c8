"""Servers that play a script byte by byte, for what a well-behaved server never does."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import attrs

WAIT = 5.0  # seconds after which a test gives up


@attrs.define
class Received:
    """A request, whole."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> bytes:
    """Write an answer of known length; underscores in names stand for hyphens."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def json_answer(document: object, status: int = 200, **headers: str) -> bytes:
    """Write an answer that is JSON."""
    return answer(status, json.dumps(document).encode(), Content_Type="application/json", **headers)


def streaming(*, content_type: str = "audio/wav") -> bytes:
    """Write the headers of an answer whose length is not known, in chunks."""
    return f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()


def chunk(data: bytes) -> bytes:
    """Write one chunk; an empty one is the end."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


@attrs.define(eq=False)
class Peer:
    """One connection of the client, seen from the server."""

    server: RawServer
    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self) -> Received:
        """Read one request, body included."""
        received = await self.head()
        length = received.headers.get("content-length")
        if length is not None:
            received.body = await self.reader.readexactly(int(length))
        elif received.headers.get("transfer-encoding") == "chunked":
            received.body = await self._chunks()
        return received

    async def head(self) -> Received:
        """Read a request's head only, and count it."""
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = lines[0].split(" ")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        received = Received(method, target, headers, b"")
        self.server.requests.append(received)
        return received

    async def _chunks(self) -> bytes:
        body = bytearray()
        while size := int(await self.reader.readline(), 16):
            body += await self.reader.readexactly(size)
            await self.reader.readline()
        await self.reader.readline()
        return bytes(body)

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Break the connection off with a reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def until_closed(self) -> None:
        """Wait until the client has closed the connection."""
        with suppress(ConnectionError):
            while await self.reader.read(1 << 16):
                pass
        self.server.client_closed.set()


@attrs.define(eq=False)
class RawServer:
    """
    What a scripted server has seen.

    Attributes:
        url: The base URL.
        requests: The requests, oldest first.
        connections: How many connections were made.
        client_closed: Set when a script saw the client close its connection.
    """

    url: str = ""
    requests: list[Received] = attrs.field(factory=list)
    connections: int = 0
    client_closed: asyncio.Event = attrs.field(factory=asyncio.Event)


Script = Callable[[Peer], Awaitable[None]]


@asynccontextmanager
async def raw_server(script: Script, *, receive_buffer: int | None = None) -> AsyncIterator[RawServer]:
    """Run *script* for each connection; the connection is closed when it returns."""
    seen = RawServer()
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        seen.connections += 1
        try:
            await script(Peer(seen, seen.connections, reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()
            tasks.discard(task)

    listener = socket.socket()
    if receive_buffer is not None:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    listener.bind(("127.0.0.1", 0))
    server = await asyncio.start_server(connected, sock=listener)
    seen.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield seen
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=WAIT)
        await server.wait_closed()


def always(*answers: bytes) -> Script:
    """Make a script that gives *answers* in turn over all connections, the last one for ever."""
    left = list(answers)

    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.send(left.pop(0) if len(left) > 1 else left[0])

    return script
