"""Sending a text while it comes, and receiving its audio meanwhile."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import aclosing

from .._wire.clock import Clock
from .._wire.generation import Input
from .._wire.segments import Segmenter, cut, is_speakable
from ..audio.formats import AudioFormat, format_of
from ..audio.samples import WIDTHS
from ..errors import StreamError
from ..models.events import Done, TTSEvent
from ..models.speech import RawFormat
from .beginning import new_channel, renamed
from .channel import Channel
from .pool import Pool
from .source import Text, checked, pieces_of


class Speaking:
    """
    A text that is being spoken.

    As a rule it is one context. Where the text pauses for so long that the service ends that, the rest is spoken in
    another, and its times are moved accordingly. What was sent in the very moment in which the service ended it, and was
    not spoken, is said again there.

    Args:
        pool: The connections.
        channel: The first context.
        text: The text.
    """

    def __init__(self, pool: Pool, channel: Channel, text: Text) -> None:
        self.pool = pool
        self._channels = [channel]
        self._at = 0
        self._text = checked(text)
        self._pump: asyncio.Task[None] | None = None
        self._spoken_out = False  # the text has come to its end
        self._failure: Exception | None = None
        self._turn: asyncio.Event | None = None
        self._ended = False
        self._order = asyncio.Lock()
        self._unsaid = deque[Input]()  # what is to be said next: as a rule one input, more where a context has ended
        self._clock = Clock(_rate_of(self.format))

    @property
    def format(self) -> AudioFormat | None:
        """The format of the audio."""
        return format_of(self._channels[0].generation.body.fields["output_format"])

    @property
    def version(self) -> str:
        """The API version that is spoken."""
        return self._channels[0].version

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to end."""
        return self._ended and self._spoken_out and all(channel.over for channel in self._channels)

    def start(self) -> None:
        """Begin to send, unless it has begun."""
        if self._pump is None:
            self._turn = asyncio.Event()
            self._pump = asyncio.get_running_loop().create_task(self._say_all(), name="cartesia_async text")

    def stop(self) -> None:
        """End it, here and on the service."""
        if self._pump is not None:
            self._pump.cancel()
        for channel in self._channels:
            channel.leave()

    async def settle(self) -> None:
        """Wait until the source of the text is closed."""
        if self._pump is not None:
            await asyncio.wait([self._pump])

    def described(self, error: StreamError) -> None:
        """Write on *error* how far it has come."""
        self._channels[-1].described(error)

    async def take(self) -> list[TTSEvent]:
        """
        Wait for events and take all that have come; none at the end.

        Raises:
            CartesiaError: It failed.
            Exception: What the source of the text raised.
        """
        assert self._turn is not None
        while not self._ended:
            if self._at == len(self._channels):
                if self._spoken_out:
                    return self._end()
                self._turn.clear()
                await self._turn.wait()
                continue
            if events := await self._take_from(self._channels[self._at]):
                return events
        return []

    async def _take_from(self, channel: Channel) -> list[TTSEvent]:
        try:
            events = [self._clock.on(event) for event in await channel.take()]
        except StreamError as error:
            if self._failure is not None or not channel.can_go_on:
                raise (self._failure or error) from None
            await self._go_on(channel)
            events = []
        if events and not isinstance(events[-1], Done):
            return events
        self._at += 1
        self._clock.restart()
        if channel.ended_short:
            return []
        if channel.finished:
            self._ended = True
            return events
        is_last = self._spoken_out and self._at == len(self._channels)
        return [*events[:-1], *self._end()] if is_last else events[:-1]

    def _end(self) -> list[TTSEvent]:
        self._ended = True
        if self._failure is not None:
            raise self._failure
        return [Done(context_id=self._channels[-1].context_id)]

    async def _say_all(self) -> None:
        try:
            await self._say_pieces()
        except Exception as error:  # noqa: BLE001 - it is the source's, or the connection's, and raised where it is read
            self._failure = error
            self._channels[-1].break_off(error)
        finally:
            self._spoken_out = True
            assert self._turn is not None
            self._turn.set()

    async def _say_pieces(self) -> None:
        if isinstance(self._text, str):
            segments = cut(self._text)
        else:
            segmenter = Segmenter()
            async with aclosing(pieces_of(self._text)) as pieces:
                async for piece in pieces:
                    for segment in segmenter.feed(piece):
                        await self._say(segment)
                    await self._channels[-1].room()
            segments = segmenter.finish()
            if not segmenter.spoken:
                # Of nothing, there is nothing to be heard.
                self._channels[-1].end()
                return
        for segment in segments[:-1]:
            await self._say(segment)
            await self._channels[-1].room()
        await self._say(segments[-1] if segments else "", more=False)

    async def _say(self, text: str, *, more: bool = True) -> None:
        async with self._order:
            self._unsaid.append(Input(text, more=more))
            await self._say_what_is_left()

    async def _go_on(self, channel: Channel) -> None:
        async with self._order:
            if channel is self._channels[-1]:
                await self._say_what_is_left()

    async def _say_what_is_left(self) -> None:
        while True:
            if self._channels[-1].can_go_on:
                self._go_over_to_another()
            if not self._unsaid:
                return
            channel = self._channels[-1]
            if (
                channel.begun
                and channel.lifetime.may_be_over(asyncio.get_running_loop().time())
                and not channel.over
                and is_speakable(self._unsaid[0].text)
            ):
                # Whether text that meets the end of its context was heard is hard to tell: so it is not sent into that.
                await channel.retire()
                continue
            before = channel.journal.sent
            try:
                await self.pool.send(channel, self._unsaid[0])
            except StreamError:
                if not channel.can_go_on:
                    raise
            if channel.journal.sent > before:
                self._unsaid.popleft()

    def _go_over_to_another(self) -> None:
        ended = self._channels[-1]
        if ended.ended_short:
            self._unsaid.appendleft(Input(ended.journal.unspoken, more=not ended.finished))
        text = "".join(given.text for given in self._unsaid)
        more = all(given.more for given in self._unsaid)
        self._unsaid.clear()
        if not is_speakable(text):
            return
        *segments, last = cut(text)
        self._unsaid.extend(Input(segment) for segment in segments)
        self._unsaid.append(Input(last, more=more))
        self._channels.append(new_channel(self.pool, renamed(ended.generation), ended.version))
        assert self._turn is not None
        self._turn.set()


def _rate_of(format: AudioFormat | None) -> int | None:
    return WIDTHS[format.encoding] * format.sample_rate if isinstance(format, RawFormat) else None
