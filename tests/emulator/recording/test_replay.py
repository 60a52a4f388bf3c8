"""The emulator that answers from recordings."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import aiohttp
import attrs
import pytest

from cartesia_async import AsyncCartesia, InternalServerError
from cartesia_async.emulator import Emulator, RecordingError
from cartesia_async.emulator.recording.asked import Asked
from cartesia_async.emulator.recording.body import Content, JSONBody
from cartesia_async.emulator.recording.recording import Answer, Recording, laid_out

from .conftest import VOICE

VERSION = "2026-08-14"
EVENTS = ["event: chunk\ndata: 1\n\nevent: ch", "unk\ndata: 2\n\n", "event: done\ndata: 3\n\n"]
SSE = Answer(
    status=200,
    headers=["Content-Type: text/event-stream", "x-request-id: recorded"],
    pieces=[[5.0, EVENTS[0]], [10.0, EVENTS[1]], [15.0, EVENTS[2]]],
    ended_at=20.0,
)


def _write(folder: Path, name: str, answer: Answer, **asked: Any) -> Path:
    request = Asked(**{"method": "POST", "path": "/tts/sse", "version": VERSION, **asked})
    path = folder / name
    path.write_bytes(laid_out(Recording(request=request, answer=answer)))
    return path


def _text(text: str, *, status: int = 200, headers: list[str] | None = None) -> Answer:
    return Answer(status=status, headers=headers or ["Content-Type: text/plain"], pieces=[[0.0, text]])


async def _ask(emulator: Emulator, path: str, *, method: str = "POST", **options: Any) -> tuple[int, str]:
    headers = {"X-API-Key": "test", "Cartesia-Version": VERSION, **options.pop("headers", {})}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, emulator.base_url + path, headers=headers, **options) as response,
    ):
        return response.status, await response.text()


async def test_in_the_order_recorded(tmp_path: Path) -> None:
    """The same request is answered as it was each time, by number, then as the last time; anew after a new start."""
    for number in (9, 10, 100):
        _write(tmp_path, f"{number}-x.json", _text(str(number)))
    emulator = Emulator(replay=tmp_path)
    for _ in range(2):
        async with emulator:
            assert [(await _ask(emulator, "/tts/sse"))[1] for _ in range(4)] == ["9", "10", "100", "100"]
            emulator.reset()
            assert await _ask(emulator, "/tts/sse") == (200, "9")


async def test_at_once_or_in_time(tmp_path: Path) -> None:
    """Pieces come at once, or at the times at which they came."""
    _write(tmp_path, "1.json", attrs.evolve(SSE, began=20.0, pieces=[[100.0, "a"], [200.0, "b"]], ended_at=300.0))
    for realtime in (False, True):
        async with Emulator(replay=tmp_path, realtime=realtime) as emulator:
            started = time.monotonic()
            assert await _ask(emulator, "/tts/sse") == (200, "ab")
            assert (time.monotonic() - started > 0.29) is realtime


async def test_headers_and_statuses(tmp_path: Path) -> None:
    """Statuses and headers are the recorded ones, Retry-After and the request's id too; a length is that of the body."""
    headers = ["Content-Type: application/json", "Retry-After: 7", "x-request-id: r", "Vary: a", "Vary: b"]
    _write(tmp_path, "1.json", _text("{}", status=429, headers=[*headers, "Content-Length: 99"]))
    _write(tmp_path, "2.json", Answer(status=204), method="DELETE", path="/voices/a")
    async with Emulator(replay=tmp_path) as emulator, aiohttp.ClientSession() as session:
        async with session.post(f"{emulator.base_url}/tts/sse?cartesia_version={VERSION}") as response:
            assert response.status == 429
            assert [response.headers[name] for name in ("Retry-After", "x-request-id")] == ["7", "r"]
            assert response.headers.getall("Vary") == ["a", "b"]
            assert (response.headers["Content-Length"], await response.json()) == ("2", {})
        assert await _ask(emulator, "/voices/a/", method="DELETE") == (204, "")


