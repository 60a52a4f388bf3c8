"""The fixtures of the plugin, under each of the ways in which users run their tests."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Run

pytest_plugins = ["pytester"]

_SAY = """
import pytest

HELLO = dict(
    model_id="sonic-3",
    voice="694f9389-aac1-45b6-b726-9d9369183238",
    output_format={"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16000},
)
"""

_SYNC = """
@pytest.mark.parametrize("text", ["One.", "Two."])
def test_sync(cartesia_client, cartesia_emulator, text):
    assert not cartesia_emulator.requests
    assert cartesia_client.tts.bytes(transcript=text, **HELLO).read()
    assert [speech.transcript for speech in cartesia_emulator.requests.speech] == [text]

def test_sync_test_with_an_async_client(async_cartesia_client):
    import asyncio
    assert asyncio.run(async_cartesia_client.tts.bytes(transcript="Hi.", **HELLO).read())
"""

_ASYNC = """
@pytest.mark.parametrize("text", ["Three.", "Four."])
async def test_async(async_cartesia_client, cartesia_emulator, text):
    assert await async_cartesia_client.tts.bytes(transcript=text, **HELLO).read()
    assert [speech.transcript for speech in cartesia_emulator.requests.speech] == [text]

async def test_a_stream_left_open(async_cartesia_client):
    stream = await async_cartesia_client.tts.sse(transcript="A word, " * 200, **HELLO)
    assert (await anext(aiter(stream))).type == "chunk"

async def test_both_clients(async_cartesia_client, cartesia_client):
    import asyncio
    voice = await async_cartesia_client.voices.get(HELLO["voice"])
    assert await asyncio.to_thread(cartesia_client.voices.get, HELLO["voice"]) == voice
"""

_STRICT = "pytestmark = pytest.mark.asyncio\n"
_ONE_LOOP = 'pytestmark = pytest.mark.asyncio(loop_scope="session")\n'
_ANYIO = """
pytestmark = pytest.mark.anyio

@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"
"""
_ANYIO_FIXTURE = """
@pytest.fixture
async def greeting(async_cartesia_client):
    yield await async_cartesia_client.tts.bytes(transcript="Hello.", **HELLO).read()

async def test_an_async_fixture_takes_a_sync_one(greeting, cartesia_emulator):
    assert greeting and len(cartesia_emulator.requests) == 1
"""

# Without it, pytest-asyncio warns.
_ASYNCIO = ("-o", "asyncio_default_fixture_loop_scope=function")


@pytest.mark.parametrize(
    ("sources", "arguments", "passed"),
    [
        pytest.param([_SYNC], ("-p", "no:asyncio", "-p", "no:anyio"), 3, id="no async plugin"),
        pytest.param([_STRICT + _ASYNC, _ONE_LOOP + _ASYNC], _ASYNCIO, 8, id="pytest-asyncio, strict"),
        pytest.param([_SYNC, _ASYNC], (*_ASYNCIO, "-o", "asyncio_mode=auto", "-n", "2"), 7, id="auto, and xdist"),
        pytest.param([_ANYIO + _SYNC + _ASYNC + _ANYIO_FIXTURE], _ASYNCIO, 8, id="anyio beside pytest-asyncio"),
    ],
)
def test_clients_work(run: Run, sources: list[str], arguments: tuple[str, ...], passed: int) -> None:
    """Each client works in each kind of test, each test starts afresh, and nothing warns or stays open."""
    result = run(*(_SAY + source for source in sources), arguments=arguments)
    result.assert_outcomes(passed=passed)
    assert result.ret == 0
    assert "rror" not in result.stderr.str()
