"""What comes over a WebSocket: texts to be spoken, piece by piece."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any, cast

from starlette.websockets import WebSocket

MOST_UNSPOKEN = 1 << 20  # characters that wait to be spoken
_UNSUPPORTED, _INVALID, _TOO_BIG = 1003, 1007, 1009


class UnfitMessageError(Exception):
    """
    A message that is none of the protocol.

    Attributes:
        code: The code to close the WebSocket with.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Utterance:
    """
    One text, which may still be coming.

    Attributes:
        cancelled: Whether it is not to be spoken any more.
        unspoken: Characters that wait to be spoken.
    """

    def __init__(self) -> None:
        self.cancelled = False
        self.unspoken = 0
        self._over = False
        self._pieces = asyncio.Queue[str | None]()

    def add(self, text: str) -> None:
        """Add a piece; of a text that has failed, the rest is dropped."""
        if not self._over:
            self.unspoken += len(text)
            self._pieces.put_nowait(text)

    def end(self) -> None:
        """Tell that no more follows."""
        self._pieces.put_nowait(None)

    def drop(self) -> None:
        """Forget what was not spoken."""
        self._over, self.unspoken = True, 0

    async def pieces(self) -> AsyncGenerator[str]:
        """Give the pieces as they come."""
        while (text := await self._pieces.get()) is not None:
            self.unspoken -= len(text)
            yield text


class Hearing:
    """
    Reads the messages of a WebSocket for as long as it is open.

    Args:
        socket: The WebSocket, accepted.

    Attributes:
        unfit: Why no more is read of a WebSocket that is still open.
    """

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._open: Utterance | None = None
        self._waiting = asyncio.Queue[Utterance]()
        self._known: set[Utterance] = set()
        self._speaking: asyncio.Task[None] | None = None
        self.unfit: UnfitMessageError | None = None

    async def next(self) -> Utterance:
        """Wait for the next text."""
        return await self._waiting.get()

    async def carry_out(self, utterance: Utterance, task: asyncio.Task[None]) -> bool:
        """
        Wait for the *task* that speaks an utterance, and tell whether a message has cancelled it.

        Raises:
            Exception: What the task raised.
        """
        self._speaking = task
        try:
            if utterance.cancelled:
                task.cancel()
            await asyncio.wait([task])
        finally:
            self._speaking = None
            self._known.discard(utterance)
            utterance.drop()
            task.cancel()
            await asyncio.wait([task])
        if task.cancelled():
            return True
        task.result()
        return False

    async def until_left(self) -> None:
        """Read messages until the WebSocket is closed, or a message is none of the protocol."""
        try:
            while (message := await self._socket.receive())["type"] != "websocket.disconnect":
                self._take(_document(message.get("text")))
        except UnfitMessageError as error:
            self.unfit = error

    def _take(self, document: Mapping[str, Any]) -> None:
        text = document.get("text", "")
        if not isinstance(text, str):
            raise UnfitMessageError(_INVALID, "text must be a string")
        if document.get("cancel") is True:
            self._cancel_all()
        if text:
            if self._open is None:
                self._open = Utterance()
                self._known.add(self._open)
                self._waiting.put_nowait(self._open)
            self._open.add(text)
            if sum(utterance.unspoken for utterance in self._known) > MOST_UNSPOKEN:
                raise UnfitMessageError(_TOO_BIG, "too much text waits to be spoken")
        if document.get("end") is True and self._open is not None:
            self._open.end()
            self._open = None

    def _cancel_all(self) -> None:
        for utterance in self._known:
            utterance.cancelled = True
        self._open = None
        if self._speaking is not None:
            self._speaking.cancel()


def _document(text: str | None) -> Mapping[str, Any]:
    if text is None:
        raise UnfitMessageError(_UNSUPPORTED, "a message must be text, not bytes")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise UnfitMessageError(_INVALID, "a message must be a JSON object")
    return cast("Mapping[str, Any]", document)
