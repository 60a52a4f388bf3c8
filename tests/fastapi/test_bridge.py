"""`bridge_speech`: text in and audio out, over a WebSocket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from fastapi import FastAPI, WebSocket

from cartesia_async import AsyncCartesia
from cartesia_async.emulator import Emulator
from cartesia_async.fastapi import CartesiaDep, bridge, bridge_speech, hearing
from tests.conftest import KEY
from tests.fastapi.conftest import Serving, new_app
from tests.fastapi.test_audio import RAW, VOICE
from tests.websocket.service import WAIT, Service, running

SPEECH: dict[str, Any] = {"model_id": "sonic-3", "voice": VOICE, "output_format": RAW}


def bridged(app: FastAPI, **options: Any) -> FastAPI:
    @app.websocket("/talk")
    async def talk(websocket: WebSocket, client: CartesiaDep) -> None:
        await bridge_speech(websocket, client, **SPEECH | options)

    return app


class Listener:
    """Who sends text and hears it spoken."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def next(self) -> bytes | dict[str, Any]:
        """Wait for a message."""
        message = await self.socket.receive(timeout=WAIT)
        assert message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}, message
        return json.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT else message.data

    async def until(self, *kinds: str) -> tuple[bytes, list[dict[str, Any]]]:
        """Wait for an event of one of those *kinds*; give the audio until then, and the events, with that one."""
        audio, events = b"", list[dict[str, Any]]()
        while not events or events[-1]["type"] not in kinds:
            message = await self.next()
            if isinstance(message, bytes):
                audio += message
            else:
                events.append(message)
        return audio, events

    async def closed(self) -> int | None:
        """Wait until the WebSocket is closed; give the code."""
        assert (await self.socket.receive(timeout=WAIT)).type is aiohttp.WSMsgType.CLOSE
        return self.socket.close_code


