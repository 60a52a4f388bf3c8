"""When a stream is sent for, the ways of using it, and what is known of its answer."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from cartesia_async import AudioChunk, Done
from tests.servers import Peer, RawServer, answer, chunk, json_answer, raw_server, streaming
from tests.streams.sides import DONE_EVENT, SPEECH, Side, audio_event

CHANGE: dict[str, Any] = {
    "voice_id": "v1",
    "output_format_container": "wav",
    "output_format_sample_rate": 16000,
    "output_format_encoding": "pcm_s16le",
}
AUDIO = answer(200, b"RIFFaudio", Content_Type="audio/wav", x_request_id="req-1")
CALLS: dict[str, Callable[[Any], Any]] = {
    "tts.bytes": lambda client: client.tts.bytes(**SPEECH),
    "tts.sse": lambda client: client.tts.sse(**SPEECH),
    "voice_changer.bytes": lambda client: client.voice_changer.bytes(b"RIFF", **CHANGE),
    "voice_changer.sse": lambda client: client.voice_changer.sse(b"RIFF", **CHANGE),
}
KINDS: dict[str, Callable[[Any], Any]] = {**CALLS, "voices.list": lambda client: client.voices.list()}


async def speak(peer: Peer) -> None:
    """Answer any number of requests, each in its kind."""
    while True:
        request = await peer.request()
        if request.target.startswith("/voices"):
            await peer.send(json_answer({"data": [], "has_more": False}))
        elif request.target.endswith("sse"):
            head = streaming(content_type="text/event-stream").replace(b"OK\r\n", b"OK\r\nx-request-id: req-1\r\n")
            await peer.send(head + chunk(audio_event() + DONE_EVENT) + chunk(b""))
        else:
            await peer.send(AUDIO)


async def _settled(server: RawServer) -> int:
    # A whole round trip: had anything been sent, the server would have seen it by now.
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /voices HTTP/1.1\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    server.requests.pop()
    return len(server.requests)


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_is_sent_until_it_is_used(side: Side, kind: str) -> None:
    """A call alone sends nothing, and neither does asking the stream for its parts."""
    async with raw_server(speak) as server:
        stream = KINDS[kind](side.connect(server.url))
        if kind.endswith("bytes"):
            stream.iter_chunks(10)
        elif kind.endswith("sse"):
            stream.audio()
        else:
            iter(stream) if side.blocking else aiter(stream)
        assert await _settled(server) == 0
        del stream
        assert await _settled(server) == 0


@pytest.mark.parametrize("kind", CALLS)
async def test_iterating_opens(side: Side, kind: str) -> None:
    """Iterating sends the one request and gives the items."""
    async with raw_server(speak) as server:
        side.connect(server.url)
        items, error = await side.items(CALLS[kind])
        assert error is None
        assert len(server.requests) == 1
        if kind.endswith("bytes"):
            assert b"".join(items) == b"RIFFaudio"
        else:
            assert [type(item) for item in items] == [AudioChunk, Done]


@pytest.mark.parametrize("kind", CALLS)
async def test_inside_with_the_answer_is_known(side: Side, kind: str) -> None:
    """Entered, a stream tells status, headers, request id and attempts before anything is read."""
    async with raw_server(speak) as server:
        side.connect(server.url)

        def look(stream: Any) -> Any:
            return stream.status, stream.headers["CONTENT-type"], stream.request_id, stream.attempts

        status, content_type, request_id, attempts = await side.inside(CALLS[kind], look)
        assert content_type == ("audio/wav" if kind.endswith("bytes") else "text/event-stream")
        assert (status, request_id, attempts, len(server.requests)) == (200, "req-1", 1, 1)


@pytest.mark.parametrize("kind", CALLS)
async def test_awaiting_opens(kind: str) -> None:
    """Awaited, a stream is open; it can be entered as well, which sends nothing more."""
    async with raw_server(speak) as server:
        client = Side(blocking=False).connect(server.url)
        async with client:
            stream = await CALLS[kind](client)
            assert (stream.status, len(server.requests)) == (200, 1)
            async with stream as same:
                assert same is stream
                assert [item async for item in stream]
            assert len(server.requests) == 1
            await stream.close()
            await stream.aclose()


@pytest.mark.parametrize("name", ["status", "headers", "request_id", "attempts", "content_type"])
async def test_before_it_is_opened_nothing_is_known(side: Side, name: str) -> None:
    """Asked too early about the answer, a stream says what to do."""
    async with raw_server(speak) as server:
        stream = side.connect(server.url).tts.bytes(**SPEECH)
        with pytest.raises(RuntimeError, match="nothing is known of the answer yet: enter the stream"):
            getattr(stream, name)


@pytest.mark.parametrize("kind", KINDS)
async def test_iterating_twice_is_an_error(side: Side, kind: str) -> None:
    """A stream is read once: a second iteration is refused at once and sends nothing, be the first over or not."""
    async with raw_server(speak) as server:
        stream = KINDS[kind](side.connect(server.url))
        await side.items(lambda _: stream)
        begin = iter if side.blocking else aiter
        with pytest.raises(RuntimeError, match="can be read only once: make the call again"):
            begin(stream)
        assert len(server.requests) == 1
        other = KINDS[kind](side.client)
        first = begin(other)
        with pytest.raises(RuntimeError, match="only once"):
            begin(other)
        del first


@pytest.mark.parametrize("second", ["read", "save", "iter_chunks", "collect", "audio"])
async def test_no_second_use_after_iterating(side: Side, second: str) -> None:
    """What was iterated over can neither be read, saved, joined nor cut in pieces."""
    events = second in {"collect", "audio"}
    arguments = {"save": ("x.wav",), "iter_chunks": (3,)}.get(second, ())
    async with raw_server(speak) as server:
        stream = CALLS["tts.sse" if events else "tts.bytes"](side.connect(server.url))
        await side.items(lambda _: stream)
        with pytest.raises(RuntimeError, match="only once"):
            await side.do(lambda _: getattr(stream, second)(*arguments))


async def test_streams_show_no_await_to_blocking_code(side: Side) -> None:
    """The blocking twins have nothing that must be awaited, and the others no `with`."""
    async with raw_server(speak) as server:
        stream = side.connect(server.url).tts.sse(**SPEECH)
        assert inspect.isawaitable(stream) is not side.blocking
        assert hasattr(stream, "__enter__") is side.blocking
        assert hasattr(stream, "__aenter__") is not side.blocking
