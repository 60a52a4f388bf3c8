"""Text that meets the end of its context on the wire: it is said again, or reported, and nothing is heard twice."""

from __future__ import annotations

import asyncio
import pickle
import queue
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from cartesia_async import APITimeoutError, AsyncCartesia, StreamEventError, StreamInterruptedError, Timeout, Timestamps
from cartesia_async.emulator import Emulator
from cartesia_async.websocket import lifetime
from tests.conftest import KEY
from tests.streams.sides import Side
from tests.websocket.far import far_from
from tests.websocket.service import SPEECH, WAIT, Peer, Service
from tests.websocket.talk import Talk, audio_of, is_whole

EXPIRED = "Context expired: no more inputs are taken."


class Source:
    """A text whose pieces a test gives out one by one; the last is ``None``."""

    def __init__(self) -> None:
        self.pieces = queue.Queue[str | None]()

    def __iter__(self) -> Iterator[str]:
        while (piece := self.pieces.get(timeout=WAIT)) is not None:
            yield piece

    def give(self, *pieces: str | None) -> None:
        for piece in pieces:
            self.pieces.put(piece)


async def _spoken(peer: Peer, text: str) -> str:
    # The service speaks the text it was sent.
    message = await peer.next()
    assert (message["transcript"], message["continue"]) == (text, True)
    await peer.audio(message["context_id"], text.encode())
    return str(message["context_id"])


