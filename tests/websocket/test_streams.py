"""`tts.stream`: text in, audio out, both at the same time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from cartesia_async import AsyncCartesia, Done, StreamInterruptedError, Timeout, Timestamps
from tests.conftest import KEY
from tests.streams.sides import Side
from tests.websocket.service import SPEECH, WAIT, Service, refusal

TOKENS = ["Hel", "lo", ", wor", "ld", "! ", "How", " are", " you", "?"]


async def tokens() -> AsyncIterator[str]:
    """Give tokens as a model does."""
    for token in TOKENS:
        yield token
        await asyncio.sleep(0)


def slowly() -> Iterator[str]:
    """Give tokens as a model's blocking client does."""
    assert threading.current_thread() is not threading.main_thread()
    yield from TOKENS


SOURCES: dict[str, Any] = {
    "string": lambda: "".join(TOKENS),
    "list": lambda: TOKENS,
    "generator": slowly,
    "asynchronous": tokens,
    "iterable": lambda: dict.fromkeys(TOKENS),
}


@pytest.mark.parametrize("source", SOURCES)
async def test_text_becomes_audio(service: Service, side: Side, source: str) -> None:
    """Any kind of text is sent whole, in whole words, and its audio comes as bytes; the last input says that it is."""
    service.answering = True
    found, error = await side.items(lambda client: client.tts.stream(SOURCES[source](), **SPEECH))
    assert error is None
    assert b"".join(found) == "".join(TOKENS).encode()
    assert all(piece.endswith(b" ") for piece in found[:-1])
    assert len(found) == (1 if source == "string" else 5)
    await service.peers[0].closed()


async def test_it_sends_while_it_receives(service: Service, side: Side) -> None:
    """The audio of the first words is there before the text has come to its end."""
    service.answering = True
    heard = threading.Event()

    def text() -> Iterator[str]:
        yield "First "
        assert heard.wait(WAIT)
        yield "then."

    if side.blocking:

        def read() -> list[bytes]:
            found = []
            for piece in side.client.tts.stream(text(), **SPEECH):
                found.append(piece)
                heard.set()
            return found

        assert await asyncio.to_thread(read) == [b"First ", b"then."]
    else:
        found = []
        async for piece in side.client.tts.stream(text(), **SPEECH):
            found.append(piece)
            heard.set()
        assert found == [b"First ", b"then."]


async def test_it_is_a_stream_like_any_other(service: Service, side: Side) -> None:
    """Its audio is read, cut, collected and entered as of any stream; its events end with `Done`."""
    service.answering = True
    text = "".join(TOKENS)
    assert await side.do(lambda client: client.tts.stream(text, **SPEECH).read()) == text.encode()
    found, _ = await side.items(lambda client: client.tts.stream(text, **SPEECH).iter_chunks(7))
    assert [len(piece) for piece in found] == [7, 7, 7, 5]
    audio = await side.do(lambda client: client.tts.stream(text, context_id="mine", **SPEECH).collect())
    assert (audio.data, audio.context_id, audio.format.sample_rate) == (text.encode(), "mine", 8000)
    events, error = await side.items(lambda client: client.tts.stream(TOKENS, **SPEECH).events())
    assert error is None
    assert [isinstance(event, Done) for event in events] == [False] * 5 + [True]
    kept = await side.inside(
        lambda client: client.tts.stream(text, **SPEECH),
        lambda stream: (stream.status, stream.attempts, stream.content_type),
    )
    assert kept == (101, 1, "audio/pcm")


async def test_a_socket_streams_too(service: Service) -> None:
    """`SpeechSocket.stream` does the same over a connection that is there already, and leaves it open."""
    service.answering = True
    async with AsyncCartesia(KEY, base_url=service.url) as client, client.tts.websocket() as ws:
        both = await asyncio.gather(*(ws.stream(tokens(), **SPEECH).read() for _ in range(20)))
        assert set(both) == {"".join(TOKENS).encode()}
    assert len(service.handshakes) == 1


async def test_leaving_early(service: Service) -> None:
    """Left early, it ends the context on the service, closes the source of the text, and the connection."""
    closed = asyncio.Event()

    async def text() -> AsyncIterator[str]:
        try:
            while True:
                yield "word "
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    async with AsyncCartesia(KEY, base_url=service.url) as client:
        reading = client.tts.stream(text(), **SPEECH)

        async def first() -> bytes:
            async for piece in reading:
                return piece
            raise AssertionError

        task = asyncio.create_task(first())
        peer = await service.connection()
        name = (await peer.next())["context_id"]
        await peer.audio(name)
        assert await task == b"abcd"
        await asyncio.wait_for(closed.wait(), WAIT)
        assert {"context_id": name, "cancel": True} in await peer.closed()


async def test_a_source_that_blocks_is_left(service: Service, side: Side) -> None:
    """A stream whose source of text is blocked on a thread can be left all the same; the source is closed when it comes back."""
    service.answering = True
    going, closed = threading.Event(), threading.Event()

    def text() -> Iterator[str]:
        try:
            yield "First "
            going.wait(WAIT)
            yield "never"
        finally:
            closed.set()

    async def look(stream: Any) -> bytes:
        return bytes(await stream.read(3))

    stream = await side.inside(
        lambda client: client.tts.stream(text(), **SPEECH), (lambda stream: stream.read(3)) if side.blocking else look
    )
    assert stream == b"Fir"
    assert not closed.is_set()
    going.set()
    assert await asyncio.to_thread(closed.wait, WAIT)


