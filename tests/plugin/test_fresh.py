"""A fresh start for each test, and an emulator of the user's own choice."""

from __future__ import annotations

import asyncio
import math

import pytest

from cartesia_async import APIStatusError, AsyncCartesia, Cartesia, NotFoundError
from cartesia_async.emulator import Emulator
from tests.plugin.conftest import Run

pytest_plugins = ["pytester"]

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"


def test_reset_makes_as_new(cartesia_client: Cartesia, cartesia_emulator: Emulator) -> None:
    """After `reset` there are the library's voices, no datasets, no requests and no faults; the address stays."""
    address = cartesia_emulator.base_url
    cartesia_client.voices.update(VOICE, name="Another")
    cartesia_client.datasets.create(name="mine")
    cartesia_emulator.fail("*", status=503, times=math.inf)
    cartesia_emulator.reset()
    assert not cartesia_emulator.requests
    assert cartesia_client.voices.get(VOICE).name != "Another"
    assert list(cartesia_client.datasets.list()) == []
    assert cartesia_emulator.base_url == address
    assert cartesia_emulator.crashes == ()


def test_reset_before_a_start() -> None:
    """An emulator that does not run can be reset, and is fresh when it does."""
    emulator = Emulator(engine="tone")
    with emulator, Cartesia("test", base_url=emulator.base_url) as client:
        dataset = client.datasets.create(name="mine")
    emulator.reset()
    with emulator, Cartesia("test", base_url=emulator.base_url) as client:
        with pytest.raises(APIStatusError):
            list(client.datasets.list_files(dataset.id))
        assert len(emulator.requests) == 1


def test_reset_restarts_chance() -> None:
    """Faults by chance are the same ones after a reset."""

    def statuses() -> list[int]:
        emulator.reset()
        answers = []
        for _ in range(12):
            try:
                client.voices.get(VOICE)
            except Exception:
                answers.append(0)
            else:
                answers.append(200)
        return answers

    with Emulator(engine="tone", seed=7, chaos=0.5) as emulator:
        with Cartesia("test", base_url=emulator.base_url, max_retries=0, timeout=5) as client:
            first = statuses()
            assert 0 in first
            assert statuses() == first


async def test_reset_on_its_own_loop() -> None:
    """An emulator that runs on the test's loop is reset there, in the middle of a stream that then goes on."""
    async with Emulator(engine="tone") as emulator, AsyncCartesia("test", base_url=emulator.base_url) as client:
        stream = client.tts.sse(
            model_id="sonic-3", transcript="One word. " * 20, voice=VOICE,
            output_format={"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8_000},
        )  # fmt: skip
        async with stream:
            await anext(aiter(stream))
            emulator.fail("*", connect="refuse")
            emulator.reset()
        await asyncio.sleep(0)
        assert not emulator.requests
        assert (await client.voices.get(VOICE)).id == VOICE


@pytest.mark.parametrize("name", ["first", "second"])
def test_nothing_is_inherited(cartesia_client: Cartesia, cartesia_emulator: Emulator, name: str) -> None:
    """What a test deletes, and the faults it leaves, are not met by the next."""
    assert cartesia_client.voices.get(VOICE).id == VOICE
    cartesia_client.voices.delete(VOICE)
    with pytest.raises(NotFoundError):
        cartesia_client.voices.get(VOICE)
    assert len(cartesia_emulator.requests) == 3
    cartesia_emulator.fail("*", status=503, times=math.inf)


_OWN = """
@pytest.fixture(scope="session")
def cartesia_emulator_options():
    return {"api_keys": ["b", "a"], "concurrency": 1}

@pytest.fixture(scope="module")
def voice(cartesia_emulator_session):
    from cartesia_async import Cartesia
    with Cartesia("b", base_url=cartesia_emulator_session.base_url) as client:
        yield client.voices.list().first_page()[0]
"""
_OWN_TESTS = """
import pytest
from cartesia_async import AuthenticationError, Cartesia

def test_keys(cartesia_client, cartesia_emulator, voice, async_cartesia_client):
    cartesia_client.voices.get(voice.id)
    with Cartesia("c", base_url=cartesia_emulator.base_url) as client, pytest.raises(AuthenticationError):
        client.voices.get(voice.id)
    assert cartesia_emulator.requests[0].headers["Authorization"] == "Bearer a"
    assert [request.status for request in cartesia_emulator.requests] == [200, 401]
"""


def test_an_emulator_of_ones_own_choice(run: Run) -> None:
    """`cartesia_emulator_options` chooses, `cartesia_emulator_session` serves fixtures of wider scope."""
    run(_OWN_TESTS, conftest=_OWN, arguments=("-p", "no:asyncio")).assert_outcomes(passed=1)


_VOICES = """
@pytest.fixture(scope="session")
def cartesia_emulator_options():
    return {"voices": [{"id": "mine", "name": "Ann"}]}
"""
_VOICES_TESTS = """
import pytest

@pytest.mark.parametrize("time", [1, 2])
def test_a_voice_of_ones_own(cartesia_client, time):
    assert cartesia_client.voices.get("mine").name == "Ann"
    cartesia_client.voices.delete("mine")
"""


def test_voices_of_ones_own(run: Run) -> None:
    """The options hold voices of one's own, and each test finds them as they were given."""
    run(_VOICES_TESTS, conftest=_VOICES, arguments=("-p", "no:asyncio")).assert_outcomes(passed=2)


_FAILING = """
HELLO = dict(
    model_id="sonic-3",
    voice="694f9389-aac1-45b6-b726-9d9369183238",
    output_format={"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16000},
)

def test_words(cartesia_client, cartesia_emulator):
    cartesia_client.tts.bytes(transcript="Good day.", **HELLO).read()
    assert cartesia_emulator.requests.last.speech.transcript == "Hello."

def test_count(cartesia_client, cartesia_emulator):
    cartesia_client.voices.get(HELLO["voice"])
    assert len(cartesia_emulator.requests.where("/tts/*")) == 1

def test_none(cartesia_client, cartesia_emulator):
    cartesia_client.voices.get(HELLO["voice"])
    assert cartesia_emulator.requests.where("/tts/*").last

def test_no_speech(cartesia_client, cartesia_emulator):
    cartesia_client.voices.get(HELLO["voice"])
    assert cartesia_emulator.requests.last.speech
"""


def test_a_failed_assertion_tells_what_was_asked(run: Run) -> None:
    """A failure shows in a few lines what was said, by which voice, in answer to which request."""
    result = run(_FAILING, arguments=("-p", "no:asyncio"))
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines(
        [
            "E       AssertionError: assert 'Good day.' == 'Hello.'",
            "E*where 0 = len(<no requests>)",
            "E*= <1 request: GET /voices/694f9389-* 200>.where",
            '>       assert cartesia_emulator.requests.where("/tts/[*]").last',
            "E*IndexError: nothing like '/tts/[*]' among 1 request: GET /voices/694f9389-* 200",
            "E*where None = <GET /voices/694f9389-* 200>.speech",
        ]
    )
