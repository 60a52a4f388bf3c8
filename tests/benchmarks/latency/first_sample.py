"""Texts that come token by token: how long each takes to be heard, and how much of that is the server's own time."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from statistics import median
from typing import Any

from tests.benchmarks import meter
from tests.benchmarks.measures import Measure
from tests.benchmarks.tally import Tally, WrongCountError, speech

# As language models cut them: the space comes first, so that a word is whole when the next token has come.
TOKENS = ("The", " quick", " brown", " f", "ox", " jumps", " over", " it", ".")
WARM = 5  # texts before the first that counts
HEADERS = {"X-API-Key": "sk_car_bench", "Cartesia-Version": "2026-08-14", "Content-Type": "application/json"}


class Source:
    """
    A language model, which writes at its own pace, whether anybody reads yet or not.

    Args:
        pace: Seconds from one token to the next; the first is there at once.

    Attributes:
        begun: When the first token was there.
        second: When the second one was, and the first word whole.
    """

    def __init__(self, pace: float) -> None:
        self._pace = pace
        self.begun = time.monotonic()
        self.second = self.begun + pace

    def _due(self, number: int) -> float:
        return self.begun + number * self._pace - time.monotonic()

    def _slept(self, number: int) -> None:
        # A sleep is some longer than it should be, which is not the client's fault.
        if number == 1:
            self.second = time.monotonic()

    async def tokens(self) -> AsyncIterator[str]:
        """Give the tokens, each when it is written."""
        for number, token in enumerate(TOKENS):
            if (seconds := self._due(number)) > 0:
                await asyncio.sleep(seconds)
                self._slept(number)
            yield token

    def blocking_tokens(self) -> Iterator[str]:
        """Give them to who waits on a thread."""
        for number, token in enumerate(TOKENS):
            if (seconds := self._due(number)) > 0:
                time.sleep(seconds)
                self._slept(number)
            yield token


class Watch:
    """
    Takes the times of all texts.

    Args:
        measure: What is measured.
        url: Where the emulator is.
    """

    def __init__(self, measure: Measure, url: str) -> None:
        self._measure = measure
        self._pace = float(measure.argument)
        body = json.dumps(speech("".join(TOKENS))).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{url}/tts/bytes", body, HEADERS)) as answer:
            self._size = len(answer.read())
        self._heard: dict[str, tuple[Source, float]] = {}

    def texts(self, times: int, name: str) -> Iterator[tuple[str, Source]]:
        """Give so many texts, which begin to be written now, each with the name of its context."""
        for number in range(times):
            yield f"{name}-{number}", Source(self._pace)

    def note(self, context: str, source: Source, given: Tally) -> None:
        """Take the time of a text, which was heard whole."""
        if given.size != self._size:
            raise WrongCountError(f"a text gave {given.size} bytes in place of {self._size}")
        self._heard[context] = source, given.first

    def figures(self, measured: dict[str, Any]) -> dict[str, float]:
        """
        Give medians, in seconds.

        `total` is the time from the first token to the first sample, `own` the server's part of it, `beyond` the rest, and
        `client` what of that is not spent on waiting for the second token.
        """
        own = measured.pop("own")
        counted = [
            (first - source.begun, own[context], source.second - source.begun)
            for context, (source, first) in self._heard.items()
            if context.startswith("text")
        ]
        return {
            **measured,
            "cpu": measured["cpu"] / len(counted),
            "total": median(total for total, _, _ in counted),
            "own": median(server for _, server, _ in counted),
            "beyond": median(total - server for total, server, _ in counted),
            "client": median(total - server - waited for total, server, waited in counted),
        }


async def watch(measure: Measure, contestant: Any, url: str) -> dict[str, float]:
    """Have texts spoken, and give the figures of `Watch.figures`."""
    own = Watch(measure, url)
    method = getattr(contestant, measure.method)
    for context, source in own.texts(WARM, "warm"):
        own.note(context, source, await method(source.tokens(), context))
    with meter.measured(url) as figures:
        for context, source in own.texts(measure.times, "text"):
            own.note(context, source, await method(source.tokens(), context))
    return own.figures(figures)


def watch_blocking(measure: Measure, contestant: Any, url: str) -> dict[str, float]:
    """Do the same with a blocking contestant."""
    own = Watch(measure, url)
    method = getattr(contestant, measure.method)
    for context, source in own.texts(WARM, "warm"):
        own.note(context, source, method(source.blocking_tokens(), context))
    with meter.measured(url) as figures:
        for context, source in own.texts(measure.times, "text"):
            own.note(context, source, method(source.blocking_tokens(), context))
    return own.figures(figures)
