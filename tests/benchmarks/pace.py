"""Streams in real time: 50 events a second each, spread evenly over time."""

from __future__ import annotations

import asyncio
import time

from tests.benchmarks import answers

PER_SECOND = 50
SLOTS = 20  # the streams of a slot are served in the same millisecond


class _Stream:
    def __init__(self, transport: asyncio.Transport, wanted: answers.Asked) -> None:
        self._transport, self._left = transport, wanted.chunks
        before, after = answers.chunk(wanted.size, 1, answers.CONTEXT).split(answers.STAMP)
        self._before, self._after = b"data: " + before, after + b"\n\n"
        self._times = answers.sse_frame(answers.times(answers.CONTEXT))
        self._number = 0

    def send(self) -> bool:
        """Send an event that tells when it was sent; tell whether more are to follow."""
        # Where the system has one monotonic clock, every process reads the same.
        frame = answers.http_chunk(b"%b%.6f%b" % (self._before, time.monotonic(), self._after))
        self._number += 1
        self._left -= 1
        if self._number % answers.EVERY == 0:
            frame += self._times
        if not self._left:
            frame += answers.sse_frame(answers.done(answers.CONTEXT)) + answers.LAST
        self._transport.write(frame)
        return self._left > 0


class Pace:
    """All streams in real time: each one's first event is sent at once, the others when they are due."""

    def __init__(self) -> None:
        self._streams: dict[asyncio.BaseTransport, _Stream] = {}
        self._slots: list[list[asyncio.BaseTransport]] = []
        self._began = 0.0
        self._tick = 0

    def join(self, transport: asyncio.Transport, wanted: answers.Asked) -> None:
        """Begin a stream; once there are as many as are wanted at once, time runs."""
        stream = _Stream(transport, wanted)
        if stream.send():
            self._streams[transport] = stream
        if len(self._streams) == wanted.at_once:
            transports = list(self._streams)
            self._slots = [transports[place::SLOTS] for place in range(SLOTS)]
            self._began, self._tick = asyncio.get_running_loop().time(), 0
            self._sleep()

    def leave(self, transport: asyncio.BaseTransport) -> None:
        """Forget a stream that ended, or whose listener left."""
        self._streams.pop(transport, None)

    def _sleep(self) -> None:
        self._tick += 1
        due = self._began + self._tick / (PER_SECOND * SLOTS)
        asyncio.get_running_loop().call_at(due, self._serve)

    def _serve(self) -> None:
        for transport in self._slots[self._tick % SLOTS]:
            stream = self._streams.get(transport)
            if stream and not stream.send():
                self.leave(transport)
        if self._streams:
            self._sleep()
