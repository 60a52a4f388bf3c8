"""The ways of reading audio, and what the blocking bridge costs."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async import Done, StreamInterruptedError
from cartesia_async._io.private_loop import PrivateLoop
from cartesia_async.streams.derived import Chunks
from cartesia_async.streams.flow import Flow
from tests.servers import WAIT, Peer, answer, chunk, raw_server, streaming
from tests.streams.sides import DONE_EVENT, SPEECH, Side, audio_event, one_answer, sse_answer

AUDIO = random.Random(1).randbytes(20_000)


def pieces(*sizes: int) -> bytes:
    """Write AUDIO in chunks of *sizes*, the last one the rest."""
    body, at = streaming(), 0
    for size in (*sizes, len(AUDIO)):
        if part := AUDIO[at : at + size]:
            body += chunk(part)
        at += size
    return body + chunk(b"")


def _crossings(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    made = list[Any]()
    real = PrivateLoop.call

    def noted(self: PrivateLoop, *arguments: Any) -> Any:
        made.append(arguments)
        return real(self, *arguments)

    monkeypatch.setattr(PrivateLoop, "call", noted)
    return made


async def test_read_gives_all(side: Side) -> None:
    """`read()` is the whole body, byte for byte, and empty when all was read."""
    async with raw_server(one_answer(pieces(1, 2, 3000))) as server:
        stream = side.connect(server.url).tts.bytes(**SPEECH)
        assert await side.do(lambda _: stream.read()) == AUDIO
        assert await side.do(lambda _: stream.read()) == b""
        assert await side.do(lambda _: stream.read(5)) == b""
        assert len(server.requests) == 1


async def test_an_empty_body_is_no_audio(side: Side) -> None:
    """An answer without a body is empty, in every way of reading."""
    async with raw_server(one_answer(answer(200, b""), answer(200, b""))) as server:
        side.connect(server.url)
        assert await side.do(lambda client: client.tts.bytes(**SPEECH).read()) == b""
    async with raw_server(one_answer(answer(200, b""))) as server:
        await side.close()
        side.connect(server.url)
        assert await side.items(lambda client: client.tts.bytes(**SPEECH).iter_chunks(4)) == ([], None)


async def test_read_by_size(side: Side) -> None:
    """`read(n)` gives n bytes however they come, and fewer only at the end; `read()` and loops go on from there."""
    async with raw_server(one_answer(pieces(10, 100, 1000))) as server:
        stream = side.connect(server.url).tts.bytes(**SPEECH)
        sizes = [0, 1, 44, 5000, 0, 7000]
        parts = [await side.do(lambda _, size=size: stream.read(size)) for size in sizes]
        assert [len(part) for part in parts] == sizes
        parts.append(await side.do(lambda _: stream.read(100_000)))
        assert b"".join(parts) == AUDIO
        assert await side.do(lambda _: stream.read(1)) == b""


@pytest.mark.parametrize("rest", ["read", "iterate", "iter_chunks"])
async def test_the_rest_after_a_header(side: Side, rest: str) -> None:
    """What `read(n)` left is not lost for what reads on: neither what had arrived nor what comes."""
    async with raw_server(one_answer(pieces(6000))) as server:
        stream = side.connect(server.url).tts.bytes(**SPEECH)
        head = await side.do(lambda _: stream.read(44))
        if rest == "read":
            tail = await side.do(lambda _: stream.read())
        else:
            items, error = await side.items(lambda _: stream if rest == "iterate" else stream.iter_chunks(512))
            assert error is None
            tail = b"".join(items)
        assert head + tail == AUDIO


async def test_chunks_are_of_one_size(side: Side) -> None:
    """`iter_chunks` gives pieces of the size asked for, the last one the rest."""
    async with raw_server(one_answer(pieces(1, 10, 5000))) as server:
        side.connect(server.url)
        items, error = await side.items(lambda client: client.tts.bytes(**SPEECH).iter_chunks(640))
        assert error is None
        assert [len(item) for item in items] == [640] * 31 + [160]
        assert b"".join(items) == AUDIO
        assert all(type(item) is bytes for item in items)


@pytest.mark.parametrize("size", [0, -1])
async def test_a_size_that_is_none(side: Side, size: int) -> None:
    """A size below 1 is refused at once, and the stream can still be read."""
    async with raw_server(one_answer(pieces())) as server:
        stream = side.connect(server.url).tts.bytes(**SPEECH)
        with pytest.raises(ValueError, match=f"size must be above 0, not {size}"):
            stream.iter_chunks(size)
        assert await side.do(lambda _: stream.read()) == AUDIO


async def test_content_type(side: Side) -> None:
    """`content_type` is what the service says of audio, and raw audio where it is taken out of events."""
    async with raw_server(one_answer(answer(200, b"x", Content_Type="audio/mpeg"))) as server:
        side.connect(server.url)
        look = lambda stream: stream.content_type  # noqa: E731 - it is an argument
        assert await side.inside(lambda client: client.tts.bytes(**SPEECH), look) == "audio/mpeg"
        assert side.client.tts.sse(**SPEECH).audio().content_type == "audio/pcm"


async def test_pieces_come_as_they_arrive(side: Side) -> None:
    """A piece is delivered before the next is sent."""
    got = asyncio.Queue[bytes]()
    loop = asyncio.get_running_loop()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(streaming())
        for number in range(5):
            await peer.send(chunk(b"%d" % number))
            async with asyncio.timeout(WAIT):
                assert await got.get() == b"%d" % number
        await peer.send(chunk(b""))

    async with raw_server(script) as server:
        client = side.connect(server.url)

        def read() -> None:
            for piece in client.tts.bytes(**SPEECH):
                loop.call_soon_threadsafe(got.put_nowait, piece)

        if side.blocking:
            await asyncio.to_thread(read)
        else:
            async for piece in client.tts.bytes(**SPEECH):
                got.put_nowait(piece)
        assert got.empty()


@pytest.mark.parametrize("use", ["events", "audio", "iter_chunks", "bytes in pieces"])
async def test_the_bridge_is_crossed_once_for_each_piece_of_the_network(
    blocking: Side, use: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand items of one network chunk cross threads together: not one crossing for each."""
    events = use != "bytes in pieces"
    body = sse_answer(*[audio_event(b"ab")] * 1000, DONE_EVENT) if events else answer(200, b"ab" * 1000)
    crossings = _crossings(monkeypatch)
    async with raw_server(one_answer(body)) as server:
        blocking.connect(server.url)

        def make(client: Any) -> Any:
            if use == "bytes in pieces":
                return client.tts.bytes(**SPEECH).iter_chunks(2)
            stream = client.tts.sse(**SPEECH)
            if use == "events":
                return stream
            return stream.audio() if use == "audio" else stream.audio().iter_chunks(2)

        items, error = await blocking.items(make)
        assert error is None
        assert len([item for item in items if not isinstance(item, Done)]) == 1000
        # The body is about 90 kB, which the network may cut in a few pieces.
        assert len(crossings) <= 6