@asynccontextmanager
async def listening(http: aiohttp.ClientSession, url: str) -> AsyncIterator[Listener]:
    async with http.ws_connect(f"{url}/talk") as socket:
        yield Listener(socket)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A service that does what the test says."""
    async with running() as service:
        yield service


async def test_text_becomes_speech(
    served: Serving, http: aiohttp.ClientSession, app: FastAPI, cartesia_emulator: Emulator
) -> None:
    """Texts are spoken one after another, over one connection: `start` with the format, audio, times of words, `done`."""
    async with listening(http, await served(bridged(app, add_timestamps=True))) as listener:
        for text in ("Hello, world!", "And again."):
            await listener.say(text=text[:8])
            await listener.say(text=text[8:], end=True)
            audio, events = await listener.until("done", "error")
            assert len(audio) > 1000
            assert events[0] == {"type": "start", "output_format": RAW} | events[0]
            assert events[-1]["type"] == "done"
            words = [
                word for event in events if event["type"] == "timestamps" for word in event["word_timestamps"]["words"]
            ]
            assert words == text.split()
    [request] = cartesia_emulator.requests.where("/tts/websocket")
    assert [speech.transcript for speech in cartesia_emulator.requests.speech] == ["Hello, world!", "And again."]
    assert request.speech is not None


async def test_it_is_spoken_before_its_end_has_come(
    served: Serving, http: aiohttp.ClientSession, service: Service
) -> None:
    """The first words are heard while the listener has not sent the last."""
    async with listening(http, await served(bridged(new_app(service.url)))) as listener:
        await listener.say(text="Hello, world. ")
        peer = await service.connection()
        message = await peer.next()
        assert message["transcript"] == "Hello, world. "
        await peer.audio(message["context_id"], b"hello")
        audio, events = b"", []
        while not audio:
            received = await listener.next()
            audio, events = (received, events) if isinstance(received, bytes) else (audio, [*events, received])
        assert audio == b"hello"
        await listener.say(end=True)
        assert (await peer.next())["continue"] is False


@pytest.mark.parametrize("begun", [False, True], ids=["waiting", "speaking"])
async def test_who_leaves_ends_the_connection(
    served: Serving, http: aiohttp.ClientSession, service: Service, begun: bool
) -> None:
    """When the listener leaves, the service sees its connection closed, in the middle of a text too."""
    async with listening(http, await served(bridged(new_app(service.url)))) as listener:
        peer = await service.connection()
        if begun:
            await listener.say(text="Hello, world. ")
            await peer.audio((await peer.next())["context_id"])
            await listener.until("start")
    await peer.closed()


async def test_a_listener_who_is_gone_is_no_error(
    served: Serving, http: aiohttp.ClientSession, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """A connection that breaks while audio is on its way ends the bridge without a word."""
    url = await served(bridged(new_app(service.url)))
    socket = await http.ws_connect(f"{url}/talk")
    await socket.send_str('{"text": "Hello, world. "}')
    peer = await service.connection()
    context = (await peer.next())["context_id"]
    assert socket._response.connection is not None
    socket._response.connection.transport.abort()
    while not peer.gone.is_set():
        await peer.audio(context, b"\0" * 4096)
        await asyncio.sleep(0)
    await socket.close()
    assert caplog.text == ""


async def test_cancelling_stops_all(served: Serving, http: aiohttp.ClientSession, service: Service) -> None:
    """`cancel` ends, here and on the service, what is being spoken and what waits; what follows is spoken."""
    async with listening(http, await served(bridged(new_app(service.url)))) as listener:
        await listener.say(text="One. ", end=True)
        await listener.say(text="Two. ")
        peer = await service.connection()
        first = await peer.next()
        await peer.audio(first["context_id"], b"one")
        await listener.until("start")
        assert await listener.next() == b"one"
        await listener.say(cancel=True, text="Three. ", end=True)
        assert await listener.until("cancelled") == (b"", [{"type": "cancelled"}])
        assert await listener.until("cancelled") == (b"", [{"type": "cancelled"}])
        said = [message async for message in _until(peer, "Three. ")]
        assert {"context_id": first["context_id"], "cancel": True} in said
        assert [message["transcript"] for message in said if message.get("transcript")] == ["Three. "]
        await peer.audio(said[-1]["context_id"], b"three")
        await peer.done(said[-1]["context_id"])
        audio, events = await listener.until("done")
        assert (audio, events[-1]["type"]) == (b"three", "done")


async def _until(peer: Any, transcript: str) -> AsyncIterator[dict[str, Any]]:
    message: dict[str, Any] = {}
    while message.get("transcript") != transcript:
        message = await peer.next()
        yield message


async def test_what_fails_is_told_and_the_next_is_spoken(
    served: Serving, http: aiohttp.ClientSession, service: Service
) -> None:
    """An error of one text is an `error` with its status; the rest of that text is dropped, and the next is spoken."""
    async with listening(http, await served(bridged(new_app(service.url)))) as listener:
        await listener.say(text="One. ")
        peer = await service.connection()
        await peer.refuse(429, "Too many at once", (await peer.next())["context_id"])
        _, events = await listener.until("error")
        told = {"type": "error", "status": 429, "detail": "Too many at once", "request_id": "handshake-1"}
        assert events[-1] == told
        await listener.say(text="Still one. ", end=True)
        await listener.say(text="Two. ", end=True)
        second = [message async for message in _until(peer, "Two. ")][-1]
        await peer.audio(second["context_id"])
        await peer.done(second["context_id"])
        assert (await listener.until("done"))[1][-1]["type"] == "done"


@pytest.mark.parametrize(("refused", "status", "code"), [(401, 502, 1011), (429, 429, 1013)])
async def test_a_service_that_refuses_the_connection(
    served: Serving, http: aiohttp.ClientSession, service: Service, refused: int, status: int, code: int
) -> None:
    """Where there can be no connection to the service, an `error` tells so and the WebSocket is closed."""
    service.refusals = [web.json_response({"title": "No", "message": "No."}, status=refused)]
    async with listening(http, await served(bridged(new_app(service.url)))) as listener:
        event = await listener.next()
        assert isinstance(event, dict)
        assert (event["type"], event["status"]) == ("error", status)
        assert await listener.closed() == code


async def test_options_that_are_wrong_are_told(served: Serving, http: aiohttp.ClientSession, app: FastAPI) -> None:
    """An argument that the call refuses is told as an `error` 422."""
    async with listening(http, await served(bridged(app, voice=""))) as listener:
        await listener.say(text="Hello.", end=True)
        _, events = await listener.until("error")
        assert events[-1]["status"] == 422
        assert events[-1]["detail"].startswith("voice")


async def test_half_a_character_is_told(served: Serving, http: aiohttp.ClientSession, app: FastAPI) -> None:
    """Text that cannot be sent, as JSON's escapes can make it, is told as an `error` 422."""
    async with listening(http, await served(bridged(app))) as listener:
        await listener.say(text="Hello \ud800", end=True)
        _, events = await listener.until("error")
        assert events[-1]["status"] == 422
        await listener.say(text="Hello.", end=True)
        assert (await listener.until("done", "error"))[1][-1]["type"] == "done"


