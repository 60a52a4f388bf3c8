"""`AudioResponse`: audio as an answer."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.background import BackgroundTask

from cartesia_async import AsyncCartesia, StreamInterruptedError
from cartesia_async.emulator import Emulator
from cartesia_async.fastapi import AudioResponse, CartesiaDep
from tests.conftest import KEY
from tests.fastapi.conftest import Serving, new_app
from tests.servers import WAIT, Peer, chunk, raw_server, streaming
from tests.streams.sides import one_answer

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16000}
WAV = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 16000}
MP3 = {"container": "mp3", "sample_rate": 44100, "bit_rate": 128000}


def speech(output_format: dict[str, Any] = WAV, **more: Any) -> dict[str, Any]:
    return {"model_id": "sonic-3", "transcript": "Hello!", "voice": VOICE, "output_format": output_format, **more}


def speaking(app: FastAPI, **options: Any) -> FastAPI:
    """Let *app* speak at `/speech`, as the query's `sound` has it."""
    formats = {"raw": RAW, "wav": WAV, "mp3": MP3}

    @app.get("/speech", response_class=AudioResponse)
    @app.head("/speech", response_class=AudioResponse)
    async def speak(client: CartesiaDep, sound: str = "wav") -> AudioResponse:
        return AudioResponse(client.tts.bytes(**speech(formats[sound])), **options)

    return app


@pytest.mark.parametrize(
    ("sound", "type", "head"),
    [
        ("wav", "audio/wav", b"RIFF"),
        ("mp3", "audio/mpeg", b""),
        ("raw", "audio/pcm; rate=16000; channels=1; encoding=pcm_s16le", b""),
    ],
)
def test_it_is_the_services_audio(
    app: FastAPI, cartesia_emulator: Emulator, sound: str, type: str, head: bytes
) -> None:
    """The answer is the audio as the service sent it, with its media type, and with headers that keep it streaming."""
    with TestClient(speaking(app)) as browser:
        answer = browser.get("/speech", params={"sound": sound})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == type
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Accept-Ranges"] == "none"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["X-Request-ID"] == cartesia_emulator.requests.last.request_id
    assert len(answer.content) > 1000
    assert answer.content.startswith(head)


def test_headers_can_be_chosen(app: FastAPI) -> None:
    """Headers and the media type that are given take the place of the usual ones."""
    chosen = {"cache-control": "max-age=60", "X-Request-ID": "mine", "X-More": "1"}
    with TestClient(speaking(app, status_code=203, headers=chosen, media_type="audio/vnd.wave")) as browser:
        answer = browser.get("/speech")
    assert answer.status_code == 203
    assert answer.headers.get_list("Cache-Control") == ["max-age=60"]
    assert answer.headers.get_list("X-Request-ID") == ["mine"]
    assert answer.headers["X-More"] == "1"
    assert answer.headers["Content-Type"] == "audio/vnd.wave"


def test_the_services_own_headers_are_handed_on(app: FastAPI) -> None:
    """Where speech is kept by the service, the listener is told its id."""

    @app.get("/kept")
    async def kept(client: CartesiaDep) -> AudioResponse:
        return AudioResponse(client.with_options(api_version="2026-03-01").tts.bytes(**speech(save=True)))

    with TestClient(app) as browser:
        assert browser.get("/kept").headers["Cartesia-File-ID"]


def test_a_head_costs_nothing(app: FastAPI, cartesia_emulator: Emulator) -> None:
    """Of `HEAD` the service learns nothing; the answer has the headers that are known without it."""
    with TestClient(speaking(app)) as browser:
        answer = browser.head("/speech")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"] == "audio/wav"
    assert len(cartesia_emulator.requests) == 0


def test_what_the_service_calls_it_is_said_where_the_format_is_new(app: FastAPI) -> None:
    """The media type is the service's own for a stream whose format this library does not know."""

    @app.get("/speech")
    async def speak(client: CartesiaDep) -> AudioResponse:
        stream = client.tts.bytes(**speech(WAV))
        stream._format = None
        return AudioResponse(stream)

    with TestClient(app) as browser:
        assert browser.get("/speech").headers["Content-Type"] == "audio/wav"


def test_audio_of_events_and_sockets_will_do(app: FastAPI) -> None:
    """The audio of a stream of events, and of speech over a WebSocket, is answered with as well."""

    @app.get("/events")
    async def events(client: CartesiaDep) -> AudioResponse:
        return AudioResponse(client.tts.sse(**speech(RAW)).audio())

    @app.get("/socket")
    async def socket(client: CartesiaDep) -> AudioResponse:
        options = speech(RAW)
        return AudioResponse(client.tts.stream(options.pop("transcript"), **options))

    with TestClient(app) as browser:
        answers = [browser.get(path) for path in ("/events", "/socket")]
    for answer in answers:
        assert answer.headers["Content-Type"] == "audio/pcm; rate=16000; channels=1; encoding=pcm_s16le"
        assert len(answer.content) > 1000