async def _end(peer: Peer, context: str, way: str) -> None:
    if way == "done":
        await peer.done(context)
    else:
        await peer.refuse(400, EXPIRED, context)


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("way", ["done", "error"])
async def test_a_context_reports_what_was_not_spoken(
    service: Service, side: Side, way: str, last: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A context that the service ends while more text is under way fails with that text, after what was spoken."""
    async with Talk(side) as talk:
        peer = await service.connection()
        context, other = talk.context(), talk.context()
        await context.send("Spoken. ")
        await _spoken(peer, "Spoken. ")
        assert (await context.next()).data == b"Spoken. "
        await context.send("Not ")
        await context.send("spoken.")
        if last:
            await context.finish()
        await _end(peer, context.id, way)
        await peer.audio(context.id, b"late")
        error_type = StreamInterruptedError if way == "done" else StreamEventError
        with pytest.raises(error_type) as caught:
            await asyncio.wait_for(context.next(), WAIT)
        error = caught.value
        assert (error.context_id, error.unspoken_text) == (context.id, "Not spoken.")
        assert error.events_received == 1
        assert error.bytes_received > 8
        assert pickle.loads(pickle.dumps(error)).unspoken_text == "Not spoken."
        with pytest.raises(error_type) as caught:
            await context.send("More.")
        assert caught.value.unspoken_text == "Not spoken."
        await other.send("Other.")
        heard = list[Any]()
        while (message := await peer.next())["context_id"] != other.id:
            heard.append(message)
        # What the service may take for the beginning of another context is ended there, and dropped here.
        cancelled = [message for message in heard if message.get("cancel")]
        assert cancelled == [{"context_id": context.id, "cancel": True}]
        await peer.audio(other.id)
        await peer.done(other.id)
        assert (await other.read())[1] is None
    assert [record for record in caplog.records if record.name == "cartesia_async"] == []


async def test_a_context_that_is_never_spoken(service: Service, side: Side) -> None:
    """A context that ends without any audio, though there were words to speak, fails; what is no words is not missed."""
    async with Talk(side) as talk:
        peer = await service.connection()
        silent, spoken = talk.context(), talk.context()
        await silent.send("Hello.")
        await silent.finish()
        await spoken.send("Hello.")
        await spoken.send(' <break time="1s"/>')
        for _ in range(4):
            await peer.next()
        await peer.audio(spoken.id)
        await peer.done(silent.id)
        events, error = await silent.read()
        assert events == []
        assert isinstance(error, StreamInterruptedError)
        assert error.unspoken_text == "Hello."
        await spoken.send(" ... ")
        await spoken.finish()
        await peer.done(spoken.id)
        events, error = await spoken.read()
        assert error is None
        assert is_whole(events)


async def test_audio_that_was_on_its_way_is_no_answer(service: Service) -> None:
    """Text sent after a pause, while audio and the end lie unread, is not taken for spoken: its ping comes after them."""
    async with AsyncCartesia(KEY, base_url=service.url) as client, client.tts.websocket() as ws:
        peer = await service.connection()
        context = ws.context(**SPEECH)
        await context.send("Spoken. ")
        await _spoken(peer, "Spoken. ")
        items = aiter(context)
        await anext(items)
        await asyncio.sleep(0.3)
        # Both are written before the client, whose loop is this one, sends; it reads them after.
        await peer.audio(context.context_id, b"more")
        await peer.done(context.context_id)
        await context.send("Not spoken.")
        assert (await anext(items)).data == b"more"
        with pytest.raises(StreamInterruptedError) as caught:
            await anext(items)
        assert caught.value.unspoken_text == "Not spoken."


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("way", ["done", "error"])
async def test_a_stream_says_it_again(
    service: Service, side: Side, way: str, last: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A stream says again, in a new context, what the service ended a context without speaking, once, and on one clock."""
    source, heard = Source(), list[Any]()
    reading = _events(side, source, heard)
    peer = await service.connection()
    source.give("One ", "two ")
    first = await _spoken(peer, "One ")
    await _spoken(peer, "two ")
    await peer.audio(first, bytes(16_000 - 8))
    await peer.words(first, "One", "two")
    while len(heard) < 4:
        await asyncio.sleep(0.001)
    source.give("three ", *(["four", None] if last else ["four "]))
    assert (await peer.next())["transcript"] == "three "
    assert (await peer.next())["continue"] is not last
    await _end(peer, first, way)
    assert await peer.next() == {"context_id": first, "cancel": True}
    again = await peer.next()
    second = again["context_id"]
    assert second != first
    assert again["transcript"].rstrip() == "three four"
    # The service may take the text for the beginning of a new context, and speak it there too.
    await peer.audio(first, b"late: three four")
    await peer.done(first)
    await peer.audio(second, b"three four ")
    await peer.words(second, "three", "four")
    if not last:
        source.give("five", None)
        assert [(await peer.next())["transcript"] for _ in range(1)] == ["five"]
        await peer.audio(second, b"five")
    await peer.done(second)
    events, error = await asyncio.wait_for(reading, WAIT)
    assert error is None
    assert is_whole(events)
    assert audio_of(events).replace(b"\0", b"") == b"One two three four " + b"five" * (not last)
    times = [event.word_timestamps.start for event in events if isinstance(event, Timestamps)]
    assert times == [(0.0, 0.5), (1.0, 1.5)]
    assert [record for record in caplog.records if record.name == "cartesia_async"] == []
    assert len(service.handshakes) == 1


def _events(side: Side, source: Source, heard: list[Any]) -> asyncio.Task[Any]:
    # Speaks a text; what has come of it can be looked at meanwhile.
    return asyncio.create_task(
        side.items(lambda client: _noting(client.tts.stream(source, add_timestamps=True, **SPEECH).events(), heard))
    )


def _noting(events: Any, heard: list[Any]) -> Any:
    # An iterator of the kind that was given, which tells the test what has come.
    if hasattr(events, "__aiter__"):

        async def asynchronously() -> AsyncIterator[Any]:
            async for event in events:
                heard.append(event)
                yield event

        return asynchronously()

    def blocking() -> Iterator[Any]:
        for event in events:
            heard.append(event)
            yield event

    return blocking()


@pytest.mark.parametrize("finished", [True, False])
async def test_an_end_with_all_spoken_is_no_failure(service: Service, side: Side, finished: bool) -> None:
    """An error that tells of the end, in answer to an input without words, ends a context or a stream like `done`."""
    async with Talk(side) as talk:
        peer = await service.connection()
        context = talk.context()
        await context.send("Spoken.")
        await _spoken(peer, "Spoken.")
        assert (await context.next()).data == b"Spoken."
        await (context.finish() if finished else context.send(" "))
        await peer.next()
        await peer.refuse(400, EXPIRED, context.id)
        assert (await context.next()).type == "done"
        assert await context.next() is None
    source, heard = Source(), list[Any]()
    reading = asyncio.create_task(side.items(lambda client: _noting(client.tts.stream(source, **SPEECH), heard)))
    peer = await service.connection()
    source.give("One ")
    name = await _spoken(peer, "One ")
    while not heard:
        await asyncio.sleep(0.001)
    source.give(*([None] if finished else ["two ", None]))
    message = await peer.next()
    if finished:
        await peer.refuse(400, EXPIRED, name)
    else:
        assert message["context_id"] == name
        await peer.audio(name, b"two ")
        await peer.next()
        await peer.done(name)
    found, error = await asyncio.wait_for(reading, WAIT)
    assert error is None
    assert b"".join(found) == (b"One " if finished else b"One two ")


async def test_a_source_that_fails_when_its_context_has_ended(service: Service) -> None:
    """What the source of a text raises is raised at once, though its last text met the end of its context."""
    going = asyncio.Event()

    async def text() -> AsyncIterator[str]:
        yield "One "
        await going.wait()
        yield "two "
        await going.wait()
        raise LookupError

    async with AsyncCartesia(KEY, base_url=service.url) as client, client.tts.stream(text(), **SPEECH) as stream:
        peer = await service.connection()
        name = await _spoken(peer, "One ")
        await asyncio.sleep(0.02)
        going.set()
        await peer.next()
        going.clear()
        await peer.done(name)
        await asyncio.sleep(0.02)
        going.set()
        await asyncio.sleep(0.02)
        assert await stream.read(4) == b"One "
        with pytest.raises(LookupError):
            await asyncio.wait_for(stream.read(), 2)
    assert [message.get("cancel") for message in await peer.closed()] == [True]


async def test_a_stream_that_is_never_spoken(service: Service, side: Side) -> None:
    """A stream whose text the service ends without any sound fails, with that text, and is not repeated for ever."""
    reading = asyncio.create_task(side.items(lambda client: client.tts.stream(["Hello ", "there."], **SPEECH)))
    peer = await service.connection()
    for _ in range(2):
        name = (await peer.next())["context_id"]
    await peer.done(name)
    found, error = await asyncio.wait_for(reading, WAIT)
    assert found == []
    assert isinstance(error, StreamInterruptedError)
    assert (error.context_id, error.unspoken_text) == (name, "Hello there.")
    assert {message["context_id"] for message in await peer.closed()} == {name}


async def test_another_error_ends_a_stream(service: Service, side: Side) -> None:
    """An error that does not tell of an ended context is raised, and nothing is said again."""
    source, heard = Source(), list[Any]()
    reading = asyncio.create_task(side.items(lambda client: _noting(client.tts.stream(source, **SPEECH), heard)))
    peer = await service.connection()
    source.give("One ")
    name = await _spoken(peer, "One ")
    while not heard:
        await asyncio.sleep(0.001)
    source.give("two ")
    await peer.next()
    await peer.refuse(400, "Invalid transcript: it cannot be spoken.", name)
    source.give(None)
    found, error = await asyncio.wait_for(reading, WAIT)
    assert found == [b"One "]
    assert isinstance(error, StreamEventError)
    assert error.unspoken_text == "two "
    assert {message["context_id"] for message in await peer.closed()} <= {name}


async def test_a_slow_reader_hears_every_context(service: Service) -> None:
    """Text that is spoken to its end in a second context, before the first is read, is heard to its end."""
    going = asyncio.Event()

    async def text() -> AsyncIterator[str]:
        yield "Before "
        await going.wait()
        yield "and after."

    async with (
        AsyncCartesia(KEY, base_url=service.url) as client,
        client.tts.stream(text(), **SPEECH) as stream,
    ):
        peer = await service.connection()
        await peer.done(await _spoken(peer, "Before "))
        await asyncio.sleep(0.02)
        going.set()
        await _spoken(peer, "and ")
        message = await peer.next()
        await peer.audio(message["context_id"], message["transcript"].encode())
        await peer.done(message["context_id"])
        await asyncio.sleep(0.02)
        assert await stream.read() == b"Before and after."


def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    # In place of a pause about as long as the service's patience.
    monkeypatch.setattr(lifetime, "_ON_THE_WAY", lifetime._LIVED)


@pytest.mark.parametrize("version", ["2026-03-01", "2024-11-13"])
async def test_a_context_that_may_be_ending_is_sent_no_more_text(
    service: Service, side: Side, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a long pause a stream lets its context end, and only then goes on, in another: no text can meet the end."""
    await side.close()
    side.connect(service.url, api_version=version)
    source, heard = Source(), list[Any]()
    reading = _events(side, source, heard)
    peer = await service.connection()
    source.give("One ", "two ")
    first = await _spoken(peer, "One ")
    await _spoken(peer, "two ")
    await peer.words(first, "One", "two")
    while len(heard) < 3:
        await asyncio.sleep(0.001)
    _impatient(monkeypatch)
    source.give("three ", "four", None)
    last = await peer.next()
    monkeypatch.undo()
    assert (last["context_id"], last["transcript"], last["continue"]) == (first, "", False)
    # The rest waits, since the service may allow one context at a time, and what still comes is heard.
    await peer.audio(first, b"more")
    while len(heard) < 4:
        await asyncio.sleep(0.001)
    assert peer.heard.empty()
    await peer.done(first)
    second = str((message := await peer.next())["context_id"])
    assert second != first
    while message["continue"]:
        await peer.audio(second, message["transcript"].encode())
        message = await peer.next()
    await peer.audio(second, message["transcript"].encode())
    await peer.done(second)
    _, error = await asyncio.wait_for(reading, WAIT)
    assert error is None
    assert b"".join(event.data for event in heard if event.type == "chunk") == b"One two morethree four"


async def test_a_context_that_does_not_end_when_it_should(
    service: Service, side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that does not answer the end of a quiet context meets the time limit between two pieces."""
    await side.close()
    side.connect(service.url, timeout=Timeout(idle=0.2))
    source, heard = Source(), list[Any]()
    reading = _events(side, source, heard)
    peer = await service.connection()
    source.give("One ", "two ")
    first = await _spoken(peer, "One ")
    await _spoken(peer, "two ")
    while len(heard) < 2:
        await asyncio.sleep(0.001)
    _impatient(monkeypatch)
    source.give("three.", None)
    _, error = await asyncio.wait_for(reading, WAIT)
    assert isinstance(error, APITimeoutError)
    assert error.context_id == first
    assert {message["context_id"] for message in await peer.closed()} == {first}


async def test_what_meets_an_error_of_its_context_is_ended(service: Service, side: Side) -> None:
    """Text that crossed an error, and begins another context at the service, is ended there once it is heard of."""
    async with Talk(side) as talk:
        peer = await service.connection()
        context = talk.context()
        await context.send("One ")
        await context.send("two ")
        # The error is to what came first: to the service, the second text begins another context.
        assert [(await peer.next())["transcript"] for _ in range(2)] == ["One ", "two "]
        await peer.refuse(429, "Too much: not now.", context.id)
        with pytest.raises(StreamEventError):
            await asyncio.wait_for(context.next(), WAIT)
        await peer.audio(context.id, b"two ")
        assert await peer.next() == {"context_id": context.id, "cancel": True}


VOICE: dict[str, Any] = {
    "model_id": "sonic-3",
    "voice": "694f9389-aac1-45b6-b726-9d9369183238",
    "output_format": SPEECH["output_format"],
    "add_timestamps": True,
    "max_buffer_delay_ms": 0,
}
STREAMS, EXPIRY, AWAY = 60, 0.5, 0.1


async def test_no_word_is_lost_or_heard_twice() -> None:
    """Of 60 texts with pauses about as long as a service waits that is 0.1 s away, every word is heard once, in order."""
    dice = random.Random(11)

    async def text(words: list[str]) -> AsyncIterator[str]:
        for word in words:
            yield word + " "
            # At the shortest, the service is about to end the context; at the longest, the end has just come.
            await asyncio.sleep(dice.choice([0.0, EXPIRY + AWAY * dice.uniform(-1, 3)]))

    async with (
        Emulator(engine="tone", context_expiry=EXPIRY) as emulator,
        far_from(emulator.base_url, AWAY) as url,
        AsyncCartesia(KEY, base_url=url) as client,
        client.tts.websocket() as ws,
    ):

        async def speak(number: int) -> None:
            words = [f"w{number}x{place}" for place in range(6)]
            audio = await ws.stream(text(words), **VOICE).collect()
            assert audio.word_timestamps is not None
            assert [word.strip() for word in audio.word_timestamps.words] == words
            starts = list(audio.word_timestamps.start)
            assert starts == sorted(starts)

        await ws.stream("The first takes longer.", **VOICE).collect()
        async with asyncio.TaskGroup() as group:
            for number in range(STREAMS):
                group.create_task(speak(number))
        said = {message["context_id"] for request in emulator.requests for message in request.messages}
        assert len(said) > STREAMS + 10