async def test_of_nothing_nothing_is_heard(
    served: Serving, http: aiohttp.ClientSession, app: FastAPI, cartesia_emulator: Emulator
) -> None:
    """An end without a text is passed over; a text that holds nothing speakable is done at once."""
    async with listening(http, await served(bridged(app))) as listener:
        await listener.say(end=True)
        await listener.say(cancel=True)
        await listener.say(text="  ", end=True)
        audio, events = await listener.until("done", "error")
        assert (audio, events[-1]["type"]) == (b"", "done")
    assert cartesia_emulator.requests.speech == []


@pytest.mark.parametrize(
    ("message", "code"),
    [("no JSON", 1007), ("[]", 1007), ('{"text": 1}', 1007), ("[" * 100_000, 1007), (b"{}", 1003), ("big", 1009)],
    ids=["no-json", "no-object", "no-text", "deep", "bytes", "big"],
)
async def test_a_message_that_is_none_closes(
    served: Serving,
    http: aiohttp.ClientSession,
    service: Service,
    message: str | bytes,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is no message of the protocol, and more text than can wait, closes the WebSocket, and the service's too."""
    monkeypatch.setattr(hearing, "MOST_UNSPOKEN", 100)
    async with listening(http, await served(bridged(new_app(service.url)))) as listener:
        peer = await service.connection()
        if isinstance(message, bytes):
            await listener.socket.send_bytes(message)
        else:
            await listener.socket.send_str(json.dumps({"text": "Hello " * 50}) if message == "big" else message)
        while (received := await listener.socket.receive(timeout=WAIT)).type is not aiohttp.WSMsgType.CLOSE:
            assert received.type is aiohttp.WSMsgType.TEXT
        assert listener.socket.close_code == code
        await peer.closed()


class Wire:
    """What a server and an app say to each other about a WebSocket: the listener asks for a text, and stays."""

    def __init__(self, breaks_at: str = "") -> None:
        self.sent: list[str] = []
        self._breaks_at = breaks_at
        said = {"type": "websocket.receive", "text": '{"text": "Hi.", "end": true}'}
        self._messages = iter([{"type": "websocket.connect"}, said])

    async def receive(self) -> dict[str, Any]:
        if (message := next(self._messages, None)) is None:
            await asyncio.Event().wait()
        assert message is not None
        return message

    async def send(self, message: Any) -> None:
        self.sent.append(message["type"])
        if message["type"] == self._breaks_at:
            raise OSError

    @property
    def socket(self) -> WebSocket:
        return WebSocket({"type": "websocket"}, self.receive, self.send)


@pytest.fixture
async def client(cartesia_emulator: Emulator) -> AsyncIterator[AsyncCartesia]:
    async with AsyncCartesia(KEY, base_url=cartesia_emulator.base_url) as client:
        yield client


async def test_an_argument_that_there_is_none_of_is_raised(client: AsyncCartesia) -> None:
    """What is no failure of the service and no wrong value, but an error in the app's code, is raised to the app."""
    wire = Wire()
    options: Any = {**SPEECH, "nonsense": 1}
    with pytest.raises(TypeError, match="nonsense"):
        await bridge_speech(wire.socket, client, **options)
    assert wire.sent == ["websocket.accept"]


async def test_an_error_of_other_code_is_raised(client: AsyncCartesia, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `ValueError` that is none of a call's is raised to the app; a WebSocket that was accepted is not accepted again."""
    monkeypatch.setattr(bridge, "start_document", lambda *_: int("none"))
    wire = Wire()
    socket = wire.socket
    await socket.accept()
    with pytest.raises(ValueError, match="invalid literal"):
        await bridge_speech(socket, client, **SPEECH)
    assert wire.sent == ["websocket.accept"]


async def test_a_server_that_cannot_send_ends_it(client: AsyncCartesia) -> None:
    """Where sending fails, since the listener has gone, the bridge ends without an error."""
    wire = Wire(breaks_at="websocket.send")
    await asyncio.wait_for(bridge_speech(wire.socket, client, **SPEECH), WAIT)
    assert wire.sent == ["websocket.accept", "websocket.send"]