async def test_what_was_not_recorded(tmp_path: Path) -> None:
    """A request that is not there is a 501 that tells the nearest and what differs; and it can be looked up."""
    _write(tmp_path, "1.json", SSE, body=JSONBody({"transcript": "Hello", "voice": VOICE}))
    _write(tmp_path, "2.json", SSE, path="/tts/bytes", body=JSONBody({"transcript": "Hallo", "voice": VOICE}))
    async with Emulator(replay=tmp_path) as emulator:
        status, text = await _ask(emulator, "/tts/sse", json={"voice": VOICE, "transcript": "Hallo"})
        told = 'The nearest is 1.json, which differs in json.transcript: "Hallo", recorded "Hello".'
        problem = json.loads(text)
        assert (status, problem["error_code"]) == (501, "not_recorded")
        assert told in problem["message"]
        status, text = await _ask(emulator, "/tts/sse", headers={"Cartesia-Version": "2024-06-10"})
        assert status == 501
        assert text.startswith("Not recorded: POST /tts/sse (version 2024-06-10) is not among the recordings")
        for difference in ("version: 2024-06-10, recorded 2026-08-14", 'json.voice: left out, recorded "694f'):
            assert difference in text
        status, text = await _ask(emulator, "/voices", method="GET")
        assert "Nothing was recorded of GET" in text
        first, second, third = emulator.unmatched
        assert (first.method, first.path, first.nearest) == ("POST", "/tts/sse", tmp_path / "1.json")
        assert first.differences == ('json.transcript: "Hallo", recorded "Hello"',)
        assert len(second.differences) == 3
        assert (third.message, third.nearest) == (json.loads(text)["message"], None)
        assert [request.status for request in emulator.requests] == [501] * 3
        emulator.reset()
        assert emulator.unmatched == ()
        assert emulator.crashes == ()


async def test_our_client_is_told_at_once(tmp_path: Path) -> None:
    """The library's client raises what is told, and does not wait between its attempts."""
    _write(tmp_path, "1.json", SSE)
    async with Emulator(replay=tmp_path) as emulator, AsyncCartesia("test", base_url=emulator.base_url) as client:
        started = time.monotonic()
        with pytest.raises(InternalServerError, match=r"Not recorded.*nothing|Not recorded.*Nothing") as raised:
            await client.voices.get(VOICE)
        assert raised.value.error_code == "not_recorded"
        assert time.monotonic() - started < 0.5


async def test_many_differences(tmp_path: Path) -> None:
    """Of many differences the first are told, and how many more there are."""
    _write(tmp_path, "1.json", SSE, body=JSONBody({"embedding": list(range(192))}))
    async with Emulator(replay=tmp_path) as emulator:
        _, text = await _ask(emulator, "/tts/sse", json={"embedding": [0.5] * 192})
        assert "json.embedding[3]: 0.5, recorded 3; and 188 more." in text
        assert len(emulator.unmatched[0].differences) == 192


async def test_the_log(tmp_path: Path, clip: bytes) -> None:
    """`requests` tells what was asked, as without recordings."""
    _write(tmp_path, "1.json", SSE, body=JSONBody({"transcript": "Hello"}))
    async with Emulator(replay=tmp_path) as emulator:
        assert (await _ask(emulator, "/tts/sse", json={"transcript": "Hello"}))[0] == 200
        form = aiohttp.FormData({"name": "Me"})
        form.add_field("clip", clip, filename="me.wav", content_type="audio/wav")
        assert (await _ask(emulator, "/voices/clone", data=form))[0] == 501
        said, cloned = emulator.requests
        assert (said.json, said.status) == ({"transcript": "Hello"}, 200)
        assert (cloned.form, cloned.status) == ({"name": "Me"}, 501)
        (file,) = cloned.files
        assert (file.field, file.filename, file.content_type, file.size) == ("clip", "me.wav", "audio/wav", len(clip))


