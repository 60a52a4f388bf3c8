"""Many contexts on one connection: each by itself, and none at the cost of another."""

from __future__ import annotations

import asyncio

import pytest

from cartesia_async.emulator import Emulator
from tests.emulator.server.test_server_streaming import Metronome
from tests.emulator.websocket.talking import NEWEST, VERSIONS, Talk, audio, talk, timed, types, until


async def test_contexts_take_turns(one: Talk) -> None:
    """Of many long speeches asked for at once, each is under way before any has ended, and none is mixed up."""
    names = [f"c{number}" for number in range(24)]
    for name in names:
        await one.say(f"{name} " * 60, name, add_timestamps=True)
    events = [await one.hear()]
    while sum(bool(event["done"]) for event in events) < len(names):
        events.append(await one.hear())
    first_end = next(place for place, event in enumerate(events) if event["done"])
    assert {event["context_id"] for event in events[:first_end]} == set(names)
    for name in names:
        own = [event for event in events if event["context_id"] == name]
        assert [word for word, _, _ in timed(own)] == [name] * 60
        assert own[-1]["type"] == "done"


async def test_a_short_speech_does_not_wait_for_a_long_one(one: Talk) -> None:
    """What is asked for during a long speech comes before its end."""
    await one.say("long " * 2_000, "long")
    await one.until(lambda event: event["type"] == "chunk")
    await one.say("short", "short")
    events = await one.to_done()
    assert events[-1]["context_id"] == "short"
    await one.cancel("long")
    await one.to_done()


async def test_a_cancelled_context_says_no_more() -> None:
    """The engine stops, `done` follows, and nothing after it; other contexts go on."""
    engine = Metronome(seconds=0.1)
    async with Emulator(engine=engine) as emulator, talk(emulator) as one:
        await one.say("Hello.", "a")
        await one.until(lambda event: event["type"] == "chunk")
        await one.cancel("a")
        events = await one.to_done()
        assert events[-1] == {"type": "done", "context_id": "a", "status_code": 206, "done": True}
        await until(engine.stopped.is_set)
        assert await one.silent()
        assert emulator.crashes == ()


@pytest.mark.parametrize("id", ["never", "over"])
async def test_a_cancel_of_nothing_is_not_answered(one: Talk, id: str) -> None:
    """A context that is unknown, or over, needs no end."""
    await one.say("Hello.", "over")
    await one.to_done()
    await one.cancel(id)
    await one.say("Next.", "next")
    assert {event["context_id"] for event in await one.to_done()} == {"next"}


async def test_text_that_waits_is_cancelled_too(one: Talk) -> None:
    """Nothing is said of a text that had not begun."""
    await one.say("Hello", continue_=True)
    await one.cancel()
    assert types(await one.to_done()) == ["done"]


async def test_an_id_may_be_used_again(one: Talk) -> None:
    """After its end a context begins anew, the clock at 0, with whatever voice and format."""
    for rate in (16_000, 8_000):
        format = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": rate}
        await one.say("Hello.", add_timestamps=True, output_format=format)
        events = await one.to_done()
        assert timed(events)[0][1] == 0.0
        assert {event.get("flush_id", 1) for event in events} == {1}


async def test_an_id_used_again_too_early_waits(one: Talk) -> None:
    """A speech begun before the one of the same id has ended is said after it; each has its `done`."""
    await one.say("long " * 100, add_timestamps=True)
    await one.say("Hello.", add_timestamps=True)
    first, second = await one.to_done(), await one.to_done()
    assert [word for word, _, _ in timed(first)] == ["long"] * 100
    assert [(word, start) for word, start, _ in timed(second)] == [("Hello.", 0.0)]


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_context_left_alone_expires(version: str) -> None:
    """With nothing to say for a while, the context ends by itself, and a later input is the first of a new one."""
    async with Emulator(engine="tone", context_expiry=0.05) as emulator, talk(emulator, version) as one:
        await one.say("Hello. ", continue_=True, max_buffer_delay_ms=20)
        assert types(await one.to_done())[-1] == "done"
        await one.say("", continue_=False)
        (event,) = await one.to_done()
        assert event["status_code"] == 400
        assert "initial transcript is empty" in str(event)
        await one.say("Again.")
        assert audio(await one.to_done())


async def test_text_that_waits_keeps_a_context_open() -> None:
    """A context does not expire before its text has been said."""
    async with Emulator(engine="tone", context_expiry=0.0) as emulator, talk(emulator) as one:
        await one.say("Hello", continue_=True, max_buffer_delay_ms=100)
        assert audio(await one.to_done())


