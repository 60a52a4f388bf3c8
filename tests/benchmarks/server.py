"""
A stand-in for the service, far cheaper than any client: ``python -m tests.benchmarks.server [CORE]``.

It writes the port it listens on to standard output, and serves until its standard input ends, as it does when whoever
started it is gone.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import re
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import ClassVar

from tests.benchmarks import answers, machine
from tests.benchmarks.pace import Pace

KEPT = 1 << 16  # bytes of a body that are looked at
HIGH_WATER = 1 << 18  # bytes that wait to be sent; what waits is copied, so it is little
WS_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
VOICES = re.compile(rb"starting_after=(\d+)")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding: *chunked")
WS_KEY = re.compile(rb"(?i)\r\nsec-websocket-key: *(\S+)")
_INPUT = memoryview(bytearray(1 << 20))


class Connection(asyncio.BufferedProtocol):
    """A client's connection: one request after the other, or a WebSocket."""

    uploaded: ClassVar[int] = 0  # bytes of the largest body so far

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._take: Callable[[memoryview], None] = self._head
        self._held = bytearray()
        self._path, self._query = b"", b""
        self._size = self._left = 0
        self._parts: Iterator[bytes] | None = None
        self._contexts = deque[Iterator[bytes]]()
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.set_write_buffer_limits(HIGH_WATER)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, _: Exception | None) -> None:
        self._parts = None
        self._pace.leave(self.transport)

    def get_buffer(self, _: int) -> memoryview:
        return _INPUT

    def buffer_updated(self, size: int) -> None:
        self._take(_INPUT[:size])

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._write_on()

    def _send(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._write_on()

    def _write_on(self) -> None:
        while self._parts is not None and not self._paused:
            part = next(self._parts, None)
            if part is None:
                self._parts = None
            else:
                self.transport.write(part)

    def _head(self, data: memoryview) -> None:
        self._held += data
        end = self._held.find(b"\r\n\r\n") + 4
        if end < 4:
            return
        head, rest = bytes(self._held[:end]), bytes(self._held[end:])
        self._held.clear()
        self._path, _, self._query = head.split(b" ", 2)[1].partition(b"?")
        key, length = WS_KEY.search(head), LENGTH.search(head)
        if key:
            accept = base64.b64encode(hashlib.sha1(key[1] + WS_GUID).digest())
            self.transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: %b\r\n\r\n" % accept
            )
            self._take = self._frames
        elif CHUNKED.search(head):
            self._size, self._left, self._take = 0, -1, self._body
            self._body(memoryview(rest))
        elif length and int(length[1]):
            self._size, self._left, self._take = 0, int(length[1]), self._body
            self._body(memoryview(rest))
        else:
            self._answer()

    def _body(self, data: memoryview) -> None:
        self._size += len(data)
        if len(self._held) < KEPT:
            self._held += data
        elif self._left < 0:
            self._held[-8:] = bytes(self._held[-8:] + data[-8:])[-8:]  # the end is told by the last bytes
        if self._size == self._left or (self._left < 0 and self._held.endswith(answers.LAST)):
            Connection.uploaded = max(self.uploaded, self._size)
            self._take = self._head
            self._answer()
            self._held.clear()

    def _answer(self) -> None:
        write = self.transport.write
        wanted = answers.asked(self._held)
        if self._path == b"/":
            write(answers.STATUS)
        elif self._path == b"/tts/sse" and wanted:
            write(answers.HEAD % b"text/event-stream")
            if wanted.at_once:
                self._pace.join(self.transport, wanted)
            else:
                self._send(answers.events(wanted))
        elif self._path == b"/tts/bytes" and wanted:
            write(answers.HEAD % b"audio/wav")
            self._send(answers.audio(wanted))
        elif self._path == b"/voice-changer/bytes":
            write(answers.CHANGED)
        elif self._path.rstrip(b"/") == b"/voices" and (number := VOICES.search(self._query)):
            write(answers.voices(int(number[1])))
        elif self._path == b"/load":
            load = {"cpu": time.process_time(), "uploaded": self.uploaded}
            Connection.uploaded = 0
            write(answers.whole(json.dumps(load).encode()))
        else:
            write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}")

    def _frames(self, data: memoryview) -> None:
        # A client's frames are short, and masked.
        held = self._held
        held += data
        while len(held) >= 6:
            size, start = held[1] & 127, 2
            if size == 126:
                size, start = int.from_bytes(held[2:4]), 4
            if len(held) < start + 4 + size:
                return
            mask = held[start : start + 4]
            payload = bytes(byte ^ mask[place & 3] for place, byte in enumerate(held[start + 4 : start + 4 + size]))
            kind = held[0] & 15
            del held[: start + 4 + size]
            wanted = answers.asked(payload) if kind == 1 else None
            if wanted:
                self._contexts.append(answers.messages(wanted, json.loads(payload)["context_id"]))
                if self._parts is None:
                    self._send(answers.in_turn(self._contexts))
            elif kind == 8:
                self.transport.write(bytes((0x88, size)) + payload)
                self.transport.close()
            elif kind == 9:
                self.transport.write(bytes((0x8A, size)) + payload)


async def serve() -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    pace = Pace()
    server = await loop.create_server(partial(Connection, pace), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        machine.pin(int(sys.argv[1]))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
