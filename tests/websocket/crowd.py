"""A crowd of talks on one socket, by either client."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cartesia_async import AsyncCartesia, Cartesia
from tests.websocket.talks import FLUSH, Talk, talk

# Called after each talk, with how many have ended.
Tell = Callable[[int], None]


async def gather(client: AsyncCartesia, ws: Any, seed: object, talks: int, at_once: int, tell: Tell) -> Counter[str]:
    """Hold so many talks, so many of them at once; count how they went."""
    verdicts = Counter[str]()
    numbers = iter(range(talks))

    async def one_by_one() -> None:
        for number in numbers:
            one = talk(seed, number)
            await _hold(client, ws, one)
            verdicts[one.verdict()] += 1
            tell(verdicts.total())

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(one_by_one())
    return verdicts


def gather_on_threads(client: Cartesia, ws: Any, seed: object, talks: int, at_once: int, tell: Tell) -> Counter[str]:
    """Do the same with the blocking client; each talk has a thread that listens and, in a context, one that speaks."""
    verdicts = Counter[str]()

    def hold(number: int) -> str:
        one = talk(seed, number)
        _hold_blocking(client, ws, one, speakers)
        return one.verdict()

    with ThreadPoolExecutor(at_once) as speakers, ThreadPoolExecutor(at_once) as listeners:
        for verdict in listeners.map(hold, range(talks)):
            verdicts[verdict] += 1
            tell(verdicts.total())
    return verdicts


async def _hold(client: AsyncCartesia, ws: Any, one: Talk) -> None:
    speaking = None
    if one.way == "context":
        events = ws.context(**one.options)
        speaking = asyncio.create_task(_say(events, one))
    else:
        stream = (client.tts if one.way == "alone" else ws).stream(_tokens(one), **one.options)
        events = stream.events()
    try:
        async for event in events:
            if one.hear(event):
                if one.cancels:
                    await events.cancel()
                break
    except Exception as error:
        one.error = error
    if speaking is not None:
        await speaking


async def _say(context: Any, one: Talk) -> None:
    try:
        for piece, pause in zip(one.pieces, one.pauses, strict=True):
            await asyncio.sleep(pause)
            await (context.flush() if piece == FLUSH else context.send(piece))
        await context.finish()
    except Exception as error:
        one.refused = error


async def _tokens(one: Talk) -> AsyncIterator[str]:
    for piece, pause in zip(one.pieces, one.pauses, strict=True):
        await asyncio.sleep(pause)
        yield piece


def _hold_blocking(client: Cartesia, ws: Any, one: Talk, speakers: ThreadPoolExecutor) -> None:
    speaking = None
    if one.way == "context":
        events = ws.context(**one.options)
        speaking = speakers.submit(_say_blocking, events, one)
    else:
        stream = (client.tts if one.way == "alone" else ws).stream(_blocking_tokens(one), **one.options)
        events = stream.events()
    try:
        for event in events:
            if one.hear(event):
                if one.cancels:
                    events.cancel()
                break
    except Exception as error:
        one.error = error
    if speaking is not None:
        speaking.result()


def _say_blocking(context: Any, one: Talk) -> None:
    try:
        for piece, pause in zip(one.pieces, one.pauses, strict=True):
            time.sleep(pause)
            if piece == FLUSH:
                context.flush()
            else:
                context.send(piece)
        context.finish()
    except Exception as error:
        one.refused = error


def _blocking_tokens(one: Talk) -> Iterator[str]:
    for piece, pause in zip(one.pieces, one.pauses, strict=True):
        time.sleep(pause)
        yield piece
