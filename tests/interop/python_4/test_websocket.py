"""The WebSocket of the official Python package 4.2.0 (it needs `cartesia[websockets]`) against the emulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import cartesia
import pytest
from websockets.exceptions import InvalidStatus

from cartesia_async.emulator import Emulator
from tests.interop import sound
from tests.interop.sound import BARRY, SARAH, WORDS

RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000}
MANNER = {"model_id": "sonic-3", "voice": SARAH, "output_format": RAW}
TOKENS = [f"{word} " for word in WORDS.split()]


def told(emulator: Emulator, **options: object) -> dict[str, object]:
    """Give the arguments of a client."""
    address = emulator.base_url.replace("http", "ws", 1)
    return {"api_key": "k", "base_url": emulator.base_url, "websocket_base_url": address, "max_retries": 0} | options


@pytest.fixture
def client(emulator: Emulator) -> Iterator[cartesia.Cartesia]:
    """Give a client."""
    with cartesia.Cartesia(**told(emulator)) as official:
        yield official


@pytest.fixture
async def async_client(emulator: Emulator) -> AsyncIterator[cartesia.AsyncCartesia]:
    """Give an asynchronous client."""
    async with cartesia.AsyncCartesia(**told(emulator)) as official:
        yield official


def test_tokens_become_speech(client: cartesia.Cartesia, emulator: Emulator) -> None:
    """Text pushed word by word is heard as the words in the voice, with a time for each, then it is done."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(**MANNER, add_timestamps=True, add_phoneme_timestamps=True)
        for token in TOKENS:
            context.push(token)
        context.no_more_inputs()
        events = list(context.receive())
    assert events[-1].type == "done"
    assert {event.type for event in events} == {"chunk", "timestamps", "phoneme_timestamps", "done"}
    audio = b"".join(event.audio for event in events if event.type == "chunk")
    sound.check_speech(sound.raw(audio, "pcm_s16le", 24_000))
    words = [word for event in events if event.type == "timestamps" for word in event.word_timestamps.words]
    assert words == WORDS.split()
    assert emulator.requests.last.api_version == "2026-08-14"
    assert "api_key" not in emulator.requests.last.query


async def test_many_contexts_share_a_connection(async_client: cartesia.AsyncCartesia) -> None:
    """Each context hears its own words, in its own voice, while the others speak."""
    async with async_client.tts.websocket_connect() as connection:

        async def speak(voice: str) -> None:
            context = connection.context(**MANNER | {"voice": voice})
            for token in TOKENS:
                await context.push(token)
                await asyncio.sleep(0)
            await context.no_more_inputs()
            audio = b"".join([event.audio async for event in context.receive() if event.type == "chunk"])
            sound.check_speech(sound.raw(audio, "pcm_s16le", 24_000), voice)

        await asyncio.gather(*(speak(voice) for voice in [SARAH, BARRY] * 6))


async def test_a_flush_ends_a_part(async_client: cartesia.AsyncCartesia) -> None:
    """`flush_done` follows the audio of what came before, and numbers go up."""
    async with async_client.tts.websocket_connect() as connection:
        context = connection.context(**MANNER)
        await context.push("One two")
        await context.push("", flush=True)
        await context.push("three four")
        await context.no_more_inputs()
        events = [event async for event in context.receive()]
    types = [event.type for event in events]
    place = types.index("flush_done")
    assert "chunk" in types[:place]
    assert "chunk" in types[place:]
    assert {event.flush_id for event in events[: place + 1]} == {1}
    assert {event.flush_id for event in events[place + 1 : -1]} == {2}


async def test_a_cancelled_context_leaves_the_others(async_client: cartesia.AsyncCartesia) -> None:
    """It ends, and the connection serves the next."""
    async with async_client.tts.websocket_connect() as connection:
        left = connection.context(**MANNER)
        await left.push(WORDS * 50)
        await left.cancel()
        context = connection.context(**MANNER)
        await context.push(WORDS)
        await context.no_more_inputs()
        assert [event.type async for event in context.receive()][-1] == "done"


async def test_an_error_is_an_event(async_client: cartesia.AsyncCartesia) -> None:
    """A voice that does not exist is told to its context, in the new shape."""
    async with async_client.tts.websocket_connect() as connection:
        context = connection.context(**MANNER | {"voice": "00000000-0000-0000-0000-000000000000"})
        await context.push("Hello.")
        (event,) = [event async for event in context.receive()]
    assert (event.type, event.status_code, event.error_code) == ("error", 404, "voice_not_found")


def test_the_older_way_still_works(client: cartesia.Cartesia) -> None:
    """`websocket().send` gives the audio, all at once or in chunks."""
    connection = client.tts.websocket()
    asked = {**MANNER, "transcript": WORDS}
    whole = connection.send(**asked, stream=False, add_timestamps=True)
    sound.check_speech(sound.raw(whole.audio, "pcm_s16le", 24_000))
    assert whole.word_timestamps["words"] == WORDS.split()
    chunks = [output.audio or b"" for output in connection.send(**asked, stream=True)]
    assert b"".join(chunks) == whole.audio
    connection.close()


def test_a_refused_handshake_is_an_error() -> None:
    """With its status."""
    with Emulator(engine="tone", api_keys=["other"]) as emulator, cartesia.Cartesia(**told(emulator)) as official:
        with pytest.raises(InvalidStatus) as caught, official.tts.websocket_connect():
            pass
        assert caught.value.response.status_code == 401
