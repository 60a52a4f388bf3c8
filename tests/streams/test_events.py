"""Events as users see them: typed, decoded, in order, with `Done` last; both framings of the voice changer."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from cartesia_async import (
    AudioChunk,
    Done,
    FlushDone,
    PhonemeTimestamps,
    StreamEventError,
    StreamInterruptedError,
    Timestamps,
    UnknownEvent,
)
from tests.servers import WAIT, Peer, chunk, raw_server, streaming
from tests.streams.sides import DONE_EVENT, SPEECH, Side, audio_event, event, one_answer, sse_answer
from tests.streams.test_opening import CHANGE

WORDS = event(
    type="timestamps",
    done=False,
    status_code=206,
    context_id="c1",
    word_timestamps={"words": ["Hello", "world"], "start": [0, 0.5], "end": [0.4, 0.9]},
)
MORE_WORDS = event(
    type="timestamps",
    done=False,
    status_code=206,
    context_id="c1",
    word_timestamps={"words": ["again"], "start": [1.0], "end": [1.4]},
)
PHONEMES = event(
    type="phoneme_timestamps",
    done=False,
    status_code=206,
    context_id="c1",
    phoneme_timestamps={"phonemes": ["h", "ə"], "start": [0.1, 0.2], "end": [0.2, 0.3]},
)
FLUSH = event(type="flush_done", done=False, flush_done=True, flush_id=3, status_code=206, context_id="c1")
NEW = event(type="visemes", status_code=206, context_id="c1", shapes=[1, 2], nested={"a": None})
DONE = event(type="done", done=True, status_code=200, context_id="c1")


def sse(client: Any) -> Any:
    """Ask for events."""
    return client.tts.sse(**SPEECH)


def change(client: Any) -> Any:
    """Ask for a clip in another voice."""
    return client.voice_changer.sse(b"RIFF", **CHANGE)


async def test_every_event_is_typed(side: Side) -> None:
    """Each event is of its class with decoded fields, its context and its status; `Done` is the last."""
    body = sse_answer(audio_event(b"ab", context_id="c1"), WORDS, PHONEMES, FLUSH, NEW, DONE)
    async with raw_server(one_answer(body)) as server:
        side.connect(server.url)
        items, error = await side.items(sse)
        assert error is None
        assert [type(item) for item in items] == [
            AudioChunk,
            Timestamps,
            PhonemeTimestamps,
            FlushDone,
            UnknownEvent,
            Done,
        ]
        audio, words, phonemes, flush, new, done = items
        assert (audio.data, audio.step_time, audio.type) == (b"ab", 1.5, "chunk")
        assert words.word_timestamps.words == ("Hello", "world")
        assert words.word_timestamps.end == (0.4, 0.9)
        assert phonemes.phoneme_timestamps.phonemes == ("h", "ə")
        assert flush.flush_id == 3
        assert new.type == "visemes"
        assert new.raw == json.loads(NEW[6:])
        assert [item.context_id for item in items] == ["c1"] * 6
        assert [item.status_code for item in items] == [206] * 5 + [200]
        assert done.extra == {}


async def test_unknown_fields_are_kept(side: Side) -> None:
    """A field that the library does not know stays in `extra`."""
    body = sse_answer(audio_event(b"ab", colour="blue"), event(type="done", done=True, cost=3))
    async with raw_server(one_answer(body)) as server:
        side.connect(server.url)
        items, _ = await side.items(sse)
        assert [item.extra for item in items] == [{"colour": "blue"}, {"cost": 3}]


async def test_nothing_comes_after_done(side: Side) -> None:
    """What follows `done`, be it in the same chunk or later, is not delivered; not even an error."""
    late = event(type="error", status_code=500, error="Late: too late")
    body = sse_answer(audio_event(), DONE_EVENT, audio_event(), late, end=chunk(late) + chunk(b""))
    async with raw_server(one_answer(body)) as server:
        side.connect(server.url)
        items, error = await side.items(sse)
        assert ([type(item) for item in items], error) == ([AudioChunk, Done], None)


async def test_events_before_the_last_bytes_are_delivered_at_once(side: Side) -> None:
    """An event is delivered when it is whole, while the next has only begun."""
    got = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(streaming(content_type="text/event-stream") + chunk(audio_event() + audio_event()[:20]))
        async with asyncio.timeout(WAIT):
            await got.wait()
        await peer.send(chunk(audio_event()[20:] + DONE_EVENT) + chunk(b""))

    async with raw_server(script) as server:
        client = side.connect(server.url)
        kinds: list[type] = []

        def take(item: object) -> None:
            kinds.append(type(item))
            loop.call_soon_threadsafe(got.set)

        def read() -> None:
            for item in sse(client):
                take(item)

        if side.blocking:
            await asyncio.to_thread(read)
        else:
            async for item in sse(client):
                take(item)
        assert kinds == [AudioChunk, AudioChunk, Done]


async def test_collect_joins_everything(side: Side) -> None:
    """`collect()` gives the joined audio, all words and phonemes on one axis, and the context."""
    body = sse_answer(
        audio_event(b"ab", context_id="c1"), WORDS, audio_event(b"cd", context_id="c1"), PHONEMES, MORE_WORDS, NEW, DONE
    )
    async with raw_server(one_answer(body)) as server:
        side.connect(server.url)
        whole = await side.do(lambda client: sse(client).collect())
        assert (whole.data, whole.context_id) == (b"abcd", "c1")
        assert whole.word_timestamps.words == ("Hello", "world", "again")
        assert whole.word_timestamps.start == (0, 0.5, 1.0)
        assert whole.word_timestamps.end == (0.4, 0.9, 1.4)
        assert whole.phoneme_timestamps.phonemes == ("h", "ə")
        assert repr(whole).startswith("Audio(data=<4 bytes>, ")


async def test_collect_without_timestamps(side: Side) -> None:
    """What was not sent is `None`, and no audio is empty."""
    async with raw_server(one_answer(sse_answer(DONE_EVENT))) as server:
        side.connect(server.url)
        whole = await side.do(lambda client: sse(client).collect())
        assert (whole.data, whole.word_timestamps, whole.phoneme_timestamps, whole.context_id) == (
            b"",
            None,
            None,
            None,
        )


async def test_audio_gives_only_audio(side: Side) -> None:
    """`audio()` leaves all but the audio out, and can be read in every way; an error in between is still raised."""
    body = sse_answer(WORDS, audio_event(b"abc"), NEW, audio_event(b"defg"), FLUSH, DONE)
    async with raw_server(one_answer(body)) as server:
        side.connect(server.url)
        assert (await side.items(lambda client: sse(client).audio()))[0] == [b"abc", b"defg"]
    await side.close()
    async with raw_server(one_answer(body)) as server:
        audio = sse(side.connect(server.url)).audio()
        assert await side.do(lambda _: audio.read(2)) == b"ab"
        assert await side.do(lambda _: audio.read()) == b"cdefg"
        assert (audio.status, audio.attempts, audio.headers["Content-Type"]) == (200, 1, "text/event-stream")
    await side.close()
    async with raw_server(one_answer(sse_answer(audio_event(b"abc"), event(type="error", error="Oh: no")))) as server:
        side.connect(server.url)
        items, error = await side.items(lambda client: sse(client).audio())
        assert items == [b"abc"]
        assert isinstance(error, StreamEventError)


def bare(data: bytes | None = None, **fields: object) -> dict[str, object]:
    """Write an event of the voice changer, which has no `type`."""
    audio = {} if data is None else {"data": base64.b64encode(data).decode()}
    return {"status_code": 206, "done": False, **audio, "sample_rate": 44100, "step_time": 12.3, **fields}


def framed(document: dict[str, object]) -> bytes:
    """Frame it as a server-sent event."""
    return b"data: " + json.dumps(document).encode() + b"\n\n"


def lined(document: dict[str, object]) -> bytes:
    """Frame it as a line of JSON."""
    return json.dumps(document).encode() + b"\n"


def typed(document: dict[str, object]) -> bytes:
    """Frame it as a line of JSON that names its type."""
    kind = "error" if "error" in document else "chunk" if "data" in document else "done"
    return lined({"type": kind, **document})


FRAMINGS: dict[str, tuple[str, Callable[[dict[str, object]], bytes]]] = {
    "server-sent events": ("text/event-stream", framed),
    "JSON lines": ("application/json", typed),
    "JSON lines without a type": ("application/x-ndjson", lined),
}
FINISHED = {"status_code": 200, "done": True}


@pytest.mark.parametrize("cut", [1, 7, 100_000])
@pytest.mark.parametrize("framing", FRAMINGS)
async def test_both_framings_of_the_voice_changer(side: Side, framing: str, cut: int) -> None:
    """Server-sent events without `type` and lines of JSON give the same events, however the network cuts them."""
    content_type, frame = FRAMINGS[framing]
    long = bytes(range(256)) * 20
    body = frame(bare(long)) + frame(bare(b"xy", colour="blue")) + frame(FINISHED)
    parts = [body[at : at + cut] for at in range(0, len(body), cut)]
    answer = streaming(content_type=content_type) + b"".join(map(chunk, parts)) + chunk(b"")
    async with raw_server(one_answer(answer)) as server:
        side.connect(server.url)
        items, error = await side.items(change)
        assert error is None
        assert [type(item) for item in items] == [AudioChunk, AudioChunk, Done]
        assert [item.data for item in items[:2]] == [long, b"xy"]
        assert (items[0].sample_rate, items[0].step_time, items[0].status_code) == (44100, 12.3, 206)
        assert items[1].extra == {"colour": "blue"}
        assert items[2].status_code == 200


@pytest.mark.parametrize("framing", FRAMINGS)
async def test_the_voice_changers_last_audio_may_be_its_done(side: Side, framing: str) -> None:
    """An event with audio and `done` is audio, and then `Done`."""
    content_type, frame = FRAMINGS[framing]
    body = streaming(content_type=content_type) + chunk(frame(bare(b"a")) + frame(bare(b"b", done=True))) + chunk(b"")
    async with raw_server(one_answer(body)) as server:
        side.connect(server.url)
        items, error = await side.items(change)
        assert error is None
        assert [type(item) for item in items] == [AudioChunk, AudioChunk, Done]
        assert items[1].data == b"b"


@pytest.mark.parametrize("framing", FRAMINGS)
async def test_the_voice_changers_errors(side: Side, framing: str) -> None:
    """In each framing an error is raised after what came before, and a missing `done` is told."""
    content_type, frame = FRAMINGS[framing]
    head = streaming(content_type=content_type)
    failed = {"status_code": 400, "done": True, "error": "Invalid voice: no such voice"}
    scripts = [
        one_answer(head + chunk(frame(bare(b"a")) + frame(failed)) + chunk(b"")),
        one_answer(head + chunk(frame(bare(b"a"))) + chunk(b"")),
        one_answer(head + chunk(frame(bare(b"a")) + frame(bare(b"b"))[:-20]) + chunk(b"")),
    ]

    async def in_turn(peer: Peer) -> None:
        await scripts[peer.number - 1](peer)

    async with raw_server(in_turn) as server:
        side.connect(server.url)
        for kind in (StreamEventError, StreamInterruptedError, StreamInterruptedError):
            items, error = await side.items(change)
            assert [item.data for item in items] == [b"a"]
            assert isinstance(error, kind)
            assert error.events_received == 1


async def test_the_voice_changers_audio(side: Side) -> None:
    """`collect()` and `audio()` are there for the voice changer as well."""
    body = sse_answer(framed(bare(b"ab")), framed(bare(b"cd")), framed(FINISHED))
    async with raw_server(one_answer(body)) as server:
        side.connect(server.url)
        assert (await side.do(lambda client: change(client).collect())).data == b"abcd"
    await side.close()
    async with raw_server(one_answer(body)) as server:
        side.connect(server.url)
        assert await side.do(lambda client: change(client).audio().read()) == b"abcd"
