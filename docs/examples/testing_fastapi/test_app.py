"""The tests of the voice app: nobody pays for them, and they need no network."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from app import VOICES, app, cartesia
from fastapi.testclient import TestClient

from cartesia_async import AsyncCartesia, StreamInterruptedError
from cartesia_async.emulator import Emulator


@pytest.fixture
def browser(cartesia_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The whole app, with the client that it makes for itself, which finds the emulator by the environment."""
    monkeypatch.setenv("CARTESIA_BASE_URL", cartesia_emulator.base_url)
    monkeypatch.setenv("CARTESIA_API_KEY", "test")
    with TestClient(app) as browser:
        yield browser


def test_it_speaks(browser: TestClient) -> None:
    answer = browser.get("/greetings/Ann")
    assert answer.headers["Content-Type"] == "audio/wav"
    assert answer.content.startswith(b"RIFF")


def test_it_greets_by_name_in_the_voice_asked_for(browser: TestClient, cartesia_emulator: Emulator) -> None:
    browser.get("/greetings/Ann", params={"voice": "blake"})
    [speech] = cartesia_emulator.requests.speech
    assert speech.transcript == "Hello, Ann!"
    assert speech.voice == VOICES["blake"]


def test_it_asks_again_when_the_service_is_busy(browser: TestClient, cartesia_emulator: Emulator) -> None:
    cartesia_emulator.fail("/tts/bytes", status=429, retry_after=0)
    assert browser.get("/greetings/Ann").status_code == 200
    assert [request.status for request in cartesia_emulator.requests] == [429, 200]


def test_it_says_so_when_the_service_stays_busy(browser: TestClient, cartesia_emulator: Emulator) -> None:
    cartesia_emulator.fail("/tts/bytes", status=429, retry_after=0, times=3)
    answer = browser.get("/greetings/Ann")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert len(cartesia_emulator.requests.where("/tts/bytes")) == 3


def test_half_a_greeting_is_not_passed_off_as_whole(browser: TestClient, cartesia_emulator: Emulator) -> None:
    cartesia_emulator.fail("/tts/bytes", drop_after=1000)
    with pytest.raises(StreamInterruptedError):
        browser.get("/greetings/Ann")


# Tests that await: with anyio's plugin here; pytest-asyncio would do as well.


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def async_browser(async_cartesia_client: AsyncCartesia) -> AsyncIterator[httpx2.AsyncClient]:
    """The app on the loop of the test, with a client of ours in place of its own."""
    app.dependency_overrides[cartesia] = lambda: async_cartesia_client
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://app") as browser:
        yield browser
    app.dependency_overrides.clear()


@pytest.mark.anyio
async def test_it_greets_many_at_once(async_browser: httpx2.AsyncClient, cartesia_emulator: Emulator) -> None:
    names = ["Ann", "Ben", "Cy"]
    answers = await asyncio.gather(*(async_browser.get(f"/greetings/{name}") for name in names))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    greeted = {speech.transcript for speech in cartesia_emulator.requests.speech}
    assert greeted == {"Hello, Ann!", "Hello, Ben!", "Hello, Cy!"}