@pytest.mark.parametrize("wrong", ["raises", "bytes", "surrogate"])
async def test_a_source_that_fails(service: Service, side: Side, wrong: str) -> None:
    """What the source of the text raises is raised where the audio is read, after what came; the context is ended."""
    service.answering = True

    def text() -> Iterator[Any]:
        yield "First words, "
        yield {"raises": "", "bytes": b"no", "surrogate": "\ud800"}[wrong]
        raise LookupError("the model is gone")

    found, error = await side.items(lambda client: client.tts.stream(text(), **SPEECH))
    assert b"".join(found) in {b"", b"First words, "}
    assert isinstance(error, {"raises": LookupError, "bytes": TypeError, "surrogate": ValueError}[wrong])


async def test_wrong_text_is_refused_at_once(side: Side) -> None:
    """A text that is empty or none is refused when the call is made."""
    for text, kind in (("", ValueError), ("  ", ValueError), (b"bytes", TypeError), (3, TypeError)):
        with pytest.raises(kind, match="text must be"):
            side.client.tts.stream(text, **SPEECH)


async def test_nothing_to_speak(service: Service, side: Side) -> None:
    """A source that gives nothing speakable gives no audio, and asks the service for none."""
    for text in ([], ["..."], ["", " "]):
        events, error = await side.items(lambda client, text=text: client.tts.stream(text, **SPEECH).events())
        assert error is None
        assert [event.type for event in events] == ["done"]
        assert await (await service.connection()).closed() == []


async def test_a_slow_reader_slows_the_source(service: Service) -> None:
    """While nobody reads the audio, only so much text is asked for."""
    asked = 0

    async def text() -> AsyncIterator[str]:
        nonlocal asked
        for asked in range(1, 400):  # noqa: B007 - it is read outside
            yield "x" * 9_000 + " "
            await asyncio.sleep(0)

    service.answering = True
    async with AsyncCartesia(KEY, base_url=service.url) as client, client.tts.stream(text(), **SPEECH) as stream:
        before = -1
        while asked != before:
            before = asked
            await asyncio.sleep(0.05)
        assert before < 100
        assert len(await stream.read()) == 399 * 9_001
        assert asked == 399


async def test_a_pause_that_ends_the_context(service: Service) -> None:
    """Where the service ends the context in a pause of the text, the rest is spoken in another, and its times go on."""
    going = asyncio.Event()

    async def text() -> AsyncIterator[str]:
        yield "Before "
        await going.wait()
        yield "and after."

    async with AsyncCartesia(KEY, base_url=service.url) as client:
        reading = asyncio.create_task(_events(client.tts.stream(text(), add_timestamps=True, **SPEECH).events()))
        peer = await service.connection()
        first = (await peer.next())["context_id"]
        await peer.audio(first, bytes(16_000))
        await peer.words(first, "Before")
        await peer.done(first)
        await asyncio.sleep(0.02)
        going.set()
        message = await peer.next()
        second = message["context_id"]
        assert second != first
        assert message["transcript"] == "and "
        await peer.words(second, "and", "after")
        await peer.audio(second)
        assert (await peer.next())["continue"] is False
        await peer.done(second)
        events = await reading
    assert [event.type for event in events] == ["chunk", "timestamps", "timestamps", "chunk", "done"]
    times = [event.word_timestamps.start for event in events if isinstance(event, Timestamps)]
    assert times == [(0.0,), (1.0, 1.5)]


async def _events(stream: Any) -> list[Any]:
    return [event async for event in stream]


async def test_a_loss_before_any_audio_is_not_noticed(service: Service, side: Side) -> None:
    """A connection that is lost before any audio is replaced, and the text heard whole; one lost later fails the stream."""
    reading = asyncio.create_task(side.items(lambda client: client.tts.stream(TOKENS, **SPEECH)))
    peer = await service.connection()
    await peer.next()
    peer.cut()
    second = await service.connection()
    said = [await second.next() for _ in range(5)]
    assert "".join(message["transcript"] for message in said) == "".join(TOKENS)
    await second.audio(said[0]["context_id"], b"1234")
    second.cut()
    found, error = await asyncio.wait_for(reading, WAIT)
    assert found == [b"1234"]
    assert isinstance(error, StreamInterruptedError)
    assert error.context_id == said[0]["context_id"]


async def test_a_refusal_closes_the_source(service: Service) -> None:
    """Where the connection is refused, the error is raised, and the source of the text closed."""
    closed = asyncio.Event()

    async def text() -> AsyncIterator[str]:
        try:
            yield "word "
            await asyncio.sleep(60)
        finally:
            closed.set()

    service.refusals = [refusal(403)]
    async with AsyncCartesia(KEY, base_url=service.url, timeout=Timeout(total=9)) as client:
        with pytest.raises(Exception, match="403"):
            await client.tts.stream(text(), **SPEECH).read()
        await asyncio.wait_for(closed.wait(), WAIT)
