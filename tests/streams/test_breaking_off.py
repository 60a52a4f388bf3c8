"""Streams that go wrong after they began: what had come is delivered, and then the right error is raised."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest

from cartesia_async import (
    APIConnectionError,
    APIResponseError,
    AudioChunk,
    CartesiaError,
    StreamError,
    StreamEventError,
    StreamInterruptedError,
)
from tests.servers import Peer, Script, chunk, raw_server, streaming
from tests.streams.sides import DONE_EVENT, SPEECH, Side, audio_event, event, one_answer

HEAD = streaming(content_type="text/event-stream").replace(b"OK\r\n", b"OK\r\nX-Request-Id: req-7\r\n")
SIZED = b"HTTP/1.1 200 OK\r\nX-Request-Id: req-7\r\nContent-Length: 1000\r\n\r\n"
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\nX-Request-Id: req-7\r\nContent-Type: text/event-stream\r\n\r\n"
NAMED = audio_event(context_id="ctx-3")
LEGACY = event(type="error", done=True, status_code=400, error="Invalid model: no such model", context_id="ctx-9")
STRUCTURED = event(
    type="error",
    done=True,
    status_code=500,
    error_code="internal",
    title="Unexpected error",
    message="Please try again.",
    request_id="req-8",
    doc_url="https://docs.example/internal",
)


def sse(client: Any) -> Any:
    """Ask for events."""
    return client.tts.sse(**SPEECH)


def audio(client: Any) -> Any:
    """Ask for audio."""
    return client.tts.bytes(**SPEECH)


def reset(*parts: bytes) -> Script:
    """Send *parts*, and when they have arrived break the connection off with a reset."""

    async def script(peer: Peer) -> None:
        await peer.request()
        for part in parts:
            await peer.send(part)
        await asyncio.sleep(0.03)
        peer.reset()

    return script


async def nonsense(peer: Peer) -> None:
    """Send, a little later, what is no chunk."""
    await asyncio.sleep(0.03)
    await peer.send(b"nonsense\r\n")
    await peer.until_closed()


def own(error: Exception | None) -> CartesiaError:
    """Check that an error is of our own, and tells no secret and no audio, in its whole chain."""
    assert isinstance(error, CartesiaError)
    assert error.__cause__ is None or isinstance(error.__cause__, Exception)
    return error


# How an answer of events ends too early, with two events before.
ENDINGS: dict[str, Script] = {
    "the body ends": one_answer(HEAD + chunk(NAMED * 2) + chunk(b"")),
    "FIN in the chunks": one_answer(HEAD + chunk(NAMED * 2)),
    "FIN in a chunk": one_answer(HEAD + chunk(NAMED * 2) + b"40\r\ndata:"),
    "FIN in an event": one_answer(HEAD + chunk(NAMED * 2 + NAMED[:30]) + chunk(b"")),
    "FIN without a length": one_answer(UNTIL_CLOSED + NAMED * 2),
    "too few for the length": one_answer(SIZED + NAMED * 2),
    "RST in the chunks": reset(HEAD + chunk(NAMED * 2)),
    "RST in a chunk": reset(HEAD + chunk(NAMED * 2) + b"40\r\ndata:"),
    "RST without a length": reset(UNTIL_CLOSED + NAMED * 2),
    "RST before the length": reset(SIZED + NAMED * 2),
    "chunks that are none": one_answer(HEAD + chunk(NAMED * 2), then=nonsense),
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_events_that_end_without_done(side: Side, ending: str) -> None:
    """However the stream ends before its `done`, it is told with how far it had come, after what had come."""
    async with raw_server(ENDINGS[ending]) as server:
        side.connect(server.url)
        items, error = await side.items(sse)
        assert [type(item) for item in items] == [AudioChunk, AudioChunk]
        error = own(error)
        assert isinstance(error, StreamInterruptedError)
        assert isinstance(error, APIConnectionError)
        assert (error.events_received, error.context_id, error.request_id) == (2, "ctx-3", "req-7")
        assert error.bytes_received >= 2 * len(NAMED)
        assert error.attempts == len(server.requests) == 1


@pytest.mark.parametrize("ending", [name for name in ENDINGS if name != "the body ends"])
@pytest.mark.parametrize("use", ["collect", "audio"])
async def test_joined_events_that_end_without_done(side: Side, ending: str, use: str) -> None:
    """Neither joined events nor the audio of events end silently."""
    async with raw_server(ENDINGS[ending]) as server:
        side.connect(server.url)

        def call(client: Any) -> Any:
            return sse(client).collect() if use == "collect" else sse(client).audio().read()

        with pytest.raises(StreamInterruptedError) as caught:
            await side.do(call)
        assert (caught.value.events_received, caught.value.context_id) == (2, "ctx-3")


BROKEN_AUDIO: dict[str, Script] = {
    "FIN in the chunks": one_answer(streaming() + chunk(b"some")),
    "FIN in a chunk": one_answer(streaming() + chunk(b"some") + b"40\r\nda"),
    "too few for the length": one_answer(SIZED + b"some"),
    "RST in the chunks": reset(streaming() + chunk(b"some")),
    "RST before the length": reset(SIZED + b"some"),
    "RST without a length": reset(UNTIL_CLOSED + b"some"),
}


@pytest.mark.parametrize("ending", BROKEN_AUDIO)
async def test_audio_that_breaks_off(side: Side, ending: str) -> None:
    """Audio that breaks off raises after the pieces that came, and is not taken for whole."""
    async with raw_server(BROKEN_AUDIO[ending]) as server:
        side.connect(server.url)
        items, error = await side.items(audio)
        assert b"".join(items).startswith(b"some")
        error = own(error)
        assert isinstance(error, StreamInterruptedError)
        assert error.bytes_received == len(b"".join(items))
        assert len(server.requests) == 1


@pytest.mark.parametrize("ending", BROKEN_AUDIO)
@pytest.mark.parametrize("read", ["read", "read(n)", "iter_chunks"])
async def test_no_way_of_reading_takes_broken_audio_for_whole(side: Side, ending: str, read: str) -> None:
    """Read whole, by size, or in pieces, broken audio raises; asked again it says so again, and does not look ended."""
    async with raw_server(BROKEN_AUDIO[ending]) as server:
        stream = audio(side.connect(server.url))
        if read == "iter_chunks":
            items, error = await side.items(lambda _: stream.iter_chunks(3))
            assert b"".join(items).startswith(b"some")
            assert isinstance(error, StreamInterruptedError)
            return
        arguments = (100,) if read == "read(n)" else ()
        with pytest.raises(StreamInterruptedError):
            await side.do(lambda _: stream.read(*arguments))
        with pytest.raises(RuntimeError, match="the stream failed: there is nothing more to read"):
            await side.do(lambda _: stream.read(*arguments))


@pytest.mark.parametrize(
    ("raw", "facts"),
    [
        (LEGACY, (400, "Invalid model", "no such model", None, "req-7", "ctx-9")),
        (STRUCTURED, (500, "Unexpected error", "Please try again.", "internal", "req-8", "ctx-3")),
        (b"event: error\n" + LEGACY, (400, "Invalid model", "no such model", None, "req-7", "ctx-9")),
        (b'event: error\ndata: {"error": "Oops: it broke"}\n\n', (None, "Oops", "it broke", None, "req-7", "ctx-3")),
    ],
    ids=["legacy", "structured", "legacy, named", "by its name"],
)
async def test_an_error_event_is_raised(side: Side, raw: bytes, facts: tuple[object, ...]) -> None:
    """An error event of either generation is raised with all it says, after the events before it in the same chunk."""
    async with raw_server(one_answer(HEAD + chunk(NAMED * 2 + raw + DONE_EVENT) + chunk(b""))) as server:
        side.connect(server.url)
        items, error = await side.items(sse)
        assert [type(item) for item in items] == [AudioChunk, AudioChunk]
        assert isinstance(own(error), StreamEventError)
        assert isinstance(error, StreamEventError)
        told = error.status_code, error.title, error.message, error.error_code, error.request_id, error.context_id
        assert told == facts
        assert (error.events_received, error.attempts) == (2, 1)
        assert error.bytes_received >= len(NAMED * 2 + raw)
        assert error.message in str(error)


def _event_of(document: Any) -> bytes:
    return b"data: " + json.dumps(document).encode() + b"\n\n"


LONG = base64.b64encode(bytes(6000)).decode()
UNREADABLE: dict[str, tuple[bytes, str]] = {
    "half a document": (b'data: {"type": "chunk", "da\n\n', "it is not JSON"),
    "no JSON": (b"data: hello\n\n", "it is not JSON"),
    "no object": (b"data: [1, 2]\n\n", "it is not a JSON object"),
    "null": (b"data: null\n\n", "it is not a JSON object"),
    "not UTF-8": (b'data: {"type": "chunk", "data": "\xff\xfe"}\n\n', "it is not JSON"),
    "deep": (b"data: " + b"[" * 100_000 + b"\n\n", "it is not JSON"),
    "bad base64": (_event_of({"type": "chunk", "data": "!!!!"}), "base64"),
    "bad long base64": (_event_of({"type": "chunk", "data": "!" + LONG}), "base64"),
    "half base64": (_event_of({"type": "chunk", "data": "YWI"}), "base64"),
    "audio that is a number": (_event_of({"type": "chunk", "data": 7}), "data"),
    "no audio": (_event_of({"type": "chunk"}), "data"),
    "times that are words": (
        _event_of({"type": "timestamps", "word_timestamps": {"words": [], "start": "x"}}),
        "start",
    ),
}


@pytest.mark.parametrize("kind", UNREADABLE)
async def test_an_event_that_cannot_be_understood(side: Side, kind: str) -> None:
    """Malformed JSON, invalid base64 and wrong shapes are one class of error, which says which event and why."""
    raw, why = UNREADABLE[kind]
    async with raw_server(one_answer(HEAD + chunk(NAMED * 2 + raw) + chunk(b""))) as server:
        side.connect(server.url)
        items, error = await side.items(sse)
        assert [type(item) for item in items] == [AudioChunk, AudioChunk]
        assert isinstance(own(error), APIResponseError)
        assert isinstance(error, APIResponseError)
        assert "event 3 of the stream cannot be understood" in str(error)
        assert why in str(error)
        assert (error.request_id, error.attempts) == ("req-7", 1)
        assert not isinstance(error, StreamError)
        assert len(str(error)) < 500


async def test_after_its_failure_a_stream_does_not_look_ended(side: Side) -> None:
    """A loop that is begun anew on the iterator of a failed stream is told, and does not end in silence."""
    async with raw_server(ENDINGS["the body ends"]) as server:
        stream = sse(side.connect(server.url))
        iterator = iter(stream) if side.blocking else aiter(stream)
        _, first = await side.items(lambda _: iterator)
        assert isinstance(first, StreamInterruptedError)
        items, second = await side.items(lambda _: iterator)
        assert items == []
        assert isinstance(second, RuntimeError)


async def test_the_error_of_a_failed_stream_leaves_the_client_usable(side: Side) -> None:
    """After each kind of failure the next request is served."""
    scripts = [*ENDINGS.values(), one_answer(HEAD + chunk(NAMED + DONE_EVENT) + chunk(b""))]

    async def in_turn(peer: Peer) -> None:
        await scripts[peer.number - 1](peer)

    async with raw_server(in_turn) as server:
        side.connect(server.url)
        for _ in ENDINGS:
            _items, error = await side.items(sse)
            assert isinstance(error, StreamInterruptedError)
        assert (await side.do(lambda client: sse(client).collect())).data == b"abcd"


@pytest.mark.parametrize("ending", ["gzip", "deflate"])
async def test_a_compressed_body_that_is_broken(side: Side, ending: str) -> None:
    """A body that cannot be unpacked is an error of ours as well."""
    head = streaming(content_type="audio/wav").replace(
        b"OK\r\n", b"OK\r\nContent-Encoding: " + ending.encode() + b"\r\n"
    )
    async with raw_server(one_answer(head + chunk(b"this is not compressed at all") + chunk(b""))) as server:
        side.connect(server.url)
        with pytest.raises(CartesiaError):
            await side.do(lambda client: audio(client).read())