@pytest.mark.parametrize("stream", [b"audio", "events", None], ids=["bytes", "events", "none"])
async def test_only_a_stream_will_do(stream: Any) -> None:
    """What is no stream of audio is refused where the answer is made."""
    async with AsyncCartesia(KEY) as client:
        if stream == "events":
            stream = client.tts.sse(**speech(RAW))
        with pytest.raises(TypeError, match="stream must be the AudioStream of an AsyncCartesia, not "):
            AudioResponse(stream)


def test_a_background_task_is_run(app: FastAPI) -> None:
    """A background task is run when all has been heard."""
    run: list[str] = []
    with TestClient(speaking(app, background=BackgroundTask(run.append, "done"))) as browser:
        assert browser.get("/speech").status_code == 200
    assert run == ["done"]


async def test_it_is_heard_while_it_is_spoken(served: Serving, http: aiohttp.ClientSession) -> None:
    """The first audio reaches the listener while the service has not sent the rest."""
    heard = asyncio.Event()

    async def rest(peer: Peer) -> None:
        await heard.wait()
        await peer.send(chunk(b"rest") + chunk(b""))

    async with raw_server(one_answer(streaming() + chunk(b"first"), then=rest)) as service:
        async with http.get(f"{await served(speaking(new_app(service.url)))}/speech") as answer:
            assert await asyncio.wait_for(answer.content.readany(), WAIT) == b"first"
            heard.set()
            assert await answer.content.read() == b"rest"


@pytest.mark.parametrize("begun", [b"", streaming(), streaming() + chunk(b"audio")], ids=["nothing", "head", "audio"])
async def test_who_leaves_ends_the_request(served: Serving, http: aiohttp.ClientSession, begun: bytes) -> None:
    """When the listener leaves, the service sees its connection closed, though it is silent, wherever it had got to."""
    ended: list[str] = []
    sent = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(begun)
        sent.set()
        await peer.until_closed()

    async with raw_server(script) as service:
        app = speaking(new_app(service.url), background=BackgroundTask(ended.append, "left"))
        url = await served(app)
        listening = asyncio.create_task(http.get(f"{url}/speech"))
        await asyncio.wait_for(sent.wait(), WAIT)
        if begun.endswith(chunk(b"audio")):
            assert await (await listening).content.readany() == b"audio"
            (await listening).close()
        listening.cancel()
        await asyncio.wait_for(service.client_closed.wait(), WAIT)
        async with asyncio.timeout(WAIT):
            while not ended:
                await asyncio.sleep(0.01)


async def test_a_slow_listener_slows_the_service(served: Serving) -> None:
    """Of a listener who does not read, the service notices: it cannot send on, and nothing piles up in the app."""
    sent = 0

    async def endless(peer: Peer) -> None:
        nonlocal sent
        await peer.request()
        await peer.send(streaming())
        while True:
            await peer.send(chunk(b"\0" * 65536))
            sent += 65536

    async with raw_server(endless) as service:
        url = await served(speaking(new_app(service.url)))
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]), limit=1024)
        writer.write(b"GET /speech HTTP/1.1\r\nHost: app\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        before = -1
        while sent > before:
            before = sent
            await asyncio.sleep(0.2)
        assert 0 < sent < 64 << 20
        writer.close()
        await writer.wait_closed()


async def test_half_of_it_is_not_passed_off_as_whole(
    served: Serving, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    """Audio that breaks off breaks the answer off."""
    script = one_answer(streaming() + chunk(b"half"), then=lambda peer: asyncio.sleep(0))
    async with raw_server(script) as service:
        async with http.get(f"{await served(speaking(new_app(service.url)))}/speech") as answer:
            assert answer.status == 200
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.content.read()
    assert "StreamInterruptedError" in caplog.text


def test_what_breaks_off_is_raised_in_tests(app: FastAPI, cartesia_emulator: Emulator) -> None:
    """A test client raises what broke the answer off."""
    cartesia_emulator.fail("/tts/bytes", drop_after=1000)
    with TestClient(speaking(app)) as browser, pytest.raises(RuntimeError) as raised:
        browser.get("/speech")
    assert isinstance(raised.value.__cause__, StreamInterruptedError)


async def test_an_app_that_ends_ends_what_it_says(
    served: Serving, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    """When the app's task is cancelled, the service sees its connection closed."""
    caplog.set_level(logging.CRITICAL)
    begun = asyncio.Event()

    async with raw_server(one_answer(streaming() + chunk(b"audio"), then=Peer.until_closed)) as service:
        app = speaking(new_app(service.url))
        tasks: list[asyncio.Task[Any]] = []

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                tasks.append(asyncio.current_task())  # type: ignore[arg-type]
                begun.set()
            await app(scope, receive, send)

        async with http.get(f"{await served(watched)}/speech") as answer:
            assert await answer.content.readany() == b"audio"
            tasks[0].cancel()
            await asyncio.wait_for(service.client_closed.wait(), WAIT)
