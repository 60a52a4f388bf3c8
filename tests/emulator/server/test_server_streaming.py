"""Audio leaves while it is made, no faster than it is read, and not for anyone who has left."""

from __future__ import annotations

import array
import asyncio
import gc
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import aiohttp
import attrs
import pytest

from cartesia_async.emulator import Emulator
from cartesia_async.emulator.engines.protocol import Piece, Timed, Utterance

RATE = 16_000
HEADERS = {"X-API-Key": "k", "Cartesia-Version": "2026-08-14"}
PATHS = ["/tts/bytes", "/tts/sse"]
Body = dict[str, object]


@attrs.define
class Metronome:
    """An engine of which each piece can be held back and counted; it notes when it is stopped early."""

    most: int = 1_000_000
    seconds: float = 1.0
    free: bool = True
    fails_at: int | None = None
    made: int = 0
    name: str = "metronome"
    sample_rate: int = RATE
    allowed: threading.Semaphore = attrs.field(factory=lambda: threading.Semaphore(0))
    stopped: threading.Event = attrs.field(factory=threading.Event)
    spoken: list[Iterator[Piece]] = attrs.field(factory=list[Iterator[Piece]])

    def speak(self, utterance: Utterance) -> Iterator[Piece]:
        """Beat on and on; what is spoken is kept, so that it does not end by being forgotten."""
        self.spoken.append(self._beat(utterance))
        return self.spoken[-1]

    def _beat(self, utterance: Utterance) -> Iterator[Piece]:
        try:
            for number in range(self.most):
                if not self.free and not self.allowed.acquire(timeout=5):
                    raise TimeoutError
                if number == self.fails_at:
                    raise ZeroDivisionError
                self.made += 1
                samples = array.array("f", [0.25]) * round(RATE * self.seconds)
                time_of = Timed(text=utterance.transcript, start=number * self.seconds, end=(number + 1) * self.seconds)
                yield Piece(samples=samples, words=(time_of,), phonemes=())
        finally:
            self.stopped.set()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens on another thread."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("path", PATHS)
async def test_the_first_audio_leaves_before_the_second_is_made(speech: Body, path: str) -> None:
    """Each piece is sent once it is made, while the engine works on the next."""
    engine = Metronome(most=3, free=False)
    async with (
        Emulator(engine=engine) as emulator,
        aiohttp.ClientSession(emulator.base_url, headers=HEADERS) as session,
    ):
        engine.allowed.release()
        async with session.post(path, json=speech, timeout=aiohttp.ClientTimeout(5)) as answer:
            await answer.content.readexactly(1_000)
            assert engine.made == 1
            assert emulator.requests.last.status == 200
            engine.allowed.release(2)
            await answer.read()
            assert engine.made == 3


@pytest.mark.parametrize("path", PATHS)
async def test_an_early_leave_stops_the_engine(speech: Body, path: str) -> None:
    """The engine makes at most the piece it was at when the client left."""
    engine = Metronome(free=False)
    async with (
        Emulator(engine=engine) as emulator,
        aiohttp.ClientSession(emulator.base_url, headers=HEADERS) as session,
    ):
        tasks = asyncio.all_tasks()
        engine.allowed.release(2)
        answer = await session.post(path, json=speech)
        await answer.content.readexactly(1_000)
        await until(lambda: engine.made == 2)
        answer.close()
        # The request ends at once, though the engine is still at work.
        await until(lambda: asyncio.all_tasks() == tasks)
        engine.allowed.release(100)
        await until(engine.stopped.is_set)
        assert engine.made <= 3


@pytest.mark.parametrize("path", PATHS)
async def test_a_slow_reader_holds_the_engine_back(speech: Body, path: str) -> None:
    """What is not read is not made: the engine is ahead by no more than what the sockets hold."""
    engine = Metronome()
    async with Emulator(engine=engine) as emulator:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)
            client.connect(("127.0.0.1", int(emulator.base_url.rpartition(":")[2])))
            body = json.dumps(speech).encode()
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nCartesia-Version: 2026-08-14\r\n"
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            client.sendall(head.encode() + body)
            await until(lambda: engine.made > 1)
            made = 0
            async with asyncio.timeout(5):
                while engine.made != made:
                    made = engine.made
                    await asyncio.sleep(0.1)
            assert made < 400  # 12.8 MB; loopback holds up to 6 MB
            assert not engine.stopped.is_set()
        await until(engine.stopped.is_set)


