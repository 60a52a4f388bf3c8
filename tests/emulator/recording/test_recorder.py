"""The recorder between a client and a service: what it passes on, and what it keeps."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.base_protocol import BaseProtocol

from cartesia_async.emulator import Emulator, Recorder, RecordingError
from cartesia_async.emulator.recording.body import Content, JSONBody
from cartesia_async.emulator.recording.recording import Answer, Recording, read_recording
from cartesia_async.emulator.recording.secrecy import Secrets
from cartesia_async.emulator.recording.tape import Tape
from cartesia_async.emulator.recording.way_back import WayBack

from ...conftest import Serve
from .conftest import KEY


def _only(recorder: Recorder) -> Recording:
    (path,) = recorder.recorded
    return read_recording(path)


async def test_a_request_arrives_as_it_was_sent(serve: Serve, folder: Path, http: aiohttp.ClientSession) -> None:
    """Method, path, query, headers and body reach the service, below the target's own path."""
    seen: list[web.Request] = []
    bodies: list[bytes] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request)
        bodies.append(await request.read())
        return web.json_response({"a": 1}, headers={"X-Request-ID": "id-1", "Connection": "X-Hop", "X-Hop": "gone"})

    headers = {"X-API-Key": KEY, "Cartesia-Version": "2024-06-10", "User-Agent": "mine", "X-Own": "ü"}
    async with Recorder(folder, target=f"{await serve(handler)}/below/") as recorder:
        url = f"{recorder.base_url}/a%2Fb/c?q=1&q=2&api_key={KEY}"
        async with http.patch(url, data=b"\xff\x00", headers={**headers, "Content-Type": "x/y"}) as response:
            assert (response.status, await response.json()) == (200, {"a": 1})
            assert response.headers["X-Request-ID"] == "id-1"
            assert "X-Hop" not in response.headers
    (request,) = seen
    assert (request.method, request.raw_path) == ("PATCH", f"/below/a%2Fb/c?q=1&q=2&api_key={KEY}")
    assert bodies == [b"\xff\x00"]
    assert {name: request.headers[name] for name in headers} == headers
    assert request.headers["Content-Type"] == "x/y"
    assert request.headers["Content-Length"] == "2"
    recording = _only(recorder)
    assert (recording.request.method, recording.request.path) == ("PATCH", "/a/b/c")
    assert (recording.request.query, recording.request.version) == ({"q": ["1", "2"]}, "2024-06-10")
    assert isinstance(recording.request.body, Content)
    assert recording.request.headers == [
        *("Accept: */*", "Cartesia-Version: 2024-06-10", "Content-Type: x/y", "User-Agent: mine")
    ]
    assert "X-Request-ID: id-1" in recording.answer.headers


async def test_pieces_come_at_once(serve: Serve, folder: Path, http: aiohttp.ClientSession) -> None:
    """Each piece of an upload and of an answer goes on as soon as it has come."""
    arrived: asyncio.Queue[bytes] = asyncio.Queue()
    go_on = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        async for piece in request.content.iter_any():
            await arrived.put(piece)
        stream = web.StreamResponse()
        stream.content_type = "text/event-stream"
        await stream.prepare(request)
        for number in range(3):
            await stream.write(b"data: %d\n\n" % number)
            await go_on.wait()
            go_on.clear()
        return stream

    async def upload() -> AsyncIterator[bytes]:
        for number in range(3):
            yield b"%d" % number
            assert await arrived.get() == b"%d" % number

    async with Recorder(folder, target=await serve(handler)) as recorder:
        async with http.post(f"{recorder.base_url}/x", data=upload()) as response:
            pieces = []
            async for piece, _ in response.content.iter_chunks():
                pieces.append(piece)
                go_on.set()
    assert list(filter(None, pieces)) == [b"data: 0\n\n", b"data: 1\n\n", b"data: 2\n\n"]
    answer = _only(recorder).answer
    assert [text.encode() for _, text in answer.pieces] == list(filter(None, pieces))
    times = [answer.began, *(time for time, _ in answer.pieces), answer.ended_at]
    assert times == sorted(times)
    assert answer.ended == "whole"


