"""One way to drive both clients, for what is promised of both."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

import attrs

from cartesia_async import AsyncCartesia, Cartesia
from tests.conftest import KEY
from tests.lifecycle.service import DONE_EVENT, SPEECH, event
from tests.servers import Peer, Script, chunk, streaming

__all__ = ["DONE_EVENT", "SPEECH", "Side", "audio_event", "event", "one_answer", "sse_answer"]

Call = Callable[[Any], Any]


@attrs.define
class Side:
    """
    One of the two clients, whose calls an asynchronous test makes without blocking the server on its own loop.

    Attributes:
        blocking: Whether it is `Cartesia`.
        client: The client, once there is a server.
    """

    blocking: bool
    client: Any = None

    def connect(self, url: str, **options: Any) -> Any:
        """Make the client of the service at *url*."""
        kind = Cartesia if self.blocking else AsyncCartesia
        self.client = kind(KEY, base_url=url, **options)
        return self.client

    async def do(self, call: Call) -> Any:
        """Make *call* with the client and give its result."""
        if self.blocking:
            return await asyncio.to_thread(call, self.client)
        result = call(self.client)
        return await result if isawaitable(result) else result

    async def items(self, call: Call) -> tuple[list[Any], Exception | None]:
        """Iterate over what *call* gives: the items, and the error that ended them."""
        found: list[Any] = []
        try:
            if self.blocking:
                await asyncio.to_thread(lambda: found.extend(_noted(call(self.client), found)))
            else:
                async for item in call(self.client):
                    found.append(item)
        except Exception as error:
            return found, error
        return found, None

    async def inside(self, call: Call, look: Callable[[Any], Any]) -> Any:
        """Enter what *call* gives, and there make the call *look*."""
        if self.blocking:

            def blocking() -> Any:
                with call(self.client) as stream:
                    return look(stream)

            return await asyncio.to_thread(blocking)
        async with call(self.client) as stream:
            result = look(stream)
            return await result if isawaitable(result) else result

    async def close(self) -> None:
        """Close the client, if there is one."""
        if self.client is not None:
            await self.do(lambda client: client.close())


def _noted(stream: Any, found: list[Any]) -> list[Any]:
    for item in stream:
        found.append(item)
    return []


def audio_event(data: bytes = b"abcd", **fields: object) -> bytes:
    """Write an event with audio, in the shape of speech."""
    encoded = base64.b64encode(data).decode()
    return event(**{"type": "chunk", "data": encoded, "done": False, "status_code": 206, "step_time": 1.5, **fields})


def one_answer(*parts: bytes, then: Callable[[Peer], Awaitable[None]] | None = None) -> Script:
    """Make a script that reads a request, sends *parts* as they are, and goes on with *then*, or hangs up."""

    async def script(peer: Peer) -> None:
        await peer.request()
        for part in parts:
            await peer.send(part)
        if then is not None:
            await then(peer)

    return script


def sse_answer(*events: bytes, end: bytes = chunk(b"")) -> bytes:
    """Write an answer of server-sent events, all in one chunk of the network."""
    return streaming(content_type="text/event-stream") + chunk(b"".join(events)) + end
