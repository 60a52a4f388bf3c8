"""The WebSocket of the official Python package 1.4.0, which speaks the version 2024-06-10, against the emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator

import cartesia
import pytest

from cartesia_async.emulator import Emulator
from tests.interop import sound
from tests.interop.sound import SARAH, WORDS

RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000}
MANNER = {"model_id": "sonic-english", "voice_id": SARAH, "output_format": RAW}


def address(emulator: Emulator) -> str:
    """Give the address as the client takes it for its WebSocket."""
    return emulator.base_url.replace("http", "ws", 1)


@pytest.fixture
async def async_client(emulator: Emulator) -> AsyncIterator[cartesia.AsyncCartesia]:
    """Give an asynchronous client."""
    official = cartesia.AsyncCartesia(api_key="k", base_url=address(emulator))
    yield official
    await official.close()


def test_a_text_becomes_speech(emulator: Emulator) -> None:
    """Its audio are the words in the voice, with a time for each."""
    connection = cartesia.Cartesia(api_key="k", base_url=address(emulator)).tts.websocket()
    output = connection.send(**MANNER, transcript=WORDS, stream=False, add_timestamps=True)
    sound.check_speech(sound.raw(output["audio"], "pcm_s16le", 24_000))
    assert output["word_timestamps"]["words"] == WORDS.split()
    chunks = [chunk["audio"] for chunk in connection.send(**MANNER, transcript=WORDS, stream=True)]
    assert b"".join(chunks) == output["audio"]
    connection.close()
    assert emulator.requests.last.api_version == "2024-06-10"


def test_tokens_become_speech(emulator: Emulator) -> None:
    """Text from an iterator is one speech."""
    connection = cartesia.Cartesia(api_key="k", base_url=address(emulator)).tts.websocket()
    tokens = (f"{word} " for word in WORDS.split())
    outputs = connection.context().send(**MANNER, transcript=tokens)
    audio = b"".join(output["audio"] for output in outputs)
    sound.check_speech(sound.raw(audio, "pcm_s16le", 24_000))
    connection.close()


async def test_contexts_are_fed_and_flushed(async_client: cartesia.AsyncCartesia) -> None:
    """What was said before a flush and what was said after it are told apart; no more inputs end it."""
    connection = await async_client.tts.websocket()
    context = connection.context()
    await context.send(**MANNER, transcript=WORDS, continue_=True)
    before = await context.flush()
    await context.send(**MANNER, transcript=WORDS, continue_=True)
    await context.no_more_inputs()
    first = b"".join([output["audio"] async for output in before()])
    second = b"".join([output["audio"] async for output in context.receive()])
    for audio in (first, second):
        sound.check_speech(sound.raw(audio, "pcm_s16le", 24_000))
    await connection.close()


async def test_an_error_is_raised(async_client: cartesia.AsyncCartesia) -> None:
    """In the old shape, which the client knows."""
    connection = await async_client.tts.websocket()
    outputs = await connection.send(**MANNER, transcript="?", stream=True)
    with pytest.raises(RuntimeError, match="Invalid transcript: Your initial transcript is empty"):
        _ = [output async for output in outputs]
    await connection.close()
