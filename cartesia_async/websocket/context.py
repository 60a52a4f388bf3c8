"""A context: text in piece by piece, events out meanwhile."""

from __future__ import annotations

import asyncio

from .._io.http.websocket import WebSocket
from .._wire import checks
from .._wire.generation import FLUSH, Input
from .._wire.segments import is_speakable
from .._wire.versions import version_for
from ..audio.formats import AudioFormat
from ..errors import StreamError
from ..models.events import TTSEvent
from ..streams.events import EventStream
from .channel import Channel
from .grip import Grip
from .pool import Pool


class ContextGrip(Grip):
    """The events of one context."""

    def __init__(self, pool: Pool, channel: Channel, keeper: object) -> None:
        super().__init__()
        self._pool, self._channel = pool, channel
        self._keeper = keeper  # the socket is not dropped while one of its contexts is held

    async def _connect(self) -> WebSocket:
        return (await self._pool.connect(self._channel.version)).socket

    async def _events(self) -> list[TTSEvent]:
        return await self._channel.take()

    def _leave(self) -> None:
        self._channel.leave()

    @property
    def _is_done(self) -> bool:
        return self._channel.over

    def _how_far(self, error: StreamError) -> None:
        self._channel.described(error)

    async def say(self, given: Input) -> None:
        """Send an input."""
        self._loop = asyncio.get_running_loop()
        await self._pool.send(self._channel, given)


class SpeechContext(EventStream[TTSEvent]):
    """
    One context of a `SpeechSocket`: what is sent on it is spoken as one text, with one intonation.

    It is sent to with `send`, `flush`, `finish` and `cancel`, and read, meanwhile or afterwards, like any `EventStream`: by
    ``async for``, `audio` or `collect`. The last event is `Done`. Left early, it is ended on the service too, and what
    still comes for it is dropped.
    """

    def __init__(self, pool: Pool, channel: Channel, format: AudioFormat | None, keeper: object) -> None:
        super().__init__(ContextGrip(pool, channel, keeper), format)
        self._channel = channel
        self._held = ""
        self._turn = asyncio.Lock()

    _flow: ContextGrip

    @property
    def context_id(self) -> str:
        """The context's name, which each of its events repeats."""
        return self._channel.context_id

    async def send(self, text: str) -> None:
        """
        Have more text spoken.

        What is sent is joined as it is: send the spaces too. It waits while the connection is slow. Text at the start
        that holds nothing speakable, such as a quotation mark, waits for what follows, since the service refuses it.

        Args:
            text: The text, cut anywhere between words.

        Raises:
            ValueError: *text* is no text that can be sent.
            CartesiaError: The context failed, or could not be begun.
            RuntimeError: It is finished.
        """
        checks.sendable("text", text)
        async with self._turn:
            self._channel.check()
            text = self._held + text
            if not text:
                return
            if not self._channel.said and not is_speakable(text):
                self._held = text
                return
            self._held = ""
            await self._flow.say(Input(text))

    async def flush(self) -> None:
        """
        Have what was sent spoken now, to its end; `FlushDone` tells when it was. Where nothing was sent, do nothing.

        Raises:
            UnsupportedVersionError: The pinned API version lacks it.
            CartesiaError: The context failed.
            RuntimeError: It is finished.
        """
        version_for((FLUSH,), self._channel.version)
        async with self._turn:
            self._channel.check()
            if self._channel.said:
                await self._flow.say(Input("", flush=True))

    async def finish(self) -> None:
        """
        Tell that no more text follows; a second time does nothing.

        Raises:
            CartesiaError: The context failed.
        """
        async with self._turn:
            self._channel.raise_failure()
            if self._channel.finished or self._channel.over:
                return
            if self._channel.said:
                await self._flow.say(Input("", more=False))
            else:
                # Of nothing, there is nothing to be heard.
                self._channel.end()

    async def cancel(self) -> None:
        """
        End the context now, here and on the service.

        What has come and was not read is dropped, and whoever reads it is woken: the loop ends, with `Done`.
        """
        self._flow.ready.clear()
        self._channel.end()