@pytest.mark.parametrize("known_length", [True, False])
async def test_the_recording_is_there_with_the_answer(
    known_length: bool, serve: Serve, folder: Path, http: aiohttp.ClientSession
) -> None:
    """Who has read an answer to its end finds it recorded."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if known_length:
            return web.Response(body=b"x" * 100_000)
        stream = web.StreamResponse()
        await stream.prepare(request)
        await stream.write(b"x" * 100_000)
        return stream

    async with Recorder(folder, target=await serve(handler)) as recorder:
        for number in range(5):
            async with http.get(f"{recorder.base_url}/x") as response:
                assert len(await response.read()) == 100_000
            assert len(recorder.recorded) == number + 1


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("after", [None, 2], ids=["no answer", "in the middle"])
async def test_a_cut_goes_on_as_a_cut(
    how: str, after: int | None, service: Emulator, folder: Path, speech: dict[str, object], http: aiohttp.ClientSession
) -> None:
    """A connection that the service cuts is cut for the client too, recorded so, and cut so when replayed."""
    service.fail("/tts/sse", drop=how, drop_after=after)  # type: ignore[arg-type]
    headers = {"X-API-Key": KEY, "Cartesia-Version": "2026-08-14"}

    async def ask(base_url: str) -> list[bytes]:
        pieces = []
        with pytest.raises(aiohttp.ClientError) as raised:
            async with http.post(f"{base_url}/tts/sse", json=speech, headers=headers) as response:
                async for piece, _ in response.content.iter_chunks():
                    pieces.append(piece)
        if after is not None:
            assert ("ConnectionResetError" in str(raised.value)) is (how == "reset")
        return pieces

    async with Recorder(folder, target=service.base_url) as recorder:
        pieces = await ask(recorder.base_url)
    assert len(pieces) == (after or 0)
    answer = _only(recorder).answer
    assert answer.ended == how
    assert answer.status == (None if after is None else 200)
    async with Emulator(replay=folder) as emulator:
        assert await ask(emulator.base_url) == pieces


async def test_a_client_that_leaves_is_gone(serve: Serve, folder: Path, http: aiohttp.ClientSession) -> None:
    """When the client leaves, the request to the service ends; what had come is recorded, as left."""
    left = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        await stream.write(b"x")
        try:
            await asyncio.Event().wait()
        finally:
            left.set()
        return stream

    async with Recorder(folder, target=await serve(handler, handler_cancellation=True)) as recorder:
        async with http.get(f"{recorder.base_url}/x") as response:
            assert await response.content.readany() == b"x"
        await asyncio.wait_for(left.wait(), 5)
    answer = _only(recorder).answer
    assert (answer.ended, answer.size) == ("left", 1)


async def test_leaving_during_an_upload_leaves_nothing(serve: Serve, folder: Path, http: aiohttp.ClientSession) -> None:
    """An exchange that had no answer when the client left is not recorded."""
    came, left = asyncio.Event(), asyncio.Event()

    async def handler(request: web.Request) -> web.Response:
        try:
            async for _ in request.content.iter_any():
                came.set()
        finally:
            left.set()
        return web.Response()

    async def upload() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    async with Recorder(folder, target=await serve(handler, handler_cancellation=True)) as recorder:
        asking = asyncio.create_task(http.post(f"{recorder.base_url}/x", data=upload()))
        await asyncio.wait_for(came.wait(), 5)
        asking.cancel()
        await asyncio.wait_for(left.wait(), 5)
        await asyncio.gather(asking, return_exceptions=True)
    assert recorder.recorded == ()
    assert list(folder.iterdir()) == []


async def test_stopping_under_way(serve: Serve, folder: Path, http: aiohttp.ClientSession) -> None:
    """A recorder that stops ends what is under way, and records it as left; nothing half is there."""

    async def handler(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        await stream.write(b"x" * 600_000)
        await asyncio.Event().wait()
        return stream

    target = await serve(handler, handler_cancellation=True)
    async with Recorder(folder, target=target) as recorder:
        response = await http.get(f"{recorder.base_url}/x")
        await response.content.readexactly(600_000)
    with pytest.raises(aiohttp.ClientError):
        await response.read()
    answer = _only(recorder).answer
    assert (answer.ended, answer.size) == ("left", 600_000)
    assert sorted(path.name for path in folder.iterdir()) == ["00001-get-x.bin", "00001-get-x.json"]


async def test_answered_before_the_upload_is_whole(serve: Serve, folder: Path, http: aiohttp.ClientSession) -> None:
    """An answer that comes before its request is whole is passed on, and replayed whatever the body is."""

    async def handler(request: web.Request) -> web.StreamResponse:
        await request.content.readany()
        return web.json_response({"no": "thanks"}, status=413)

    answered = asyncio.Event()

    async def upload() -> AsyncIterator[bytes]:
        yield b"x"
        await answered.wait()

    async with Recorder(folder, target=await serve(handler)) as recorder:
        async with http.post(f"{recorder.base_url}/x", data=upload()) as response:
            assert (response.status, await response.json()) == (413, {"no": "thanks"})
            answered.set()
    assert _only(recorder).request.unread
    async with Emulator(replay=folder) as emulator:
        async with http.post(f"{emulator.base_url}/x", data=b"other") as response:
            assert response.status == 413


async def test_packed_bodies(serve: Serve, folder: Path, http: aiohttp.ClientSession) -> None:
    """What is packed is unpacked on its way, both ways, so that it can be read and searched for secrets."""

    async def handler(request: web.Request) -> web.Response:
        assert request.headers["Accept-Encoding"] == "identity"
        assert await request.json() == {"a": 1}
        body = gzip.compress(json.dumps({"echo": KEY}).encode())
        return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    headers = {"X-API-Key": KEY, "Content-Encoding": "gzip", "Content-Type": "application/json"}
    async with Recorder(folder, target=await serve(handler)) as recorder:
        async with http.post(f"{recorder.base_url}/x", data=gzip.compress(b'{"a": 1}'), headers=headers) as response:
            assert await response.json() == {"echo": KEY}
    recording = _only(recorder)
    assert recording.request.body == JSONBody({"a": 1})
    assert recording.answer.pieces[0][1] == json.dumps({"echo": "*" * len(KEY)})


@pytest.mark.parametrize("version", ["2024-06-10", "2026-08-14"])
async def test_a_service_that_is_not_there(version: str, folder: Path, http: aiohttp.ClientSession) -> None:
    """A service that cannot be reached is a 502 that says so, and is not recorded."""
    async with Recorder(folder, target="http://127.0.0.1:9") as recorder:
        async with http.post(f"{recorder.base_url}/x", json={}, headers={"Cartesia-Version": version}) as response:
            text = await response.text()
            assert response.status == 502
    assert "http://127.0.0.1:9" in text
    assert "Nothing was recorded" in text
    assert (response.content_type == "application/json") is (version == "2026-08-14")
    assert recorder.recorded == ()
    assert list(folder.iterdir()) == []


async def test_an_answer_that_is_no_http(folder: Path, http: aiohttp.ClientSession) -> None:
    """What does not speak HTTP is no service."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Recorder(folder, target=f"http://127.0.0.1:{port}") as recorder:
        async with http.get(f"{recorder.base_url}/x") as response:
            assert response.status == 502
    assert recorder.recorded == ()


