"""Stopping waits for nobody: whatever is under way is ended, and every client is told."""

from __future__ import annotations

import array
import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import attrs
import pytest

from cartesia_async.emulator import Emulator
from cartesia_async.emulator.engines.protocol import Piece, Utterance

from .conftest import SPEECH, UPLOADS

# Not a promise: what was waited for, as a client's next byte, would take for ever.
PATIENCE = 10
LONG = json.dumps(SPEECH | {"transcript": "la " * 50_000}).encode()


@attrs.frozen
class Client:
    """A connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def told(self) -> bool:
        """Wait for the end of the connection, and tell whether what came was no whole answer."""
        received = bytearray()
        try:
            while chunk := await self.reader.read(2**16):
                received += chunk
        except ConnectionError:
            return True
        return not received.endswith(b"\r\n0\r\n\r\n")


@asynccontextmanager
async def connected(emulator: Emulator, data: bytes) -> AsyncIterator[Client]:
    """Connect, and send something."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(emulator.base_url.rpartition(":")[2]))
    try:
        writer.write(data)
        await writer.drain()
        yield Client(reader, writer)
    finally:
        writer.transport.abort()


def head(path: str, content_type: str, length: int) -> bytes:
    """Write the head of a request."""
    lines = [f"POST {path} HTTP/1.1", "Host: x", "X-API-Key: k", "Cartesia-Version: 2026-08-14"]
    return "\r\n".join([*lines, f"Content-Type: {content_type}", f"Content-Length: {length}", "", ""]).encode()


def _beginnings() -> dict[str, bytes]:
    """Write what a client may have sent when the emulator stops, and be waiting, or be waited for."""
    beginnings = {
        "nothing": b"",
        "half a head": b"POST /tts/by",
        "half a body": head("/tts/sse", "application/json", len(LONG)) + LONG[:1_000],
        "a stream of bytes": head("/tts/bytes", "application/json", len(LONG)) + LONG,
        "a stream of events": head("/tts/sse", "application/json", len(LONG)) + LONG,
    }
    for path, (field, _) in UPLOADS.items():
        part = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="a.wav"\r\n\r\n'.encode()
        place = path.format(dataset="d")
        begun = head(place, "multipart/form-data; boundary=x", 10_000_000) + part + bytes(300_000)
        beginnings[f"an upload to {path}"] = begun
    return beginnings


BEGINNINGS = _beginnings()


async def under_way(emulator: Emulator, beginning: str) -> None:
    """Wait until a request is being answered, where it is one."""
    if b"\r\n\r\n" in BEGINNINGS[beginning]:
        while not emulator.requests:
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("beginning", BEGINNINGS)
async def test_stopping_ends_what_is_under_way(beginning: str) -> None:
    """The connection is closed with its answer not whole, and no thread and no task is left."""
    threads, tasks = set(threading.enumerate()), asyncio.all_tasks()
    async with asyncio.timeout(PATIENCE):
        emulator = Emulator(engine="tone")
        await emulator.__aenter__()
        async with connected(emulator, BEGINNINGS[beginning]) as client:
            await under_way(emulator, beginning)
            if beginning.startswith("a stream"):
                assert await client.reader.readexactly(1_000)
            await emulator.__aexit__(None, None, None)
            assert await client.told()
    assert emulator.crashes == ()
    assert set(threading.enumerate()) <= threads
    assert asyncio.all_tasks() <= tasks


async def test_stopping_ends_a_crowd() -> None:
    """Ten of each at once are ended as one is."""
    threads = set(threading.enumerate())
    async with asyncio.timeout(PATIENCE):
        async with Emulator(engine="tone") as emulator:
            contexts = [connected(emulator, data) for data in BEGINNINGS.values() for _ in range(10)]
            clients = [await context.__aenter__() for context in contexts]
            asking = sum(b"\r\n\r\n" in data for data in BEGINNINGS.values())
            while len(emulator.requests) < 10 * asking:
                await asyncio.sleep(0.005)
        assert all(await asyncio.gather(*(client.told() for client in clients)))
        for context in contexts:
            await context.__aexit__(None, None, None)
    assert emulator.crashes == ()
    assert set(threading.enumerate()) <= threads


async def test_what_was_begun_is_not_there_after_a_stop() -> None:
    """An upload that was cut off by a stop has made no voice; the emulator goes on, when it is entered again."""
    emulator = Emulator(engine="tone")
    async with asyncio.timeout(PATIENCE):
        async with emulator, connected(emulator, BEGINNINGS["an upload to /voices/clone"]):
            await under_way(emulator, "an upload to /voices/clone")
        async with (
            emulator,
            connected(
                emulator, b"GET /voices?is_owner=true HTTP/1.0\r\nX-API-Key: k\r\nCartesia-Version: 2026-08-14\r\n\r\n"
            ) as client,
        ):
            answer = await client.reader.read()
            assert json.loads(answer.partition(b"\r\n\r\n")[2])["data"] == []


@attrs.define
class Stubborn:
    """An engine that does not give its second piece until it is let."""

    name: str = "stubborn"
    sample_rate: int = 16_000
    asked: threading.Event = attrs.field(factory=threading.Event)
    let: threading.Event = attrs.field(factory=threading.Event)

    def speak(self, _utterance: Utterance) -> Iterator[Piece]:
        """Speak once, and then not."""
        yield Piece(samples=array.array("f", bytes(4 * 16_000)))
        self.asked.set()
        self.let.wait(PATIENCE)


def test_an_engine_that_does_not_stop_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it harm anybody when it comes to its end, long after the loop on which the emulator ran."""
    monkeypatch.setattr("cartesia_async.emulator.workers._PATIENCE", 0.05)
    threads, failed = set(threading.enumerate()), list[object]()
    monkeypatch.setattr(threading, "excepthook", failed.append)
    engine = Stubborn()

    async def main() -> None:
        body = json.dumps(SPEECH).encode()
        async with Emulator(engine=engine) as emulator:
            async with connected(emulator, head("/tts/bytes", "application/json", len(body)) + body):
                assert await asyncio.to_thread(engine.asked.wait, PATIENCE)

    asyncio.run(main())
    assert not engine.let.is_set()
    engine.let.set()
    for thread in set(threading.enumerate()) - threads:
        thread.join(PATIENCE)
    assert set(threading.enumerate()) <= threads
    assert failed == []
