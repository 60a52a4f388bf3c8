"""A body that turns out to be malformed is answered at once, while its client still waits, and nobody logs a crash."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from cartesia_async.emulator import Emulator, Recorder

from .conftest import tone

FORM = (
    b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nn\r\n'
    b'--x\r\nContent-Disposition: form-data; name="clip"; filename="a.wav"\r\n\r\n'
)
CHUNKED = "Transfer-Encoding: chunked"
PATHS = {
    "/voices/clone": ("multipart/form-data; boundary=x", FORM + tone(0.1)[:1_000]),
    "/voice-changer/sse": ("multipart/form-data; boundary=x", FORM + tone(0.1)[:1_000]),
    "/tts/bytes": ("application/json", b'{"model_id": "sonic-3", "transcript": "'),
    "/tts/sse": ("application/json", b'{"model_id": "sonic-3", "transcript": "'),
}
BROKEN = {
    "no size": b"zz\r\nabc",
    "negative": b"-5\r\nabc",
    "no line end": b"5\rabc",
    "longer than it says": b"2\r\nabcdef",
}


@pytest.fixture(params=["emulator", "recorder"])
async def base_url(request: pytest.FixtureRequest, emulator: Emulator, tmp_path: Path) -> AsyncIterator[str]:
    """Give the address of an emulator, or of a recorder before it; it serves the next one too."""
    async with AsyncExitStack() as stack:
        url = emulator.base_url
        if request.param == "recorder":
            url = (await stack.enter_async_context(Recorder(tmp_path, target=url))).base_url
        yield url
        assert (await send(url, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).startswith(b"HTTP/1.1 200")


@pytest.fixture(autouse=True)
def nothing_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nobody logs a warning, or a traceback."""
    caplog.set_level(logging.DEBUG)
    yield
    assert [record for record in caplog.records if record.levelno >= logging.WARNING or record.exc_info] == []


async def send(base_url: str, *pieces: bytes) -> bytes:
    """Send pieces, one after the other, and read until the server closes, which it must do by itself."""
    host, port = base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.002)  # so that the server, on the same loop, has each piece by itself
        async with asyncio.timeout(5):
            return await reader.read()
    finally:
        writer.transport.abort()


def head(path: str, version: str, content_type: str, *more: str) -> bytes:
    """Write the head of an upload."""
    lines = [f"POST {path} HTTP/1.1", "Host: x", "X-API-Key: k", f"Cartesia-Version: {version}", *more]
    return "\r\n".join([*lines, f"Content-Type: {content_type}", "", ""]).encode()


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


@pytest.mark.parametrize("together", [False, True], ids=["bit by bit", "in one go"])
@pytest.mark.parametrize("broken", BROKEN.values(), ids=list(BROKEN))
@pytest.mark.parametrize("path", PATHS)
async def test_it_is_answered_at_once(base_url: str, path: str, broken: bytes, together: bool) -> None:
    """A chunk that is none is answered 400, once, in the shape of the version, and the connection is closed."""
    content_type, begun = PATHS[path]
    for version in ("2024-06-10", "2026-08-14"):
        pieces = [head(path, version, content_type, CHUNKED), chunk(begun), broken]
        answer = await send(base_url, *([b"".join(pieces)] if together else pieces))
        lines, _, body = answer.partition(b"\r\n\r\n")
        assert lines.startswith(b"HTTP/1.1 400 ")
        assert b"Connection: close" in lines
        assert answer.count(b"HTTP/1.") == 1
        if version == "2024-06-10":
            assert body.startswith((b"Invalid request: ", b"Invalid form: "))
        else:
            assert json.loads(body)["title"] in {"Invalid request", "Invalid form"}


async def test_it_is_in_the_log_of_requests(emulator: Emulator) -> None:
    """Who looks at the requests finds it, answered 400."""
    await send(emulator.base_url, head("/tts/bytes", "2026-08-14", "application/json", CHUNKED), b"zz\r\n")
    assert [(request.path, request.status) for request in emulator.requests] == [("/tts/bytes", 400)]


async def test_the_request_before_is_answered(base_url: str) -> None:
    """A good request that came along with a broken one has its answer, and the broken one has one, too."""
    good = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = await send(base_url, good + head("/tts/bytes", "2026-08-14", "application/json", CHUNKED) + b"zz\r\n")
    assert re.findall(rb"HTTP/1\.[01] (\d+) ", answer) == [b"200", b"400"]


@pytest.mark.parametrize("how", ["answered before", "compressed"])
async def test_nothing_is_logged_of_it(emulator: Emulator, how: str) -> None:
    """A body that breaks after its answer was sent, or that is not compressed as it says, is logged by nobody."""
    if how == "compressed":
        first = head("/tts/bytes", "2026-08-14", "application/json", "Content-Encoding: gzip", "Content-Length: 500")
        answer = await send(emulator.base_url, first, b"no gzip")
        assert answer.startswith(b"HTTP/1.1 400 ")
    else:
        emulator.fail("/tts/bytes", status=503)
        first = head("/tts/bytes", "2026-08-14", "audio/wav", CHUNKED)
        answer = await send(emulator.base_url, first, chunk(b"abc"), b"zz\r\n")
        assert answer.startswith(b"HTTP/1.1 503 ")


async def test_a_recording_is_not_made_of_it(emulator: Emulator, tmp_path: Path) -> None:
    """Of a request that was broken nothing is recorded, and the service does not hear the rest of it."""
    async with Recorder(tmp_path, target=emulator.base_url) as recorder:
        content_type, begun = PATHS["/voices/clone"]
        await send(
            recorder.base_url, head("/voices/clone", "2026-08-14", content_type, CHUNKED), chunk(begun), b"zz\r\n"
        )
    assert list(tmp_path.iterdir()) == []
    assert len(emulator.requests) == 1
    assert emulator.requests.last.status is None
