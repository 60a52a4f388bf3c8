"""The connection itself: who may open one, what may be said on it, and how it ends."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket

import aiohttp
import pytest

from cartesia_async.emulator import Emulator
from tests.emulator.server.test_server_streaming import Metronome
from tests.emulator.websocket.talking import NEWEST, RAW, SARAH, VERSIONS, Talk, audio, talk, until


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("credential", ["api_key", "access_token", "X-API-Key", "Authorization"])
async def test_credentials_come_in_the_query_or_in_headers(version: str, credential: str) -> None:
    """A key or token is taken from either place, with the version; the record hides it."""
    async with Emulator(engine="tone", api_keys=["sk_1"]) as emulator, aiohttp.ClientSession() as session:
        if credential.islower():
            query = f"?{credential}=sk_1&cartesia_version={version}"
            headers = {"Cartesia-Version": "2030-01-01"}
        else:
            query = ""
            headers = {credential: "sk_1" if credential == "X-API-Key" else "Bearer sk_1", "Cartesia-Version": version}
        async with session.ws_connect(f"{emulator.base_url}/tts/websocket{query}", headers=headers) as connection:
            one = Talk(connection)
            await one.say("Hello.")
            assert audio(await one.to_done())
        assert emulator.requests.last.api_version == version
        assert "sk_1" not in repr(emulator.requests.last)


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/tts/websocket?api_key=k", 400, "Cartesia-Version header is required in YYYY-MM-DD form"),
        ("/tts/websocket?cartesia_version=2024-06-10", 401, "A valid API key"),
        ("/tts/websocket?api_key=wrong&cartesia_version=2024-06-10", 401, "A valid API key"),
        ("/tts/websockets?api_key=k&cartesia_version=2024-06-10", 404, "There is no such path"),
        ("/tts/bytes?api_key=k&cartesia_version=2024-06-10", 405, "This path takes POST"),
    ],
)
async def test_a_handshake_is_refused_by_status(path: str, status: int, text: str) -> None:
    """Without a version, a credential or the right path there is no connection, but an ordinary error answer."""
    async with Emulator(engine="tone", api_keys=["k"]) as emulator, aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(f"{emulator.base_url}{path}")
        assert caught.value.status == status
        answer = await session.get(f"{emulator.base_url}{path}")
        assert text in await answer.text()


async def test_keys_in_the_query_are_for_websockets_alone(emulator: Emulator) -> None:
    """An ordinary call with its key in the query is refused."""
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{emulator.base_url}/voices?api_key=k&cartesia_version={NEWEST}")
        assert answer.status == 401


async def test_a_plain_request_is_told_to_upgrade(emulator: Emulator) -> None:
    """Without the handshake's headers the answer is 426."""
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{emulator.base_url}/tts/websocket?api_key=k&cartesia_version={NEWEST}")
        assert (answer.status, answer.headers["Upgrade"]) == (426, "websocket")


async def test_ten_connections_may_be_open_for_each_place() -> None:
    """One more is refused with 429, until one has been closed."""
    async with Emulator(engine="tone", concurrency=1) as emulator:
        headers = {"X-API-Key": "k", "Cartesia-Version": NEWEST}
        async with aiohttp.ClientSession(emulator.base_url, headers=headers) as session:
            open_ = [await session.ws_connect("/tts/websocket") for _ in range(10)]
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await session.ws_connect("/tts/websocket")
            assert caught.value.status == 429
            await open_.pop().close()
            open_.append(await session.ws_connect("/tts/websocket"))
            for connection in open_:
                await connection.close()


@pytest.mark.parametrize(
    "message",
    [
        "",
        "hello",
        "[]",
        "{",
        '{"context_id": NaN}',
        "[" * 100_000,
        '{"transcript": "Hello"}',
        '{"context_id": ""}',
        '{"context_id": "a b"}',
        '{"context_id": "\\ud800"}',
        '{"context_id": 1}',
        '{"context_id": null, "cancel": true}',
        b"\x00\x01",
    ],
    ids=[f"message{number}" for number in range(13)],
)
@pytest.mark.parametrize("version", ["2025-11-04", NEWEST])
async def test_what_is_no_message_is_refused(emulator: Emulator, message: str | bytes, version: str) -> None:
    """The error names no context, since none can be known, and the connection goes on."""
    async with talk(emulator, version) as one:
        await (one.socket.send_bytes if isinstance(message, bytes) else one.socket.send_str)(message)
        (event,) = await one.to_done()
        assert (event["type"], event["status_code"], event["done"]) == ("error", 400, True)
        assert "context_id" not in event
        assert ("error" in event) is (version != NEWEST)
        await one.say("Hello.")
        assert audio(await one.to_done())


@pytest.mark.parametrize(
    "fields",
    [{"continue": 1}, {"flush": "yes"}, {"cancel": 1}, {"transcript": 5}, {"transcript": None}, {"add_timestamps": 0}],
    ids=str,
)
async def test_a_field_of_the_wrong_kind_is_named(one: Talk, fields: dict[str, object]) -> None:
    """The error names the context and the field."""
    await one.say("Hello.", **fields)
    (event,) = await one.to_done()
    assert event["context_id"] == "one"
    assert f"`{next(iter(fields))}`" in str(event["message"])


