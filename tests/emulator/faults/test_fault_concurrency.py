"""As many calls at once as a plan allows, and no more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from cartesia_async import AsyncCartesia, RateLimitError
from cartesia_async.emulator import Emulator

from .conftest import FORMAT, SPEECH, VOICE

ASKED = {"model_id": "sonic-3", "transcript": "one two three", "voice": VOICE, "output_format": FORMAT}


@pytest.fixture
async def limited() -> AsyncIterator[Emulator]:
    """Give an emulator with two places, where speech to the path of bytes takes for ever."""
    async with Emulator(engine="tone", concurrency=2) as running:
        running.fail("/tts/bytes", stall_after=0, times=2)
        yield running
    assert running.crashes == ()


async def _two_speak(session: aiohttp.ClientSession, emulator: Emulator) -> list[aiohttp.ClientResponse]:
    headers = {"X-API-Key": "k", "Cartesia-Version": "2026-08-14"}
    return [await session.post(f"{emulator.base_url}/tts/bytes", json=SPEECH, headers=headers) for _ in range(2)]


@pytest.mark.parametrize(
    ("version", "kind"),
    [("2026-03-01", "application/json"), ("2025-04-16", "text/plain"), ("2024-06-10", "text/plain")],
)
@pytest.mark.parametrize("path", ["/tts/bytes", "/tts/sse/"])
async def test_one_more_is_refused(
    limited: Emulator, http: aiohttp.ClientSession, version: str, kind: str, path: str
) -> None:
    """A third call is answered 429 `concurrency_limited`, in the error of the version asked for, and is recorded."""
    two = await _two_speak(http, limited)
    body = {**SPEECH, "voice": {"mode": "id", "id": VOICE}}
    headers = {"X-API-Key": "k", "Cartesia-Version": version}
    async with http.post(limited.base_url + path, json=body, headers=headers) as answer:
        text = await answer.text()
        assert (answer.status, answer.content_type) == (429, kind)
    if kind == "application/json":
        assert json.loads(text)["error_code"] == "concurrency_limited"
    else:
        assert text.startswith("Too many concurrent requests: ")
    assert (limited.requests.last.status, limited.requests.last.json) == (429, body)
    for one in two:
        one.close()


async def test_a_place_is_free_again(limited: Emulator, http: aiohttp.ClientSession) -> None:
    """What has ended, or whose client has left, gives its place back."""
    two = await _two_speak(http, limited)
    async with AsyncCartesia(api_key="k", base_url=limited.base_url, max_retries=0) as client:
        with pytest.raises(RateLimitError) as caught:
            await client.tts.sse(**ASKED).collect()
        assert caught.value.error_code == "concurrency_limited"
        two[0].close()
        async with asyncio.timeout(5):
            while limited._running is not None and limited._running.gate.shop.concurrency.taken > 1:
                await asyncio.sleep(0.01)
        for _ in range(5):
            assert await client.tts.bytes(**ASKED).read()
            assert await client.tts.sse(**ASKED).audio().read()
    two[1].close()


async def test_other_calls_need_no_place(limited: Emulator, http: aiohttp.ClientSession) -> None:
    """Voices are listed while all places are taken."""
    two = await _two_speak(http, limited)
    async with AsyncCartesia(api_key="k", base_url=limited.base_url, max_retries=0) as client:
        assert await client.voices.list()
    for one in two:
        one.close()


async def test_uploads_take_a_place(limited: Emulator, http: aiohttp.ClientSession, clip: bytes) -> None:
    """A voice changer's upload is refused too, and answered before its end."""
    two = await _two_speak(http, limited)
    async with AsyncCartesia(api_key="k", base_url=limited.base_url, max_retries=0) as client:
        with pytest.raises(RateLimitError):
            await client.voice_changer.bytes(
                clip, voice_id=VOICE, output_format_container="raw", output_format_sample_rate=16_000,
                output_format_encoding="pcm_s16le",
            ).read()  # fmt: skip
    for one in two:
        one.close()


async def test_as_many_as_allowed_are_served() -> None:
    """Of many calls at once, those beyond the limit are refused, and retries serve them all in the end."""
    async with Emulator(engine="tone", concurrency=2) as emulator:
        async with AsyncCartesia(api_key="k", base_url=emulator.base_url, max_retries=50) as client:
            spoken = await asyncio.gather(*(client.tts.bytes(**ASKED).read() for _ in range(4)))
        assert len(set(spoken)) == 1
        assert {record.status for record in emulator.requests} <= {200, 429}
