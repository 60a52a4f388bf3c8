"""A client of bare aiohttp: what it says and what it is told, nothing else."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import attrs

from cartesia_async.emulator import Emulator

SARAH = "694f9389-aac1-45b6-b726-9d9369183238"
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000}
NEWEST = "2026-08-14"
VERSIONS = ("2024-06-10", "2024-11-13", "2025-04-16", "2025-11-04", "2026-03-01", NEWEST)
PATIENCE = 5.0
Event = dict[str, object]


@attrs.define
class Talk:
    """
    One connection.

    Attributes:
        socket: It.
    """

    socket: aiohttp.ClientWebSocketResponse

    async def say(self, text: str, id: str = "one", **fields: object) -> None:
        """Send a message that asks for speech."""
        voice = {"mode": "id", "id": SARAH}
        usual = {"model_id": "sonic-3", "voice": voice, "output_format": RAW, "context_id": id, "transcript": text}
        await self.socket.send_json(usual | {name.rstrip("_"): value for name, value in fields.items()})

    async def cancel(self, id: str = "one") -> None:
        """Send a message that cancels a context."""
        await self.socket.send_json({"context_id": id, "cancel": True})

    async def hear(self) -> Event:
        """Receive an event."""
        message = await self.socket.receive(timeout=PATIENCE)
        assert message.type is aiohttp.WSMsgType.TEXT, message
        return json.loads(message.data)

    async def until(self, condition: Callable[[Event], object]) -> list[Event]:
        """Receive events to the first for which a condition holds."""
        events = [await self.hear()]
        while not condition(events[-1]):
            events.append(await self.hear())
        return events

    async def to_done(self) -> list[Event]:
        """Receive events to the first that ends a context."""
        return await self.until(lambda event: event["done"])

    async def silent(self, seconds: float = 0.1) -> bool:
        """Tell whether nothing comes for a while."""
        try:
            await self.socket.receive(timeout=seconds)
        except TimeoutError:
            return True
        return False

    async def closed(self) -> int | None:
        """Receive to the end; gives the code it was closed with, `None` where it was cut."""
        while True:
            message = await self.socket.receive(timeout=PATIENCE)
            if message.type is aiohttp.WSMsgType.CLOSE:
                return message.data
            if message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSING):
                return None


@asynccontextmanager
async def talk(emulator: Emulator, version: str = NEWEST, **options: object) -> AsyncIterator[Talk]:
    """Open a connection, the credential in the headers."""
    headers = {"X-API-Key": "sk_car_secret", "Cartesia-Version": version}
    async with (
        aiohttp.ClientSession(emulator.base_url, headers=headers) as session,
        session.ws_connect("/tts/websocket", **options) as socket,
    ):
        yield Talk(socket)


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that happens elsewhere."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.002)


def audio(events: list[Event]) -> bytes:
    """Join the audio of events."""
    return b"".join(base64.b64decode(str(event["data"])) for event in events if event["type"] == "chunk")


def timed(events: list[Event], names: str = "words") -> list[tuple[str, float, float]]:
    """Give the times in events."""
    field = {"words": "word_timestamps", "phonemes": "phoneme_timestamps"}[names]
    return [
        row
        for event in events
        if field in event
        for row in zip(event[field][names], event[field]["start"], event[field]["end"], strict=True)
    ]


def types(events: list[Event]) -> list[object]:
    """Give the types of events."""
    return [event["type"] for event in events]
