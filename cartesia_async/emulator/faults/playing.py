"""An answer that comes as its fault says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import NoReturn

import attrs
from aiohttp import web

from .endings import cut, flush, silence
from .fault import Fault

# How an event is laid out, from its name and its text.
Frame = Callable[[str, str], bytes]


@attrs.define
class AnswerOver(Exception):
    """
    An answer that is over, and all of it sent, before what makes it has come to its end.

    Attributes:
        stream: The answer.
    """

    stream: web.StreamResponse


class FaultyStream(web.StreamResponse):
    """
    The answer to a request that met a fault.

    Args:
        request: The request.
        fault: What it met.
        headers: The headers.
        status: The status.
        length: The length of the body, where it is known.
        frame: How an event is laid out, where each write is one event; else `None`.
    """

    def __init__(
        self,
        request: web.BaseRequest,
        fault: Fault,
        *,
        headers: Mapping[str, str],
        status: int = 200,
        length: int | None = None,
        frame: Frame | None = None,
    ) -> None:
        super().__init__(status=status, headers=headers)
        self._asker = request
        self._fault = fault
        self._frame = frame
        self._sent = 0
        self._over = False
        self._stall_at, self._drop_at = fault.stall_after, fault.drop_after
        if length is not None:
            # A body whose length is told cannot be cut any more once it is whole.
            most = max(length - 1, 0)
            self._stall_at = None if self._stall_at is None else min(self._stall_at, most)
            self._drop_at = None if self._drop_at is None else min(self._drop_at, most)
            self.content_length = length if self._drop_at is None or fault.drop != "end" else self._drop_at

    async def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send a part of the body: an event, or any bytes."""
        await (self._write_bytes(bytes(data)) if self._frame is None else self._write_event(bytes(data), last=False))

    async def write_eof(self, data: bytes = b"") -> None:
        """Send the last part of the body."""
        if self._over:
            return
        if self._frame is None:
            await self._write_bytes(data)
            while self._next_step() is not None:
                await self._take_step()
        else:
            if data:
                await self._write_event(data, last=True)
            await self._before_event(b"", last=False)
        await self._finish()

    async def _write_event(self, data: bytes, *, last: bool) -> None:
        gone = await self._before_event(data, last=last)
        await self._send(data[gone:])
        self._sent += 1

    async def _before_event(self, data: bytes, *, last: bool) -> int:
        """Take the steps that are due; tells how many bytes of the next event have gone out already."""
        fault = self._fault
        half = len(data) // 2 if fault.half else 0
        gone = 0
        if fault.inserts(self._sent, last=last):
            await self._send(self._own_event())
            if fault.ends:
                await self._end()
        if fault.stalls(self._sent, last=last):
            await self._send(data[:half])
            gone = half
            await self._stall()
        if fault.drops(self._sent, last=last):
            await self._send(data[gone:half])
            await self._drop()
        return gone

    async def _write_bytes(self, data: bytes) -> None:
        while (step := self._next_step()) is not None and step <= self._sent + len(data):
            before = step - self._sent
            await self._send(data[:before])
            self._sent, data = step, data[before:]
            await self._take_step()
        await self._send(data)
        self._sent += len(data)

    def _next_step(self) -> int | None:
        return min((step for step in (self._stall_at, self._drop_at) if step is not None), default=None)

    async def _take_step(self) -> None:
        if self._stall_at is not None and self._stall_at == self._next_step():
            self._stall_at = None
            await self._stall()
        else:
            await self._drop()

    async def _send(self, data: bytes) -> None:
        for piece in self._fault.pieces(data):
            await super().write(piece)
            if self._fault.split is not None:
                # Its reader, on the same loop perhaps, is to meet each piece alone.
                await asyncio.sleep(0)

    async def _stall(self) -> None:
        await flush(self._asker)
        await silence(self._fault.stall)

    async def _drop(self) -> NoReturn:
        if self._fault.drop is not None and self._fault.drop != "end":
            await cut(self._asker, self._fault.drop)
        await self._end()

    async def _end(self) -> NoReturn:
        await self._finish()
        raise AnswerOver(self)

    async def _finish(self) -> None:
        self._over = True
        await super().write_eof()

    def _own_event(self) -> bytes:
        event, text = self._fault.event, self._fault.event_text
        if self._frame is None or text is None:
            return event if isinstance(event, bytes) else b""
        name = str(event.get("type", "")) if isinstance(event, Mapping) else "chunk"
        return self._frame(name, text)
