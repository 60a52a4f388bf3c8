"""The awaited client is closed with its test, whatever it was doing: `nothing_left` looks for what is open after each."""

from __future__ import annotations

import asyncio
from typing import Any

from cartesia_async import AsyncCartesia
from cartesia_async.emulator import Emulator

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
SPEECH: dict[str, Any] = {
    "model_id": "sonic-3",
    "voice": VOICE,
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8_000},
}


async def test_after_a_call(async_cartesia_client: AsyncCartesia) -> None:
    """The connection that a call leaves in the pool is closed, though no other fixture keeps the loop."""
    assert (await async_cartesia_client.voices.get(VOICE)).id == VOICE


async def test_in_a_stream(async_cartesia_client: AsyncCartesia) -> None:
    """So is that of a stream which was left open."""
    stream = await async_cartesia_client.tts.sse(transcript="A word, " * 500, **SPEECH)
    assert (await anext(aiter(stream))).type == "chunk"


async def test_in_silence(async_cartesia_client: AsyncCartesia, cartesia_emulator: Emulator) -> None:
    """So is that of a stream whose server has gone silent: nothing is waited for."""
    cartesia_emulator.fail("/tts/sse", stall_after=1)
    stream = await async_cartesia_client.tts.sse(transcript="A word, and more.", **SPEECH)
    assert (await anext(aiter(stream))).type == "chunk"


async def test_in_a_context(async_cartesia_client: AsyncCartesia, cartesia_emulator: Emulator) -> None:
    """So is a WebSocket that was left open."""
    ws = await async_cartesia_client.tts.websocket()
    context = ws.context(**SPEECH)
    await context.send("A word. Another.")
    await context.flush()
    assert (await anext(aiter(context))).type == "chunk"
    assert [request.path for request in cartesia_emulator.requests] == ["/tts/websocket"]


def test_after_a_loop_of_the_tests_own(async_cartesia_client: AsyncCartesia) -> None:
    """So is what a loop that has ended left behind."""
    assert asyncio.run(async_cartesia_client.voices.get(VOICE)).id == VOICE
