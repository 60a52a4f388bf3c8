"""What comes into a context, from its first message to the one that says there is no more."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ..exchange import Exchange
from ..fields import whole
from ..speech import SpeechOrder
from .buffering import InputBuffer
from .limits import Limits
from .message import Message, refuse_change


@attrs.frozen
class Say:
    """
    Something to be said in one go.

    Attributes:
        order: All that there is to know about it.
    """

    order: SpeechOrder


@attrs.frozen
class Flush:
    """Something to be told once all before it has been said: that it has."""


@attrs.frozen
class End:
    """The end of what there is to say."""


Step = Say | Flush | End


class Inputs:
    """
    The inputs of a context, made into steps.

    Args:
        message: The first.
        exchange: The connection's request.
        limits: What holds in its version.

    Raises:
        Problem: 400 or 404: the message cannot be served.
    """

    def __init__(self, message: Message, exchange: Exchange, limits: Limits) -> None:
        self._exchange = exchange
        self._order = message.order(exchange, initial=True)
        self._lasting = message.lasting
        delay = message.body.optional("max_buffer_delay_ms", whole(high=limits.most_delay))
        self._buffer = InputBuffer((limits.delay if delay is None else delay) / 1_000)
        # Who wants no delay at all is told after each input.
        self._tells_each = delay == 0 and limits.numbered
        self.open = True

    @property
    def due_at(self) -> float | None:
        """When text that waits for more of it will have waited long enough; `None` where none waits."""
        return self._buffer.deadline

    def check(self, message: Message) -> None:
        """Refuse a later message that cannot be served, by `Problem` (400 or 404)."""
        if not message.text:
            # Only its flags count: clients that others wrote send any voice and format with them.
            return
        self._order = message.order(self._exchange, initial=False)
        problem = refuse_change(message, self._lasting)
        if problem is not None:
            raise problem

    def steps(self, message: Message, now: float) -> Iterator[Step]:
        """Take a message that was checked."""
        flush = message.flush or (self._tells_each and bool(message.text) and message.more)
        if message.more and not flush:
            yield from map(self._say, self._buffer.add(message.text, now))
            return
        text = self._buffer.rest() + message.text
        if text:
            yield self._say(text)
        if flush:
            yield Flush()
        if not message.more:
            self.open = False
            yield End()

    def due(self, now: float) -> Iterator[Step]:
        """Give the text that has waited long enough."""
        text = self._buffer.due(now)
        if text:
            yield self._say(text)

    def _say(self, text: str) -> Say:
        utterance = attrs.evolve(self._order.utterance, transcript=text)
        return Say(attrs.evolve(self._order, utterance=utterance))
