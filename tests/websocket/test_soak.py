"""Many contexts and many cuts: no word is lost that was not reported, and nothing is left."""

from __future__ import annotations

import asyncio
import random

from cartesia_async import AsyncCartesia, StreamInterruptedError
from tests.conftest import KEY
from tests.websocket.conftest import prompt
from tests.websocket.service import SPEECH, Service
from tests.websocket.talk import audio_of, is_whole

CONTEXTS = 400  # at most twenty at a time, of which ten cut the connection
TEXT = [f"word-{number} " for number in range(6)]


async def test_no_word_is_lost_that_was_not_reported(service: Service) -> None:
    """Of 400 contexts over a connection that is cut at random, each is heard whole, or fails with how far it came."""
    dice = random.Random(7)
    service.answering = True
    whole = broken = 0
    async with AsyncCartesia(KEY, base_url=service.url, max_retries=50) as client, client.tts.websocket() as ws:
        prompt(client)
        gate = asyncio.Semaphore(20)

        async def speak(number: int) -> None:
            nonlocal whole, broken
            async with gate:
                context = ws.context(**SPEECH)
                heard = []

                async def say() -> None:
                    for word in TEXT:
                        await context.send(word)
                        await asyncio.sleep(dice.random() * 0.004)
                        if number in cuts and dice.random() < 0.3:
                            cuts.discard(number)
                            service.peers[-1].cut()
                    await context.finish()

                saying = asyncio.create_task(say())
                try:
                    async for event in context:
                        heard.append(event)
                except StreamInterruptedError as error:
                    broken += 1
                    assert error.context_id == context.context_id
                    assert error.events_received == len(heard) > 0
                    assert "".join(TEXT).encode().startswith(audio_of(heard))
                else:
                    whole += 1
                    assert is_whole(heard)
                    assert audio_of(heard) == "".join(TEXT).encode()
                await asyncio.gather(saying, return_exceptions=True)

        cuts = set(dice.sample(range(CONTEXTS), 10))
        async with asyncio.TaskGroup() as group:
            for number in range(CONTEXTS):
                group.create_task(speak(number))
        pool = ws._pool
        assert whole + broken == CONTEXTS
        assert whole > 0
        assert broken > 0
        assert all(not connection.channels for connection in pool._connections)
        assert pool._adrift.replays(pool.version) == 0
        assert len(pool._connections) <= 1
        assert len(service.handshakes) > 3
