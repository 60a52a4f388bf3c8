"""A long text is heard while it is being spoken, in every format."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from cartesia_async import AsyncCartesia
from cartesia_async.emulator import Emulator
from cartesia_async.emulator.engines import engine_named
from cartesia_async.emulator.engines.protocol import Engine, Piece, Utterance

from .listening import RAW, order

SENTENCE = "There are eight words in each sentence here. "
TEXT = SENTENCE * 250
MP3 = {"container": "mp3", "sample_rate": 44_100, "bit_rate": 64_000}


@attrs.define
class Led:
    """An engine that speaks as many pieces as it is allowed to, and counts them."""

    engine: Engine
    spoken: int = 0
    allowed: threading.Semaphore = attrs.field(factory=lambda: threading.Semaphore(0))

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def sample_rate(self) -> int:
        return self.engine.sample_rate

    def speak(self, utterance: Utterance) -> Iterator[Piece]:
        """Wait before each piece."""
        for piece in self.engine.speak(utterance):
            if not self.allowed.acquire(timeout=5):
                raise TimeoutError
            self.spoken += 1
            yield piece


@pytest.mark.parametrize("name", ["espeak", "tone"])
@pytest.mark.parametrize("format", [RAW, RAW | {"container": "wav"}, MP3], ids=["raw", "wav", "mp3"])
async def test_the_first_audio_of_a_long_text_comes_first(name: str, format: dict[str, Any]) -> None:
    """Of 2,000 words one clause is spoken when its audio is there; all the others are spoken after that."""
    engine = Led(engine_named(name))
    engine.allowed.release()
    async with (
        Emulator(engine=engine) as emulator,
        AsyncCartesia(api_key="k", base_url=emulator.base_url, max_retries=0) as client,
        client.tts.bytes(**order(TEXT, format)) as audio,
    ):
        first = b""
        async for chunk in audio:
            first += chunk
            if len(first) > 1_000:
                break
        assert engine.spoken == 1
        assert emulator.requests.last.status == 200
        engine.allowed.release(1_000)


@pytest.mark.parametrize("name", ["espeak", "tone"])
async def test_events_of_a_long_text_come_one_clause_after_another(name: str) -> None:
    """The words of a clause are told before the next one is spoken, and each has its audio with it."""
    engine = Led(engine_named(name))
    engine.allowed.release()
    async with (
        Emulator(engine=engine) as emulator,
        AsyncCartesia(api_key="k", base_url=emulator.base_url, max_retries=0) as client,
        client.tts.sse(**order(TEXT, add_timestamps=True)) as events,
    ):
        walk = aiter(events)
        ends, seconds = list[float](), 0.0
        for clause in range(1, 4):
            told = list[str]()
            while len(" ".join(told).split()) < 8:  # words that are said as one come as one
                event = await anext(walk)
                if event.type == "chunk":
                    seconds += len(event.data) / 4 / 22_050
                else:
                    assert event.type == "timestamps"
                    told += event.word_timestamps.words
                    ends += event.word_timestamps.end
            assert engine.spoken == clause
            assert " ".join(told) == SENTENCE.strip()
            engine.allowed.release()
        assert seconds < ends[-1] + 1.0
        assert ends == sorted(ends)
        engine.allowed.release(1_000)


async def test_no_clause_of_a_long_text_is_lost() -> None:
    """All words are spoken, and told in order."""
    engine = Led(engine_named("espeak"))
    engine.allowed.release(1_000)
    async with (
        Emulator(engine=engine) as emulator,
        AsyncCartesia(api_key="k", base_url=emulator.base_url, max_retries=0) as client,
    ):
        words, seconds = list[str](), 0.0
        async for event in client.tts.sse(**order(SENTENCE * 60, add_timestamps=True)):
            if event.type == "chunk":
                seconds += len(event.data) / 4 / 22_050
            elif event.type == "timestamps":
                words += event.word_timestamps.words
                assert event.word_timestamps.end[-1] < seconds + 5.0
        assert engine.spoken == 60
        assert " ".join(words) == (SENTENCE * 60).strip()
        assert seconds > 120
