"""A tone emulator, our client against it, and a look at the bytes on the wire."""

from __future__ import annotations

import asyncio
import io
import json
import wave
from collections.abc import AsyncIterator, Awaitable, Callable

import attrs
import pytest

from cartesia_async import AsyncCartesia, Cartesia
from cartesia_async.emulator import Emulator

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
FORMAT = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000}
# Several words, and so several events.
SPEECH = {"model_id": "sonic-3", "transcript": "one two three four five six", "voice": VOICE, "output_format": FORMAT}


@pytest.fixture(scope="session", autouse=True)
def warm() -> None:
    """Have something said once: the first speech of a process loads what it needs, and would look like a silence."""
    with Emulator(engine="tone") as one, Cartesia("test", base_url=one.base_url) as client:
        list(client.tts.sse(**SPEECH))


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """Give a running emulator; nothing unforeseen may have happened in it."""
    async with Emulator(engine="tone") as running:
        yield running
    assert list(running.crashes) == []


@pytest.fixture
async def client(emulator: Emulator) -> AsyncIterator[AsyncCartesia]:
    """Give a client that does not retry."""
    async with AsyncCartesia(api_key="test", base_url=emulator.base_url, max_retries=0) as one:
        yield one


@attrs.frozen
class Wire:
    """
    What came over a connection.

    Attributes:
        head: The head of the answer, as text.
        pieces: The body, a chunk of the chunked coding each; one piece where there is no such coding.
        whole: Whether the body came to its end, as HTTP tells it.
        ending: How the connection ended: `"eof"`, `"reset"` or, still open after a while, `"open"`.
        reads: In how many reads it came.
    """

    head: str
    pieces: list[bytes]
    whole: bool
    ending: str
    reads: int = 0

    @property
    def status(self) -> int:
        return int(self.head.split()[1]) if self.head else 0

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)


Ask = Callable[..., Awaitable[Wire]]


@pytest.fixture
async def ask(emulator: Emulator) -> Ask:
    """Ask over a socket: ``await ask("POST", "/tts/sse", {...})``; reads until the connection ends, or lies still."""

    async def go(
        method: str, path: str, body: object = None, *, version: str = "2026-08-14", still: float = 0.3
    ) -> Wire:
        host, port = emulator.base_url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nCartesia-Version: {version}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        received, ending, reads = bytearray(), "open", 0
        try:
            writer.write(head.encode() + data)
            async with asyncio.timeout(30):
                while True:
                    async with asyncio.timeout(still):
                        chunk = await reader.read(2**16)
                    if not chunk:
                        ending = "eof"
                        break
                    received += chunk
                    reads += 1
                    if _wire(bytes(received), "").whole:
                        break
        except ConnectionResetError:
            ending = "reset"
        except TimeoutError:
            pass
        finally:
            writer.transport.abort()
        return attrs.evolve(_wire(bytes(received), ending), reads=reads)

    return go


def _wire(received: bytes, ending: str) -> Wire:
    head, found, body = received.partition(b"\r\n\r\n")
    text = head.decode()
    if " 204 " in text:
        return Wire(text, [body] if body else [], not body, ending)
    if not found:
        return Wire(text, [], False, ending)
    if "chunked" not in text.lower():
        length = next(
            (line.split(":")[1] for line in text.split("\r\n") if line.lower().startswith("content-len")), "0"
        )
        return Wire(text, [body], len(body) == int(length), ending)
    pieces: list[bytes] = []
    while True:
        size, found, rest = body.partition(b"\r\n")
        if not found:
            return Wire(text, pieces, False, ending)
        if int(size, 16) == 0:
            return Wire(text, pieces, rest == b"\r\n", ending)
        pieces.append(rest[: int(size, 16)])
        if len(rest) < int(size, 16) + 2:
            return Wire(text, pieces, False, ending)
        body = rest[int(size, 16) + 2 :]


@pytest.fixture(scope="session")
def clip() -> bytes:
    """Give half a second of a hum, 16-bit wav."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(bytes(abs(n % 214 - 107) for n in range(16_000)))
    return file.getvalue()
