"""What is said in one context: the audio, its times, its flushes, in each version."""

from __future__ import annotations

import json

import aiohttp
import pytest

from cartesia_async.emulator import Emulator
from tests.emulator.websocket.talking import RAW, SARAH, VERSIONS, Talk, audio, talk, timed, types

BYTES_A_SECOND = 32_000
WORDS = "Hello world. This is a second sentence, with a few more words."


async def test_it_is_the_speech_of_the_other_calls(emulator: Emulator, one: Talk) -> None:
    """A text said at once sounds, and has the times, as `tts.sse` gives them; each event names its context."""
    await one.say(WORDS, add_timestamps=True, add_phoneme_timestamps=True, use_normalized_timestamps=True)
    events = await one.to_done()
    asked = {"model_id": "sonic-3", "transcript": WORDS, "voice": SARAH, "output_format": RAW}
    asked |= {"add_timestamps": True, "add_phoneme_timestamps": True}
    headers = {"X-API-Key": "k", "Cartesia-Version": "2026-08-14"}
    async with aiohttp.ClientSession(headers=headers) as session:
        answer = await session.post(f"{emulator.base_url}/tts/sse", json=asked)
        other = [json.loads(line[6:]) for line in (await answer.text()).splitlines() if line.startswith("data: ")]
    assert types(events) == types(other)
    assert audio(events) == audio(other)
    assert timed(events) == timed(other)
    assert [word for word, _, _ in timed(events)] == WORDS.split()
    assert timed(events, "phonemes") == timed(other, "phonemes")
    assert {event["context_id"] for event in events} == {"one"}
    assert events[-1] == {"type": "done", "context_id": "one", "status_code": 206, "done": True}
    assert all(event["status_code"] == 206 and not event["done"] for event in events[:-1])


async def test_no_times_unless_asked_for(one: Talk) -> None:
    """Without the options there are chunks, and the end."""
    await one.say(WORDS)
    assert set(types(await one.to_done())) == {"chunk", "done"}


@pytest.mark.parametrize("delay", [None, 0, 5_000])
async def test_inputs_are_one_speech_on_one_clock(one: Talk, delay: int | None) -> None:
    """Text in pieces gives all its words, each later than those before, on the clock of the audio, then one `done`."""
    pieces = ["Hello ", "world. ", "This is a second sentence, ", "with a few more ", "words."]
    for place, piece in enumerate(pieces):
        more = place < len(pieces) - 1
        await one.say(piece, continue_=more, add_timestamps=True, max_buffer_delay_ms=delay)
    events = await one.to_done()
    times = timed(events)
    assert [word for word, _, _ in times] == WORDS.split()
    for (_, _, end), (_, start, _) in zip(times, times[1:], strict=False):
        assert end <= start
    assert times[-1][2] <= len(audio(events)) / BYTES_A_SECOND
    # What was sent before an event of times belongs to earlier words.
    heard = 0.0
    for event in events:
        if event["type"] == "timestamps":
            assert event["word_timestamps"]["start"][0] <= heard
        heard += len(audio([event])) / BYTES_A_SECOND


async def test_an_empty_input_ends_a_context(one: Talk) -> None:
    """Nothing is said for it, whatever voice and format it comes with, and `done` follows."""
    await one.say("Hello.", continue_=True, max_buffer_delay_ms=0)
    await one.until(lambda event: event["type"] == "flush_done")
    other = {"container": "raw", "encoding": "pcm_f32le", "sample_rate": 44_100}
    await one.say("", model_id="sonic-2", voice="no voice", output_format=other)
    assert types(await one.to_done()) == ["done"]


async def test_words_are_not_cut_while_they_grow(one: Talk) -> None:
    """Tokens that are parts of words are spoken as the words they make."""
    for token in ["Unbe", "liev", "able", ", ", "is", "n't it"]:
        await one.say(token, continue_=True, add_timestamps=True)
    await one.say("?", add_timestamps=True)
    assert [word for word, _, _ in timed(await one.to_done())] == ["Unbelievable,", "isn't", "it?"]