async def test_what_the_network_has_at_hand_comes_along(blocking: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a body that is there already, some large pieces cross threads at a time."""
    part, sent = bytes(2 << 20), asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        peer.writer.transport.set_write_buffer_limits(0)
        await peer.send(streaming() + chunk(part) + chunk(b""))
        sent.set()

    crossings = _crossings(monkeypatch)
    async with raw_server(script) as server:
        stream = blocking.connect(server.url).tts.bytes(**SPEECH)
        await blocking.do(lambda _: stream.__enter__())
        async with asyncio.timeout(WAIT):
            await sent.wait()
        items, error = await blocking.items(lambda _: stream)
    assert error is None
    assert b"".join(items) == part
    # A piece of the network is 128 KiB, two where they lie waiting together.
    assert len(crossings) <= 6


async def test_chunks_that_came_together_are_taken_together(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """A piece of the network is taken at once, and not chunk by chunk: aiohttp settles its accounts for each it gives."""
    taken = list[bytes]()
    real: Any = aiohttp.StreamReader._read_nowait_chunk

    def noted(content: Any, size: int) -> bytes:
        given: bytes = real(content, size)
        taken.append(given)
        return given

    monkeypatch.setattr(aiohttp.StreamReader, "_read_nowait_chunk", noted)
    async with raw_server(one_answer(pieces(*[20] * 1000))) as server:
        side.connect(server.url)
        items, error = await side.items(lambda client: client.tts.bytes(**SPEECH))
    assert error is None
    assert taken == items
    assert b"".join(items) == AUDIO
    # The body is about 27 kB, which the network may cut in a few pieces.
    assert len(items) <= 6


@pytest.mark.parametrize("use", ["bytes", "iter_chunks", "audio"])
async def test_what_is_there_never_waits_for_what_is_not(blocking: Side, use: str) -> None:
    """A large piece is handed out at once, though the network brings no other before it was heard."""
    part, heard = bytes(300_000), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def script(peer: Peer) -> None:
        await peer.request()
        events = use == "audio"
        await peer.send(streaming(content_type="text/event-stream" if events else "audio/wav"))
        for _ in range(3):
            await peer.send(chunk(audio_event(part) if events else part))
            async with asyncio.timeout(WAIT):
                await heard.wait()
            heard.clear()
        await peer.send((chunk(DONE_EVENT) if events else b"") + chunk(b""))

    def listen(client: Any) -> int:
        stream = client.tts.sse(**SPEECH).audio() if use == "audio" else client.tts.bytes(**SPEECH)
        whole = 0
        for piece in stream.iter_chunks(len(part)) if use == "iter_chunks" else stream:
            before, whole = whole, whole + len(piece)
            if whole // len(part) > before // len(part):
                loop.call_soon_threadsafe(heard.set)
        return whole

    async with raw_server(script) as server:
        blocking.connect(server.url)
        assert await blocking.do(listen) == 3 * len(part)


async def test_what_came_along_is_given_before_the_error(blocking: Side) -> None:
    """Of a body that breaks off, all that came is handed out, and then the error."""
    part = bytes(700_000)
    async with raw_server(one_answer(streaming(), chunk(part), b"ffff\r\n" + part[:1000])) as server:
        blocking.connect(server.url)
        items, error = await blocking.items(lambda client: client.tts.bytes(**SPEECH))
    assert sum(map(len, items)) == len(part) + 1000
    assert isinstance(error, StreamInterruptedError)


@given(st.binary(max_size=300), st.lists(st.integers(0, 60)), st.integers(1, 50))
def test_chunks_lose_nothing(audio: bytes, cuts: list[int], size: int) -> None:
    """However audio arrives, its pieces of one size are the audio, cut evenly."""

    class Source(Flow[bytes]):
        def __init__(self) -> None:
            self.left, self.cuts, self.response = audio, list(cuts), None

        async def batch(self, pieces: int = 1) -> list[bytes]:
            cut = self.cuts.pop() + 1 if self.cuts else len(self.left)
            piece, self.left = self.left[:cut], self.left[cut:]
            return [piece[:3], piece[3:]] if piece else []

        def abort(self, reason: str = "") -> None:
            pass

    async def run() -> list[bytes]:
        flow = Chunks(Source(), size)
        found: list[bytes] = []
        while batch := await flow.batch():
            found += batch
        return found

    # Nothing here waits: a loop of its own would cost more than the test.
    coroutine = run()
    try:
        coroutine.send(None)
    except StopIteration as end:
        found: list[bytes] = end.value
    assert found == [audio[at : at + size] for at in range(0, len(audio), size)]
