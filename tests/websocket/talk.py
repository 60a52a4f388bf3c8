"""One way to drive the contexts of both clients."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from inspect import isawaitable
from typing import Any, Self

from cartesia_async import Done
from tests.streams.sides import Side
from tests.websocket.service import SPEECH


class Talk:
    """A WebSocket of one of the two clients, in an asynchronous test."""

    def __init__(self, side: Side) -> None:
        self._blocking = side.blocking
        self.client = side.client
        self.socket: Any = side.client.tts.websocket()

    async def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a method, on a thread where it blocks."""
        if self._blocking:
            return await asyncio.to_thread(function, *arguments)
        result = function(*arguments)
        return await result if isawaitable(result) else result

    async def __aenter__(self) -> Self:
        await self.call(self.socket.__enter__ if self._blocking else self.socket.__aenter__)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close it."""
        await self.call(self.socket.close)

    def context(self, **options: Any) -> Context:
        """Begin a context."""
        return Context(self, self.socket.context(**{**SPEECH, **options}))


class Context:
    """A context of a talk."""

    def __init__(self, talk: Talk, context: Any) -> None:
        self._talk, self.context = talk, context
        self.id: str = context.context_id
        self._items: Any = None

    async def send(self, text: str) -> None:
        await self._talk.call(self.context.send, text)

    async def flush(self) -> None:
        await self._talk.call(self.context.flush)

    async def finish(self) -> None:
        await self._talk.call(self.context.finish)

    async def cancel(self) -> None:
        await self._talk.call(self.context.cancel)

    async def close(self) -> None:
        await self._talk.call(self.context.close)

    async def read(self) -> tuple[list[Any], Exception | None]:
        """Read to the end: the events, and the error that ended them."""
        found: list[Any] = []
        try:
            if self._talk._blocking:
                await asyncio.to_thread(_gather, self.context, found)
            else:
                async for event in self.context:
                    found.append(event)
        except Exception as error:
            return found, error
        return found, None

    async def next(self) -> Any:
        """Read one event, and stay in the loop; ``None`` at its end."""
        if self._items is None:
            self._items = iter(self.context) if self._talk._blocking else aiter(self.context)
        if self._talk._blocking:
            return await asyncio.to_thread(next, self._items, None)
        return await anext(self._items, None)

    async def first(self) -> Any:
        """Read one event and leave the loop."""
        if self._talk._blocking:
            return await asyncio.to_thread(_first, self.context)
        async for event in self.context:
            return event
        raise AssertionError

    def reading(self) -> asyncio.Task[tuple[list[Any], Exception | None]]:
        """Begin to read, in the background."""
        return asyncio.create_task(self.read())


def _gather(context: Any, found: list[Any]) -> None:
    for event in context:
        found.append(event)


def _first(context: Any) -> Any:
    for event in context:
        return event
    raise AssertionError


def audio_of(events: list[Any]) -> bytes:
    """Join the audio of *events*."""
    return b"".join(event.data for event in events if event.type == "chunk")


def is_whole(events: list[Any]) -> bool:
    """Whether the last event, and no other, is `Done`."""
    return [isinstance(event, Done) for event in events] == [False] * (len(events) - 1) + [True]