async def test_websockets_are_refused(service: Emulator, folder: Path, http: aiohttp.ClientSession) -> None:
    """A WebSocket is refused by recorder and replay alike, and both say why."""

    async def refused(base_url: str) -> None:
        url = f"{base_url}/tts/websocket?api_key={KEY}&cartesia_version=2026-08-14"
        with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
            await http.ws_connect(url)
        assert raised.value.status == 501
        headers = {"Connection": "Upgrade", "Upgrade": "websocket"}
        async with http.get(url, headers=headers) as response:
            assert "WebSocket" in await response.text()

    async with Recorder(folder, target=service.base_url) as recorder:
        await refused(recorder.base_url)
        async with http.get(f"{recorder.base_url}/") as response:
            assert response.status == 200
    assert len(recorder.recorded) == 1
    async with Emulator(replay=folder) as emulator:
        await refused(emulator.base_url)


@pytest.mark.parametrize(
    "target",
    ["", "api.cartesia.ai", "ftp://x", "http://", "https://u:secret@x", "https://x?api_key=secret", "https://x#y", 5],
)
def test_targets_that_are_none(target: str, folder: Path) -> None:
    """What is no address of a service is refused when the recorder is made, without repeating what may be secret."""
    with pytest.raises(ValueError, match="target") as raised:
        Recorder(folder, target=target)
    assert "secret" not in str(raised.value)


