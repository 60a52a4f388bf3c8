"""What takes minutes: ten thousand requests, two hundred streams, and hours of audio, by an emulator on its own."""

from __future__ import annotations

import asyncio
import io
import json
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import attrs
import psutil
import pytest

from tests.emulator.strength.conftest import HEADERS, SPEECH, UPLOADS, tone

MIB = 2**20
SERVE = """
import asyncio
from cartesia_async.emulator import Emulator

emulator = Emulator(engine={engine!r})
try:
    asyncio.run(emulator.serve_forever(started=lambda address: print(address, flush=True)))
finally:
    assert emulator.crashes == (), emulator.crashes
"""
pytestmark = pytest.mark.timeout(1_800)


@attrs.frozen
class Alone:
    """An emulator in a process of its own, whose memory is no one else's, and a session with it."""

    session: aiohttp.ClientSession
    process: psutil.Process

    @property
    def memory(self) -> int:
        """What it and what speaks for it take, bytes."""
        family = (self.process, *self.process.children())
        return sum(int(process.memory_info().rss) for process in family)

    @property
    def files(self) -> int:
        """How many files and sockets it has open."""
        return int(self.process.num_fds())

    async def settled(self, wanted: Callable[[], bool]) -> None:
        """Wait for what happens in the other process."""
        async with asyncio.timeout(60):
            while not wanted():
                await asyncio.sleep(0.1)


@pytest.fixture(params=["espeak", "tone"])
async def alone(request: pytest.FixtureRequest) -> AsyncIterator[Alone]:
    """Give an emulator in another process; it ends without a complaint."""
    script = SERVE.format(engine=request.param)
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    base_url = await asyncio.to_thread(process.stdout.readline)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(base_url.strip(), headers=HEADERS, connector=connector) as session:
        yield Alone(session, psutil.Process(process.pid))
    process.send_signal(2)
    _, complaints = await asyncio.to_thread(process.communicate, timeout=10)
    assert "AssertionError" not in complaints
    assert complaints.rstrip().endswith("KeyboardInterrupt")


async def asked(alone: Alone, method: str, path: str, **body: Any) -> bytes:
    """Ask, and read the whole answer, which is none of the 5xx."""
    async with alone.session.request(method, path, **body) as answer:
        assert answer.status < 500
        return await answer.read()


async def one_of_all(alone: Alone, chance: random.Random) -> None:
    """Ask something."""
    kind = chance.randrange(6)
    if kind == 0:
        await asked(alone, "POST", "/tts/bytes", json=SPEECH)
    elif kind == 1:
        await asked(alone, "POST", "/tts/sse", json=SPEECH | {"add_timestamps": True})
    elif kind == 2:
        field, fields = UPLOADS["/voices/clone"]
        form = aiohttp.FormData(fields)
        form.add_field(field, io.BytesIO(tone(0.2)), filename="a.wav")
        made = json.loads(await asked(alone, "POST", "/voices/clone", data=form))
        await asked(alone, "DELETE", f"/voices/{made['id']}")
    elif kind == 3:
        answer = await alone.session.post("/tts/bytes", json=SPEECH | {"transcript": "On and on. " * 2_000})
        await answer.content.readany()
        answer.close()
    elif kind == 4:
        await asked(alone, "POST", "/voice-changer/sse", data=io.BytesIO(chance.randbytes(1_000)))
    else:
        await asked(alone, "GET", f"/voices?limit={chance.randrange(1, 100)}")


async def test_ten_thousand_requests(alone: Alone) -> None:
    """Ten at a time, of all kinds, good and bad, read and left: memory and open files stay what they were."""
    chance = random.Random(1)

    async def some(count: int) -> None:
        for _ in range(count):
            await one_of_all(alone, chance)

    await asyncio.gather(*(some(200) for _ in range(10)))
    memory, files = alone.memory, alone.files
    await asyncio.gather(*(some(1_000) for _ in range(10)))
    assert alone.memory - memory < 32 * MIB
    await alone.settled(lambda: alone.files <= files + 10)


async def test_two_hundred_streams(alone: Alone) -> None:
    """At once, for some minutes of audio each: all come to their end, all of one length."""
    text = "This is a sentence of eight words, again. " * 40

    async def length(path: str) -> int:
        data = await asked(alone, "POST", path, json=SPEECH | {"transcript": text})
        assert path == "/tts/bytes" or data.endswith(b'"done":true}\n\n')
        return len(data) if path == "/tts/bytes" else 0

    lengths = await asyncio.gather(*(length(path) for path in ("/tts/bytes", "/tts/sse") * 100))
    assert len(set(lengths)) == 2


async def test_a_very_long_text(alone: Alone) -> None:
    """The longest text that is taken is spoken to its end, in no more memory than its beginning takes."""
    text = "This is a sentence of eight words, again. " * 4_700
    async with alone.session.post("/tts/bytes", json=SPEECH | {"transcript": text}) as answer:
        await answer.content.readexactly(10 * MIB)
        memory, length = alone.memory, 10 * MIB
        async for chunk in answer.content.iter_any():
            length += len(chunk)
            assert alone.memory - memory < 64 * MIB
    assert length > 100 * MIB


async def test_a_hundred_uploads_of_fifty_megabytes(alone: Alone) -> None:
    """Files that are counted and not kept leave nothing in memory, nor on the disk."""
    made = json.loads(await asked(alone, "POST", "/datasets", json={"name": "n", "description": "d"}))
    memory = alone.memory
    content = bytes(50 * MIB)
    for _ in range(100):
        form = aiohttp.FormData({"purpose": "fine_tune"})
        form.add_field("file", io.BytesIO(content), filename="a.bin")
        await asked(alone, "POST", f"/datasets/{made['id']}/files", data=form)
        assert alone.memory - memory < 32 * MIB
