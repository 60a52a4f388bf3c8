"""A context: what is said in it, one thing after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import aclosing, suppress

import attrs

from ...audio.samples import WIDTHS
from ..delivery import Event
from ..exchange import Exchange
from ..pacing import Pace
from ..problems import Problem, error_event
from ..sounding import spoken
from ..speech import SpeechOrder
from ..speech_events import speech_events
from .channel import Outbox
from .inputs import Flush, Inputs, Say, Step
from .limits import MOST_TEXT_WAITING, Limits
from .message import Message


@attrs.define
class _Said:
    """What has been sent of what there is to say, from its start to its done."""

    seconds: float = 0.0
    flushes: int = 0
    flush_asked: bool = False


class Context:
    """
    Speaks what comes into one context, in order, on one clock.

    Args:
        id: Its id.
        exchange: The connection's request.
        limits: What holds in its version.
        outbox: Where its events go.
        ended: Called when it is over, before its last event is sent.
    """

    def __init__(self, id: str, exchange: Exchange, limits: Limits, outbox: Outbox, ended: Callable[[], None]) -> None:
        self.id = id
        self._exchange = exchange
        self._limits = limits
        self._outbox = outbox
        self._ended = ended
        self._inputs: Inputs | None = None
        self._steps: deque[Step] = deque()
        self._waiting = 0
        self._changed = asyncio.Event()
        self._less = asyncio.Event()
        self._said = _Said()
        self._pace = Pace(exchange.shop.realtime)
        self._last_input = self._last_output = self._now()

    def add(self, message: Message) -> None:
        """Take an input; `Problem` (400 or 404) where it cannot be served."""
        if self._inputs is None or not self._inputs.open:
            self._inputs = Inputs(message, self._exchange, self._limits)
        else:
            self._inputs.check(message)
        self._said.flush_asked |= message.flush
        self._last_input = self._now()
        for step in self._inputs.steps(message, self._last_input):
            self._put(step)
        self._changed.set()

    async def room(self) -> None:
        """Wait until so much has been said that more may come."""
        while self._waiting > MOST_TEXT_WAITING:
            self._less.clear()
            await self._less.wait()

    async def run(self) -> None:
        """Say what comes, until there is nothing more to come."""
        try:
            last = await self._say_all()
        except Exception as error:  # noqa: BLE001 (recorded, and told to the client)
            last = self.error(self._exchange.problem_of(error))
        self.leave()
        await self._outbox.send(last)

    def leave(self) -> None:
        """Say that it is over, to who would put in more, too."""
        self._ended()
        self._waiting = 0
        self._less.set()

    def done(self) -> Event:
        """Give the event that says that all has been said."""
        return {"type": "done", "context_id": self.id, "status_code": 206, "done": True}

    def error(self, problem: Problem) -> Event:
        """Give the event that tells a problem."""
        event = error_event(problem, self._exchange.version, self._exchange.request_id)
        return {**event, "context_id": self.id}

    async def _say_all(self) -> Event:
        while (step := await self._next()) is not None:
            if isinstance(step, Say):
                await self._heed_flush()
                await self._say(step.order)
            elif isinstance(step, Flush):
                await self._outbox.send(self._flush_done())
                self._said.flushes += 1
            elif self._steps:
                # Another speech was begun under the same id before this one had ended.
                await self._outbox.send(self.done())
                self._said = _Said()
            else:
                break
        return self.done()

    async def _next(self) -> Step | None:
        """Give the next step; `None` where nothing has come for so long that nothing is expected any more."""
        while not self._steps:
            inputs, now = self._inputs, self._now()
            assert inputs is not None
            for step in inputs.due(now):
                self._put(step)
            until = self._expiry if inputs.due_at is None else inputs.due_at
            if self._steps or now >= until:
                break
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await self._changed.wait()
        if not self._steps:
            return None
        step = self._steps.popleft()
        if isinstance(step, Say):
            self._waiting -= len(step.order.utterance.transcript)
            self._less.set()
        return step

    async def _heed_flush(self) -> None:
        # Clients that tell parts by number put audio without one into the part they are at: a flush that follows its
        # text at once has to be known before the audio leaves. The service takes longer than this to begin.
        until = self._last_input + self._limits.heed
        while self._inputs is not None and self._inputs.open and not self._said.flush_asked and self._now() < until:
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await self._changed.wait()

    @property
    def _expiry(self) -> float:
        given = self._exchange.shop.context_expiry
        seconds = self._limits.expiry if given is None else given
        return max(self._last_output, self._last_input if self._limits.from_input else 0.0) + seconds

    async def _say(self, order: SpeechOrder) -> None:
        shop, said = self._exchange.shop, self._said
        since = said.seconds
        rate = order.format.sample_rate * WIDTHS[order.format.encoding or ""]
        self._pace.resume()
        async with aclosing(shop.workers.each(spoken(shop.engine, order.utterance, order.format))) as steps:
            async for sounds in steps:
                for sound in sounds:
                    await self._pace.wait(sound.seconds)
                    for event in speech_events(sound, order, self._marks(), since=since):
                        await self._outbox.send(event)
                    said.seconds += len(sound.data) / rate
        self._last_output = self._now()

    def _marks(self) -> Event:
        said, numbered = self._said, self._limits.numbered
        if not numbered and not said.flush_asked:
            return {"context_id": self.id}
        return {"context_id": self.id, "flush_id": said.flushes + numbered}

    def _flush_done(self) -> Event:
        return {"type": "flush_done", **self._marks(), "status_code": 206, "done": False, "flush_done": True}

    def _put(self, step: Step) -> None:
        self._steps.append(step)
        if isinstance(step, Say):
            self._waiting += len(step.order.utterance.transcript)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