async def test_keys(tmp_path: Path) -> None:
    """No key is asked for, unless the emulator was given some."""
    _write(tmp_path, "1.json", _text("yes"))
    async with Emulator(replay=tmp_path) as emulator, aiohttp.ClientSession() as session:
        async with session.post(f"{emulator.base_url}/tts/sse", headers={"Cartesia-Version": VERSION}) as response:
            assert await response.text() == "yes"
    async with Emulator(replay=tmp_path, api_keys=["mine"]) as emulator:
        assert (await _ask(emulator, "/tts/sse"))[0] == 401
        assert (await _ask(emulator, "/tts/sse", headers={"X-API-Key": "mine"}))[0] == 200


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"drop_after": 2, "drop": "end"}, "".join(EVENTS[:2])),
        ({"drop_after": 1, "drop": "end"}, "event: chunk\ndata: 1\n\n"),
        (
            {"event": {"type": "new"}, "after": 2},
            "".join(EVENTS[:2]) + 'event: new\ndata: {"type":"new"}\n\n' + EVENTS[2],
        ),
        ({"split": 1}, "".join(EVENTS)),
        ({"headers": {"x-own": "1"}}, "".join(EVENTS)),
        ({"latency": 0.01}, "".join(EVENTS)),
    ],
    ids=["two events", "one event", "own event", "split", "headers", "latency"],
)
async def test_faults(fault: dict[str, Any], expected: str, tmp_path: Path) -> None:
    """Scripted faults meet recorded answers too, and count their events, wherever these were cut."""
    _write(tmp_path, "1.json", SSE)
    async with Emulator(replay=tmp_path) as emulator:
        emulator.fail("/tts/sse", **fault)
        assert await _ask(emulator, "/tts/sse") == (200, expected)
        assert await _ask(emulator, "/tts/sse") == (200, "".join(EVENTS))


async def test_a_fault_in_place_of_an_answer(tmp_path: Path) -> None:
    """A fault that answers for itself takes no recording."""
    _write(tmp_path, "1.json", _text("first"))
    _write(tmp_path, "2.json", _text("second"))
    async with Emulator(replay=tmp_path) as emulator:
        emulator.fail("/tts/sse", status=429)
        assert (await _ask(emulator, "/tts/sse"))[0] == 429
        assert await _ask(emulator, "/tts/sse") == (200, "first")


async def test_concurrency(tmp_path: Path) -> None:
    """The limit of what is spoken at once holds for recordings too."""
    _write(tmp_path, "1.json", attrs.evolve(SSE, ended_at=300.0))
    async with Emulator(replay=tmp_path, realtime=True, concurrency=1) as emulator:
        answers = await asyncio.gather(*(_ask(emulator, "/tts/sse") for _ in range(2)))
        assert sorted(status for status, _ in answers) == [200, 429]


async def test_damage_is_told_at_the_start(tmp_path: Path) -> None:
    """No folder, an empty one, a file, or a damaged recording: an error on entering, which says which."""
    _write(tmp_path, "1.json", SSE)
    (tmp_path / "2.json").write_text("{")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("x")
    for folder, told in (
        (tmp_path / "gone", "gone is not there"),
        (tmp_path / "empty", "there are none in"),
        (tmp_path / "1.json", "is a file"),
        (tmp_path, "2.json is damaged"),
    ):
        with pytest.raises(RecordingError, match=told):
            async with Emulator(replay=folder):
                pass
    with pytest.raises(RecordingError, match="gone"):
        with Emulator(replay=str(tmp_path / "gone")):
            pass


async def test_damage_done_later(tmp_path: Path) -> None:
    """A recording that is damaged while the emulator runs is told to who asks."""
    path = _write(tmp_path, "1.json", SSE)
    async with Emulator(replay=tmp_path) as emulator:
        path.write_text("{")
        status, text = await _ask(emulator, "/tts/sse")
        assert status == 501
        assert "1.json is damaged" in text


async def test_a_body_of_bytes(tmp_path: Path) -> None:
    """Other bodies are told apart by their digest."""
    _write(tmp_path, "1.json", _text("yes"), body=Content(size=2, sha256="x"))
    async with Emulator(replay=tmp_path) as emulator:
        status, text = await _ask(emulator, "/tts/sse", data=b"\xff\xff")
        assert status == 501
        assert "body: 2 bytes, sha256" in text


async def test_expect_100_continue(tmp_path: Path) -> None:
    """A client that waits to be asked for its body is asked, once."""
    _write(tmp_path, "1.json", _text("yes"), body=JSONBody({}))
    async with Emulator(replay=tmp_path) as emulator:
        port = int(emulator.base_url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /tts/sse HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nCartesia-Version: {VERSION}\r\n"
        writer.write(f"{head}Connection: close\r\nContent-Length: 2\r\n\r\n".encode())
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"{}")
        rest = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert rest.startswith(b"HTTP/1.1 200 OK")