async def test_folders_that_cannot_be(tmp_path: Path) -> None:
    """A folder that is a file is an error on entering."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="file"):
        async with Recorder(tmp_path / "file"):
            pass


async def test_what_cannot_be_written_is_told(serve: Serve, folder: Path, http: aiohttp.ClientSession) -> None:
    """The client has its answer when the disk fails, and whoever runs the recorder is told on leaving."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(text="well")

    target = await serve(handler)

    async def run(then: Callable[[], None] = lambda: None) -> None:
        async with Recorder(folder, target=target) as recorder:
            folder.rmdir()
            async with http.get(f"{recorder.base_url}/x") as response:
                assert await response.text() == "well"
            assert recorder.recorded == ()
            then()

    with pytest.raises(RecordingError, match="could be recorded"):
        await run()

    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await run(fail)


async def test_more_is_added(service: Emulator, folder: Path, http: aiohttp.ClientSession) -> None:
    """A recorder on a folder that has recordings adds to them."""
    for _ in range(2):
        async with Recorder(folder, target=service.base_url) as recorder:
            async with http.get(f"{recorder.base_url}/") as response:
                assert response.status == 200
    assert sorted(path.name for path in folder.iterdir()) == ["00001-get.json", "00002-get.json"]


def test_blocking(folder: Path) -> None:
    """It runs on a thread of its own for blocking code, and says what it is."""
    recorder = Recorder(folder)
    assert repr(recorder) == "<Recorder not running>"
    assert recorder.target == "https://api.cartesia.ai"
    with recorder:
        assert recorder.base_url in repr(recorder)
        with pytest.raises(RuntimeError, match="recorder is running already"):
            recorder.__enter__()
    with pytest.raises(RuntimeError, match="recorder does not run"):
        recorder.base_url


async def test_where_the_service_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The target is that of the client, by default; a recorder is not its own."""
    assert Recorder(folder).target == "https://api.cartesia.ai"
    monkeypatch.setenv("CARTESIA_BASE_URL", "http://127.0.0.1:1/x/")
    assert Recorder(folder).target == "http://127.0.0.1:1/x"
    async with Recorder(folder) as recorder:
        address = recorder.base_url
    with pytest.raises(ValueError, match="not the recorder itself"):
        async with Recorder(folder, target=address, port=int(address.rpartition(":")[2])):
            pass


@pytest.mark.parametrize(
    "line", ["OPTIONS *", "GET *", "GET @127.0.0.1:9/x", "GET :9/x", "GET .evil.example/x", "CONNECT evil.example:80"]
)
async def test_the_target_cannot_be_changed(line: str, serve: Serve, folder: Path) -> None:
    """Whatever stands where the path should be, no other host than the target is asked."""
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.host)
        return web.Response()

    async with Recorder(folder, target=await serve(handler)) as recorder:
        reader, writer = await _connected(recorder)
        writer.write(f"{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert answer.split()[1] == b"400"
    assert asked == []
    assert recorder.recorded == ()


async def test_a_broken_request(serve: Serve, folder: Path, http: aiohttp.ClientSession) -> None:
    """A request whose body cannot be read is refused, and not recorded."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    async with Recorder(folder, target=await serve(handler)) as recorder:
        headers = {"Content-Encoding": "gzip"}
        async with http.post(f"{recorder.base_url}/x", data=b"not packed", headers=headers) as response:
            assert response.status == 400
            assert "could not be read" in await response.text()
    assert recorder.recorded == ()