async def test_a_sentence_is_said_once_the_next_begins(one: Talk) -> None:
    """With a delay, what makes a sentence is spoken at once, and the rest when the delay is over."""
    await one.say("One two three. Fo", continue_=True, add_timestamps=True, max_buffer_delay_ms=100)
    events = await one.until(lambda event: event["type"] == "timestamps")
    assert [word for word, _, _ in timed(events)] == ["One", "two", "three."]
    events = await one.until(lambda event: event["type"] == "timestamps")
    assert [word for word, _, _ in timed(events)] == ["Fo"]


async def test_a_flush_is_told_when_all_before_it_is_said(one: Talk) -> None:
    """What came before is spoken without delay; chunks count flushes from 1."""
    await one.say("One", continue_=True)
    await one.say("", continue_=True, flush=True)
    first = await one.until(lambda event: event["type"] == "flush_done")
    assert audio(first)
    assert {event["flush_id"] for event in first} == {1}
    assert first[-1] == {
        "type": "flush_done",
        "context_id": "one",
        "status_code": 206,
        "done": False,
        "flush_done": True,
        "flush_id": 1,
    }
    await one.say("two", continue_=True, flush=True)
    second = await one.until(lambda event: event["type"] == "flush_done")
    assert {event["flush_id"] for event in second} == {2}
    await one.say("three")
    third = await one.to_done()
    assert {event["flush_id"] for event in third[:-1]} == {3}
    assert "flush_id" not in third[-1]


@pytest.mark.parametrize("version", VERSIONS)
async def test_clients_of_2024_meet_no_number_that_they_do_not_know(emulator: Emulator, version: str) -> None:
    """Before a flush is asked for, 2024's chunks carry no number; from then on theirs count from 0."""
    old = version.startswith("2024")
    async with talk(emulator, version) as one:
        await one.say("One. ", continue_=True, max_buffer_delay_ms=1)
        first = await one.until(lambda event: event["type"] == "chunk")
        assert ("flush_id" in first[-1]) is not old
        await one.say("Two.", continue_=True, flush=True)
        flushed = (await one.until(lambda event: event["type"] == "flush_done"))[-1]
        assert flushed["flush_id"] == (0 if old else 1)
        await one.say("Three.")
        assert (await one.hear())["flush_id"] == (1 if old else 2)


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"])
async def test_every_raw_format_keeps_the_clock(one: Talk, encoding: str) -> None:
    """The times of later inputs are those of the audio in any encoding and rate."""
    width = {"pcm_s16le": 2, "pcm_f32le": 4}.get(encoding, 1)
    format = {"container": "raw", "encoding": encoding, "sample_rate": 44_100}
    for text in ("One two. ", "Three. "):
        await one.say(text, continue_=True, max_buffer_delay_ms=0, output_format=format, add_timestamps=True)
    before = await one.until(lambda event: event["type"] == "flush_done")
    after = await one.until(lambda event: event["type"] == "flush_done")
    assert timed(after)[0][1] == pytest.approx(len(audio(before)) / 44_100 / width, abs=1e-4)
    await one.say("")
    await one.to_done()


@pytest.mark.parametrize("container", ["wav", "mp3", "ogg"])
async def test_only_raw_audio_is_sent(one: Talk, container: str) -> None:
    """Another container is refused, and the connection goes on."""
    await one.say("Hello.", output_format={**RAW, "container": container, "bit_rate": 128_000})
    (event,) = await one.to_done()
    assert (event["type"], event["status_code"], event["context_id"]) == ("error", 400, "one")
    await one.say("Hello.")
    assert audio(await one.to_done())


async def test_a_duration_ends_the_audio(one: Talk) -> None:
    """`duration` cuts what is said at once, in seconds."""
    await one.say(WORDS, duration=0.5)
    assert len(audio(await one.to_done())) == BYTES_A_SECOND / 2


async def test_realtime_comes_no_faster_than_it_sounds() -> None:
    """The emulator that paces sends the last of a speech once what comes before it has been heard."""
    async with Emulator(engine="tone", realtime=True) as emulator, talk(emulator) as one:
        loop = one.socket._loop
        began = loop.time()
        await one.say("Hello world, hello.")
        events = await one.to_done()
        chunks = [len(audio([event])) / BYTES_A_SECOND for event in events if event["type"] == "chunk"]
        assert loop.time() - began >= sum(chunks[:-1]) - 0.01
        assert len(chunks) > 1
