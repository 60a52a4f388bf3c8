"""An emulator, and a way to ask it that holds each answer against the description."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import attrs
import pytest

from cartesia_async.emulator import Emulator
from tests.emulator.fidelity.description import Description, description

SARAH = "694f9389-aac1-45b6-b726-9d9369183238"
SPEECH: dict[str, object] = {
    "model_id": "sonic-3",
    "transcript": "Hello there, world!",
    "voice": {"mode": "id", "id": SARAH},
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000},
}


@attrs.frozen
class Answer:
    """An answer, whole."""

    status: int
    content_type: str
    body: bytes
    json: Any
    headers: Any


@attrs.define
class Asker:
    """
    Asks, and lets no good answer pass that is not as the description says.

    Attributes:
        session: Sends the credential and the version.
        described: What answers are held against.
        good: The methods and paths (as described) that were answered well.
    """

    session: aiohttp.ClientSession
    described: Description
    good: set[tuple[str, str]] = attrs.field(factory=set)

    async def __call__(self, method: str, path: str, *, id: str = "", file: str = "", **sent: Any) -> Answer:
        """Ask for a path as the description writes it, with the ids put in; a body, a query as aiohttp takes them."""
        asked = path.replace("{id}", id).replace("{fileID}", file)
        async with self.session.request(method, asked, **sent) as answer:
            body = await answer.read()
            parsed = await answer.json() if answer.content_type == "application/json" else None
            if answer.ok:
                self.described.check(method, path, answer.status, answer.content_type, body)
                self.good.add((method, path.rstrip("/") or "/"))
            return Answer(answer.status, answer.content_type, body, parsed, answer.headers)


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """Give a running emulator; nothing unforeseen may have happened in it."""
    async with Emulator(engine="tone") as running:
        yield running
    assert running.crashes == ()


@pytest.fixture(params=["2025-11-04", "2026-03-01"])
async def ask(request: pytest.FixtureRequest, emulator: Emulator) -> AsyncIterator[Asker]:
    """Give a way to ask, in the version described, and in the next, whose good answers look the same."""
    headers = {"Authorization": "Bearer k", "Cartesia-Version": request.param}
    async with aiohttp.ClientSession(emulator.base_url, headers=headers) as session:
        yield Asker(session, description())
