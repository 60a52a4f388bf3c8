"""What can be made to go wrong on a WebSocket."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import aiohttp
import pytest

from cartesia_async.emulator import Emulator
from tests.emulator.websocket.talking import NEWEST, Talk, audio, talk, types, until

PATH = "/tts/websocket"
ERROR = {"type": "error", "done": True, "status_code": 402, "title": "Out of credits", "message": "No more."}
LONG = "word " * 40


async def hear_all(one: Talk) -> tuple[int, object]:
    """Count the events to the end of the connection, and give what ended it."""
    count = 0
    while (message := await one.socket.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT:
        count += 1
    return count, message


@pytest.mark.parametrize("after", [0, 1, 3])
@pytest.mark.parametrize("drop", ["close", "reset", "end"])
@pytest.mark.parametrize("half", [False, True])
async def test_a_connection_is_cut(emulator: Emulator, drop: str, after: int, half: bool) -> None:
    """After so many events of all contexts: without a word, by a reset, or by a good-bye; perhaps within an event."""
    emulator.fail(PATH, drop=drop, drop_after=after, half=half)
    async with talk(emulator) as one:
        await one.say(LONG, "a")
        await one.say(LONG, "b")
        count, last = await hear_all(one)
        assert count == after
        if drop == "end" and not half:
            assert (last.type, last.data) == (aiohttp.WSMsgType.CLOSE, 1000)
        else:
            assert last.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    async with talk(emulator) as one:
        await one.say("Hello.")
        assert audio(await one.to_done())


async def test_a_cut_may_come_between_two_speeches(emulator: Emulator) -> None:
    """Nothing more has to be asked for: it comes right after the event before it."""
    async with talk(emulator) as one:
        await one.say("Hello.")
        count = len(await one.to_done())
    emulator.fail(PATH, drop_after=count)
    async with talk(emulator) as one:
        await one.say("Hello.")
        assert types(await one.to_done())[-1] == "done"
        assert await one.closed() is None


async def test_a_connection_falls_silent_and_is_alive(emulator: Emulator) -> None:
    """No event comes any more, for no context, while pings are answered."""
    emulator.fail(PATH, stall_after=1)
    async with talk(emulator, autoping=False) as one:
        await one.say(LONG, "a")
        await one.hear()
        await one.say(LONG, "b")
        assert await one.silent()
        await one.socket.ping()
        assert (await one.socket.receive(timeout=5)).type is aiohttp.WSMsgType.PONG


async def test_a_connection_dies_within_an_event(emulator: Emulator) -> None:
    """With half of an event out nothing can follow: the ping of a client is not answered, and finds it out."""
    emulator.fail(PATH, stall_after=1, half=True)
    async with talk(emulator, heartbeat=0.1) as one:
        await one.say(LONG)
        await one.hear()
        assert (await one.socket.receive(timeout=5)).type in (aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSED)


async def test_a_ping_meets_a_cut(emulator: Emulator) -> None:
    """One that comes while the connection is being cut is not answered, and nothing unforeseen happens."""

    async def ping(one: Talk) -> None:
        with suppress(ConnectionError):
            while True:
                await one.socket.ping()
                await asyncio.sleep(0)

    for after in range(20):
        emulator.fail(PATH, drop_after=after % 7, drop="reset" if after % 2 else "close")
        async with talk(emulator) as one:
            await one.say(LONG)
            pinging = asyncio.create_task(ping(one))
            await hear_all(one)
            pinging.cancel()
            await asyncio.wait([pinging])
    assert emulator.crashes == ()


@pytest.mark.parametrize("half", [False, True])
async def test_a_silence_may_end(emulator: Emulator, half: bool) -> None:
    """After it all events come, whole."""
    emulator.fail(PATH, stall_after=1, stall=0.05, half=half)
    async with talk(emulator) as one:
        await one.say(LONG)
        assert types(await one.to_done())[-1] == "done"


async def test_an_event_comes_late(emulator: Emulator) -> None:
    """What was under way when its context was cancelled still arrives, before its `done`."""
    emulator.fail(PATH, stall_after=1, stall=0.1)
    async with talk(emulator) as one:
        await one.say(LONG)
        await one.hear()
        await until(lambda: emulator.requests.last.messages)
        await one.cancel()
        assert types(await one.to_done()) == ["chunk", "done"]
        assert await one.silent()


async def test_an_event_that_waits_its_turn_is_cancelled(emulator: Emulator) -> None:
    """Of a context that was cancelled before its turn came, nothing is sent but its `done`."""
    emulator.fail(PATH, stall_after=1, stall=0.2)
    async with talk(emulator) as one:
        await one.say(LONG, "a")
        await one.hear()
        await one.say(LONG, "b")
        await asyncio.sleep(0.05)
        await one.cancel("b")
        events = await one.to_done() + await one.to_done()
        assert types([event for event in events if event["context_id"] == "b"]) == ["done"]


async def test_an_event_comes_after_the_last(emulator: Emulator) -> None:
    """A late event follows the `done` of its context by itself, with the id of it where it is `*`."""
    late = {"type": "chunk", "context_id": "*", "data": "AAAA", "status_code": 206, "done": False}
    async with talk(emulator) as one:
        await one.say("Hello.")
        count = len(await one.to_done())
    emulator.fail(PATH, event=late, after=count)
    async with talk(emulator) as one:
        await one.say("Hello.", "x")
        assert types(await one.to_done())[-1] == "done"
        assert await one.hear() == {**late, "context_id": "x"}
        await one.say("Hello.", "y")
        assert {event["context_id"] for event in await one.to_done()} == {"y"}


@pytest.mark.parametrize("after", [0, 2])
async def test_an_error_may_name_no_context(emulator: Emulator, after: int) -> None:
    """It ends all that is said on the connection, which itself goes on."""
    emulator.fail(PATH, event=ERROR, after=after)
    async with talk(emulator) as one:
        for id in ("a", "b", "c"):
            await one.say(LONG, id, continue_=True)
        await one.say("", "a", continue_=True, flush=True)
        events = await one.to_done()
        assert len(events) == after + 1
        assert events[-1] == ERROR
        for id in ("b", "c"):
            await one.say("", id)
            assert "initial transcript is empty" in str(await one.hear())


@pytest.mark.parametrize("after", [0, 1])
async def test_an_error_may_name_its_context(emulator: Emulator, after: int) -> None:
    """It ends that one alone."""
    emulator.fail(PATH, event={**ERROR, "context_id": "a"}, after=after)
    async with talk(emulator) as one:
        await one.say(LONG, "a")
        await one.say(LONG, "b")
        events = await one.until(lambda event: event["type"] == "done")
        assert events[-1]["context_id"] == "b"
        place = types(events).index("error")
        assert place == after
        assert "a" not in {event["context_id"] for event in events[place + 1 :]}
        assert await one.silent(0.05)


async def test_an_event_may_be_unheard_of(emulator: Emulator) -> None:
    """It comes between the others and changes nothing."""
    emulator.fail(PATH, event={"type": "mood", "context_id": "*", "done": False}, after=1)
    async with talk(emulator) as one:
        await one.say(LONG)
        events = await one.to_done()
        assert events[1] == {"type": "mood", "context_id": "one", "done": False}
        assert events[-1]["type"] == "done"


async def test_a_message_may_be_no_json(emulator: Emulator) -> None:
    """A text comes as a message of its own."""
    emulator.fail(PATH, event='{"type":"chunk","data":"', after=0)
    async with talk(emulator) as one:
        await one.say("Hello.")
        assert (await one.socket.receive(timeout=5)).data == '{"type":"chunk","data":"'
        assert (await one.to_done())[-1]["type"] == "done"


async def test_bytes_may_be_no_frame(emulator: Emulator) -> None:
    """Bytes are sent bare, which a client takes for a broken protocol."""
    emulator.fail(PATH, event=b"\xff\xff", after=0)
    async with talk(emulator) as one:
        await one.say("Hello.")
        assert (await one.socket.receive(timeout=5)).type is aiohttp.WSMsgType.ERROR


@pytest.mark.parametrize("split", [1, 5, 1_000])
async def test_a_connection_may_be_slow(emulator: Emulator, split: int) -> None:
    """In pieces of any size, and late, all arrives, answers to pings among it."""
    emulator.fail("*", latency=0.02, split=split)
    async with talk(emulator, heartbeat=0.2) as one:
        await one.say("Hi.")
        assert audio(await one.to_done())


@pytest.mark.parametrize("status", [401, 402, 403, 429, 500, 503])
async def test_a_handshake_may_be_refused(emulator: Emulator, status: int) -> None:
    """With any status, once; its headers come with it."""
    emulator.fail(PATH, status=status, headers={"Retry-After": "7"})
    async with aiohttp.ClientSession(emulator.base_url) as session:
        headers = {"X-API-Key": "k", "Cartesia-Version": NEWEST}
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(PATH, headers=headers)
        assert (caught.value.status, caught.value.headers["Retry-After"]) == (status, "7")
        assert emulator.requests.last.fault.status == status
        async with session.ws_connect(PATH, headers=headers):
            pass


async def test_headers_may_be_added(emulator: Emulator) -> None:
    """To the answer of a handshake that succeeds, too."""
    emulator.fail(PATH, headers={"X-Served-By": "me"}, latency=0.0)
    async with talk(emulator) as one:
        assert one.socket._response.headers["X-Served-By"] == "me"
        assert one.socket._response.headers["x-request-id"] == emulator.requests.last.request_id


@pytest.mark.parametrize("chaos", range(6))
async def test_nothing_unforeseen_happens_by_chance(chaos: int) -> None:
    """Whatever the lot, a connection either comes about or not, and ends when its client ends it."""
    async with Emulator(engine="tone", seed=chaos, chaos=1.0) as emulator:
        for _ in range(8):
            try:
                async with talk(emulator) as one:
                    await one.say(LONG)
                    await one.socket.receive(timeout=0.3)
            except (aiohttp.ClientError, ConnectionError, TimeoutError):
                continue
        assert emulator.crashes == ()