async def _connected(recorder: Recorder) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(recorder.base_url.rpartition(":")[2]))


async def test_expect_100_continue(serve: Serve, folder: Path) -> None:
    """A client that waits to be asked for its body is asked, and its answer comes after."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    head = b"POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n"
    async with Recorder(folder, target=await serve(handler)) as recorder:
        reader, writer = await _connected(recorder)
        writer.write(head)
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"{}")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"{}")
    assert _only(recorder).request.body == JSONBody({})


async def test_many_at_once(service: Emulator, folder: Path, speech: dict[str, object]) -> None:
    """Fifty exchanges at once are fifty recordings, each with its own answer."""
    headers = {"X-API-Key": KEY, "Cartesia-Version": "2026-08-14"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def ask(base_url: str, number: int) -> bytes:
            said = {**speech, "transcript": f"This is number {number}."}
            async with session.post(f"{base_url}/tts/sse", json=said) as response:
                return await response.read()

        async with Recorder(folder, target=service.base_url) as recorder:
            recorded = await asyncio.gather(*(ask(recorder.base_url, number) for number in range(50)))
        async with Emulator(replay=folder) as emulator:
            assert await asyncio.gather(*(ask(emulator.base_url, number) for number in range(50))) == recorded
    assert len({path.name for path in recorder.recorded}) == 50


async def test_no_connection_is_used_twice(service: Emulator, folder: Path, http: aiohttp.ClientSession) -> None:
    """What the service does to idle connections is not taken for its answer."""
    service.fail("*", stale=True)
    async with Recorder(folder, target=service.base_url) as recorder:
        for _ in range(2):
            async with http.post(f"{recorder.base_url}/tts/bytes", json={}) as response:
                assert response.status == 400
                await response.read()


class _Gone(web.StreamResponse):
    async def prepare(self, request: web.BaseRequest) -> None:
        pass

    async def write(self, data: object) -> None:
        raise ConnectionResetError


async def test_a_client_that_leaves_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that had come whole is recorded whole, also if the client left before it had all of it."""
    kept: list[Answer] = []

    class Keeper:
        async def write_out(self, tape: Tape) -> None:
            raise AssertionError

        async def keep(self, tape: Tape, answer: Answer) -> None:
            assert tape.size == 6
            kept.append(answer)

    content = aiohttp.StreamReader(BaseProtocol(asyncio.get_running_loop()), limit=2**16)
    response = SimpleNamespace(content=content, status=200)
    tape = Tape(tmp_path, "1", content_type="text/plain", secrets=Secrets())
    way = WayBack(response, tape, Keeper(), headers=[], now=lambda: 1.0)  # type: ignore[arg-type]
    monkeypatch.setattr(way, "_stream", _Gone)
    content.begin_http_chunk_receiving()
    content.feed_data(b"one")
    content.end_http_chunk_receiving()
    content.feed_data(b"two")
    content.feed_eof()
    with pytest.raises(ConnectionResetError):
        await way.walk(SimpleNamespace())  # type: ignore[arg-type]
    assert [answer.ended for answer in kept] == ["whole"]