async def test_nulls_and_unknown_fields_are_passed_over(one: Talk) -> None:
    """They change nothing."""
    await one.say("Hello.", continue_=None, flush=None, cancel=None, add_timestamps=None, unheard_of={"a": [1]})
    assert audio(await one.to_done())


async def test_a_message_has_a_size(emulator: Emulator) -> None:
    """A message beyond 4 MiB ends the connection, with 1009."""
    async with talk(emulator, max_msg_size=0) as one:
        await one.socket.send_str(" " * (4 * 2**20 + 1))
        assert await one.closed() == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


async def test_messages_are_recorded(emulator: Emulator, one: Talk) -> None:
    """The record of the handshake holds what was said since, newest last, as JSON, text or bytes; the last 1,000."""
    await one.say("Hello.")
    await one.to_done()
    await one.cancel()
    await one.socket.send_str("?")
    await one.socket.send_bytes(b"!")
    await until(lambda: len(emulator.requests.last.messages) == 4)
    record = emulator.requests.last
    assert (record.path, record.status) == ("/tts/websocket", 101)
    first, *others = record.messages
    assert (first["transcript"], first["context_id"]) == ("Hello.", "one")
    assert others == [{"context_id": "one", "cancel": True}, "?", b"!"]
    for _ in range(1_000):
        await one.cancel("none")
    await one.socket.send_str("last")
    await until(lambda: emulator.requests.last.messages[-1] == "last")
    assert len(emulator.requests.last.messages) == 1_000


async def test_a_ping_is_answered(one: Talk) -> None:
    """With its own payload."""
    one.socket._autoping = False
    await one.socket.ping(b"who is there")
    message = await one.socket.receive(timeout=5)
    assert (message.type, message.data) == (aiohttp.WSMsgType.PONG, b"who is there")


async def test_an_idle_connection_is_closed() -> None:
    """With 1001, once nothing was sent, or said, for the time; pings do not count."""
    async with Emulator(engine="tone", websocket_idle=0.1) as emulator, talk(emulator, heartbeat=0.02) as one:
        assert await one.closed() == 1001
        assert emulator.crashes == ()


async def test_a_connection_that_speaks_is_not_idle() -> None:
    """It is closed only after the end of what is said."""
    async with Emulator(engine="tone", websocket_idle=0.05, realtime=True) as emulator, talk(emulator) as one:
        await one.say("Hello world, hello world.")
        assert (await one.to_done())[-1]["type"] == "done"
        assert await one.closed() == 1001


@pytest.mark.parametrize("leave", ["close", "cut"])
async def test_a_client_that_leaves_ends_all_that_is_said_for_it(leave: str) -> None:
    """The engine stops in every context, however the client went."""
    engine = Metronome(seconds=0.1)
    async with Emulator(engine=engine) as emulator:
        tasks = asyncio.all_tasks()
        async with talk(emulator) as one:
            for id in ("a", "b", "c"):
                await one.say("Hello.", id)
            await one.hear()
            if leave == "cut":
                one.socket._response.connection.transport.abort()
        await until(lambda: asyncio.all_tasks() == tasks)
        made = engine.made
        await until(lambda: all(speech.gi_frame is None for speech in engine.spoken))
        assert engine.made <= made + 3
        assert emulator.crashes == ()


async def test_an_emulator_that_stops_says_so_at_once() -> None:
    """Connections are closed with 1001, in the middle of a speech, and the emulator does not wait for an answer."""
    engine = Metronome(seconds=0.1)
    async with Emulator(engine=engine) as emulator:
        connections = [talk(emulator) for _ in range(3)]
        talks = [await connection.__aenter__() for connection in connections]
        for one in talks[1:]:
            await one.say("Hello.")
            await one.hear()
        async with asyncio.timeout(2):
            await emulator.__aexit__(None, None, None)
        for one in talks:
            assert await one.closed() == 1001
        for connection in connections:
            await connection.__aexit__(None, None, None)
        await emulator.__aenter__()


def _handshake(emulator: Emulator, connection: socket.socket) -> None:
    host, port = emulator.base_url.removeprefix("http://").split(":")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)
    connection.connect((host, int(port)))
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET /tts/websocket?api_key=k&cartesia_version={NEWEST} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    assert connection.recv(4_096).startswith(b"HTTP/1.1 101 ")


def _masked(text: str) -> bytes:
    data = text.encode()
    assert 126 <= len(data) < 2**16
    return b"\x81\xfe" + len(data).to_bytes(2) + bytes(4) + data


async def test_a_slow_reader_holds_every_engine_back() -> None:
    """What is not read is not made: all contexts together are ahead by no more than what the sockets hold."""
    engine = Metronome()
    async with Emulator(engine=engine) as emulator:
        with socket.socket() as connection:
            await asyncio.to_thread(_handshake, emulator, connection)
            for number in range(20):
                asked = {"model_id": "m", "transcript": "Hello.", "voice": SARAH, "output_format": RAW}
                connection.sendall(_masked(json.dumps(asked | {"context_id": f"c{number}"})))
            await until(lambda: engine.made > 20)
            made = 0
            async with asyncio.timeout(5):
                while engine.made != made:
                    made = engine.made
                    await asyncio.sleep(0.1)
            assert made < 400
        await until(lambda: all(speech.gi_frame is None for speech in engine.spoken))
        assert emulator.crashes == ()