@pytest.mark.parametrize(("version", "newest"), [("2025-11-04", False), (NEWEST, True)])
async def test_an_error_ends_its_context_alone(emulator: Emulator, version: str, newest: bool) -> None:
    """An input that cannot be served ends the context it is for, in the error shape of the version."""
    async with talk(emulator, version) as one:
        await one.say("Hello, ", "bad", continue_=True)
        await one.say("Hello, ", "good", continue_=True)
        await one.say("world.", "bad", language="xx")
        (event,) = await one.to_done()
        assert (event["context_id"], event["type"], event["status_code"]) == ("bad", "error", 400)
        if newest:
            assert event["error_code"] == "language_not_supported"
            assert {"title", "message", "request_id"} <= event.keys()
        else:
            assert str(event["error"]).startswith("Invalid language: ")
        await one.say("", "bad")
        assert "initial transcript is empty" in str(await one.hear())
        await one.say("world.", "good")
        events = await one.to_done()
        assert {event["context_id"] for event in events} == {"good"}
        assert events[-1]["type"] == "done"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("voice", "a0e99841-438c-4a64-b679-ae501e7d6091"),
        ("output_format", {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8_000}),
        ("add_timestamps", True),
        ("language", "en"),
    ],
)
async def test_what_was_begun_stays_as_it_is(one: Talk, name: str, value: object) -> None:
    """A later text of a context cannot come in another voice, format or the like; the error names the field."""
    await one.say("Hello, ", continue_=True)
    await one.say("world.", **{name: value})
    (event,) = await one.to_done()
    assert event["status_code"] == 400
    assert f"`{name}`" in str(event["message"])


@pytest.mark.parametrize("text", ["", " ", "?!", "..."])
@pytest.mark.parametrize("more", [True, False])
async def test_a_context_begins_with_something_to_say(one: Talk, text: str, more: bool) -> None:
    """A first transcript without a word is refused."""
    await one.say(text, continue_=more)
    (event,) = await one.to_done()
    assert event["message"] == "Your initial transcript is empty or contains only punctuation."


@pytest.mark.parametrize(
    ("version", "delay", "fine"),
    [("2024-06-10", 1_000, True), ("2025-04-16", 1_001, False), (NEWEST, 5_000, True), (NEWEST, 5_001, False)],
)
async def test_the_delay_has_a_limit(emulator: Emulator, version: str, delay: int, fine: bool) -> None:
    """`max_buffer_delay_ms` goes to 1,000, and to 5,000 since 2025-11-04."""
    async with talk(emulator, version) as one:
        await one.say("Hello.", max_buffer_delay_ms=delay)
        assert ((await one.to_done())[-1]["type"] == "done") is fine


async def test_each_context_needs_a_place() -> None:
    """One context more than may be spoken in at once is refused (429); an ended one makes room for the next."""
    async with Emulator(engine="tone", concurrency=2) as emulator, talk(emulator) as one:
        for id in ("a", "b", "c"):
            await one.say("Hello", id, continue_=True)
        (event,) = await one.to_done()
        assert (event["context_id"], event["status_code"], event["error_code"]) == ("c", 429, "concurrency_limited")
        await one.say(" world.", "a")
        await one.to_done()
        await one.say("Hello.", "c")
        assert (await one.to_done())[-1]["type"] == "done"
        await one.cancel("b")
        await one.to_done()
        await one.say("Hello.", "d")
        assert (await one.to_done())[-1]["type"] == "done"


async def test_an_engine_that_fails_is_told_of() -> None:
    """An exception in the engine is an error event of its context, and is recorded."""
    async with Emulator(engine=Metronome(fails_at=1)) as emulator, talk(emulator) as one:
        await one.say("Hello.")
        events = await one.to_done()
        assert types(events)[0] == "chunk"
        assert (events[-1]["type"], events[-1]["status_code"], events[-1]["context_id"]) == ("error", 500, "one")
        assert [type(crash) for crash in emulator.crashes] == [ZeroDivisionError]


async def test_text_beyond_what_may_wait_waits_outside() -> None:
    """Any amount of text is taken, no faster than it is said."""
    engine = Metronome(most=1, seconds=0.1, free=False)
    async with Emulator(engine=engine) as emulator, talk(emulator) as one:
        for _ in range(8):
            await one.say("word " * 20_000, continue_=True, max_buffer_delay_ms=0)
        await one.say("")
        await until(lambda: len(emulator.requests.last.messages) > 2)
        await asyncio.sleep(0.05)
        assert len(emulator.requests.last.messages) < 6
        engine.allowed.release(8)
        assert types(await one.to_done()).count("flush_done") == 8


async def test_a_context_that_fails_frees_who_waits_for_it() -> None:
    """Text that had to wait outside is read once its context has ended, and so is what other contexts are sent."""
    engine = Metronome(fails_at=0, free=False)
    async with Emulator(engine=engine) as emulator, talk(emulator) as one:
        for _ in range(4):
            await one.say("word " * 20_000, continue_=True, max_buffer_delay_ms=0)
        await one.say("Hello.", "two")
        await until(lambda: len(emulator.requests.last.messages) == 4)
        engine.allowed.release(2)
        assert [(await one.hear())["context_id"] for _ in range(2)] == ["one", "two"]


async def test_what_is_not_asked_for_need_not_be_said(one: Talk) -> None:
    """A field that is null or false is the same as none, also in a later input."""
    await one.say("Hello, ", continue_=True, language=None)
    await one.say("world.", add_timestamps=False, locale=None)
    assert types(await one.to_done())[-1] == "done"