@pytest.mark.parametrize("path", PATHS)
async def test_stops_within_a_second_with_streams_open(speech: Body, path: str) -> None:
    """Leaving the emulator ends every stream, stops the engine, and leaves no thread."""
    threads = set(threading.enumerate())
    engine = Metronome()
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        async with Emulator(engine=engine) as emulator:
            answers = [await session.post(f"{emulator.base_url}{path}", json=speech) for _ in range(5)]
            for answer in answers:
                await answer.content.readexactly(1_000)
            began = time.perf_counter()
        assert time.perf_counter() - began < 1
        assert engine.stopped.is_set()
        assert set(threading.enumerate()) <= threads
        for answer in answers:
            with pytest.raises(aiohttp.ClientError):
                await answer.read()
        answers.clear()
        gc.collect()


def test_stops_from_a_thread_with_streams_open(speech: Body) -> None:
    """The same from sync code."""
    threads = set(threading.enumerate())
    engine = Metronome()
    with Emulator(engine=engine) as emulator:
        with socket.create_connection(("127.0.0.1", int(emulator.base_url.rpartition(":")[2]))) as client:
            body = json.dumps(speech).encode()
            head = "POST /tts/bytes HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nCartesia-Version: 2026-08-14\r\n"
            client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            assert client.recv(1_000).startswith(b"HTTP/1.1 200")
            began = time.perf_counter()
            emulator.__exit__(None, None, None)
            assert time.perf_counter() - began < 1
    assert set(threading.enumerate()) <= threads


async def test_many_streams_share_the_workers(speech: Body) -> None:
    """Fifty streams at once all come to their end."""
    engine = Metronome(most=5, seconds=0.1)
    async with (
        Emulator(engine=engine) as emulator,
        aiohttp.ClientSession(emulator.base_url, headers=HEADERS) as session,
    ):

        async def read() -> int:
            async with session.post("/tts/bytes", json=speech) as answer:
                return len(await answer.read())

        assert len(set(await asyncio.gather(*(read() for _ in range(50))))) == 1


@pytest.mark.parametrize("path", PATHS)
async def test_realtime_paces_the_stream(speech: Body, path: str) -> None:
    """With `realtime` the last audio leaves when what came before it has been heard."""
    engine = Metronome(most=4, seconds=0.1)
    async with Emulator(engine=engine, realtime=True) as emulator:
        async with aiohttp.ClientSession(emulator.base_url, headers=HEADERS) as session:
            began = time.perf_counter()
            async with session.post(path, json=speech) as answer:
                await answer.content.readany()
                assert time.perf_counter() - began < 0.25
                await answer.read()
                assert 0.28 < time.perf_counter() - began < 1


async def test_a_failure_in_mid_stream_is_never_a_whole_answer(speech: Body) -> None:
    """An unforeseen failure cuts the audio, or ends the events with an error; it is kept, and the emulator goes on."""
    engine = Metronome(fails_at=1)
    async with (
        Emulator(engine=engine) as emulator,
        aiohttp.ClientSession(emulator.base_url, headers=HEADERS) as session,
    ):
        async with session.post("/tts/bytes", json=speech) as answer:
            with pytest.raises(aiohttp.ClientError):
                await answer.read()
        for version, keys in (
            ("2025-11-04", ["type", "done", "status_code", "error"]),
            ("2026-03-01", ["type", "done", "status_code", "error_code", "title", "message", "request_id"]),
        ):
            async with session.post("/tts/sse", json=speech, headers={"Cartesia-Version": version}) as answer:
                name, data = (await answer.text()).removesuffix("\n\n").split("\n\n")[-1].split("\n")
            assert name == "event: error"
            error = json.loads(data.removeprefix("data: "))
            assert list(error) == keys
            assert (error["done"], error["status_code"]) == (True, 500)
        assert [type(error) for error in emulator.crashes] == [ZeroDivisionError] * 3
        async with session.get("/") as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("version", "start"), [("2025-11-04", "Unexpected error: "), ("2026-03-01", '{"error_code": null')]
)
async def test_a_failure_before_the_first_byte_is_a_500(
    speech: Body, version: str, start: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An unforeseen failure is answered in the error shape of the version, and logged."""
    async with Emulator(engine=Metronome(fails_at=0)) as emulator:
        async with aiohttp.ClientSession(emulator.base_url, headers=HEADERS | {"Cartesia-Version": version}) as session:
            async with session.post("/tts/sse", json=speech) as answer:
                assert answer.status == 500
                assert (await answer.text()).startswith(start)
        assert len(emulator.crashes) == 1
    assert "ZeroDivisionError" in caplog.text
