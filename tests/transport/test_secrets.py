"""The credential and base64 audio: on the wire where they belong, and nowhere else."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import pickle
import traceback
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any

import pytest

from cartesia_async import APIStatusError, AsyncCartesia, Cartesia, CartesiaError, CredentialsError
from tests.conftest import KEY
from tests.servers import Peer, always, answer, chunk, json_answer, raw_server, streaming
from tests.transport.calls import CLONE, INFO, SPEECH, Connect

AUDIO = base64.b64encode(bytes(range(1, 250)) * 3).decode()
PIECE = AUDIO[40:80]


def linked(error: BaseException | None, seen: set[int] | None = None) -> Iterator[BaseException]:
    """Walk over an error and all that led to it."""
    seen = set() if seen is None else seen
    if error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        yield from linked(error.__cause__, seen)
        yield from linked(error.__context__, seen)


def all_that_shows(error: BaseException) -> str:
    """Give all that an error could show: texts, attributes, and tracebacks with the local variables outside tests."""
    shown = []
    for each in linked(error):
        trace: TracebackType | None = each.__traceback__
        while trace is not None and "/tests/" in trace.tb_frame.f_code.co_filename:
            trace = trace.tb_next
        told = traceback.TracebackException(type(each), each, trace, capture_locals=True, compact=False)
        shown += [str(each), repr(each), repr(each.args), *told.format(chain=False)]
        if isinstance(each, CartesiaError):
            shown += [repr(vars(each)), repr(pickle.dumps(each))]
    return "\n".join(shown)


async def failure_of(call: Awaitable[object]) -> CartesiaError:
    """Give the error that a call ends with."""
    with pytest.raises(CartesiaError) as caught:
        await call
    return caught.value


Call = Callable[[AsyncCartesia], Awaitable[object]]
CALLS: dict[str, Call] = {
    "document": lambda client: client.api_status.get(),
    "audio": lambda client: client.tts.bytes(**SPEECH).read(),
    "events": lambda client: client.tts.sse(**SPEECH).collect(),
    "upload": lambda client: client.voices.clone([b"audio"], **CLONE),
    "pages": lambda client: client.voices.list().first_page(),
}


def event(document: object) -> bytes:
    """Write an event."""
    return chunk(f"data: {document if isinstance(document, str) else json.dumps(document)}\n\n".encode())


ECHOES: dict[str, bytes] = {
    "refusal": json_answer({"message": f"no such key: {KEY}"}, 401, X_Echo=f"Bearer {KEY}", x_request_id=KEY),
    "refusal in text": answer(403, f"{KEY}: is not allowed".encode(), Content_Type="text/plain"),
    "refusal, escaped": answer(
        400, b'{"message": "\\u0073' + KEY[1:].encode() + b'", "title": "' + KEY.encode() + b'"}'
    ),
    "page": answer(502, f"<html><title>{KEY}</title>".encode(), Content_Type="text/html"),
    "redirect": answer(307, b"", Location=f"http://elsewhere.invalid/{KEY}?key={KEY}"),
    "not JSON": answer(200, f"oops {KEY}".encode()),
    "wrong shape": json_answer({"ok": KEY, "version": [KEY], "data": KEY}),
    "error event": streaming() + event({"type": "error", "title": KEY, "message": KEY, "context_id": KEY}) + chunk(b""),
    "event that is not JSON": streaming() + event(KEY) + chunk(b""),
    "cut off": answer(200, f"data: {KEY}".encode() * 9)[:-5],
    "nonsense": f"HTTP/1.1 200 OK\r\n{KEY}\0\r\n\r\n".encode(),
    "silence": b"",
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("echo", ECHOES)
async def test_no_error_holds_the_key(connect: Connect, caplog: pytest.LogCaptureFixture, echo: str, call: str) -> None:
    """Whatever goes wrong, and though the service repeats the key, it is in no text, attribute, traceback or log."""
    caplog.set_level(logging.DEBUG)
    events: list[object] = []

    async def script(peer: Peer) -> None:
        received = await peer.request()
        assert KEY in received.headers["authorization"]
        await peer.send(ECHOES[echo])

    async with raw_server(script) as server:
        client = connect(server.url, max_retries=1, on_event=events.append)
        if call == "audio" and echo in {"not JSON", "wrong shape", "error event", "event that is not JSON", "cut off"}:
            return  # to a stream of bytes they are audio, which is the user's to see
        error = await failure_of(CALLS[call](client))
    shown = all_that_shows(error)
    assert [line for line in shown.splitlines() if KEY in line] == []
    assert KEY not in caplog.text
    assert KEY not in repr(events)
    assert type(error).__name__ in shown


BROKEN: dict[str, bytes] = {
    "not JSON": streaming() + event(f'{{"type": "chunk", "data": "{AUDIO}') + chunk(b""),
    "not base64": streaming() + event({"type": "chunk", "data": AUDIO + "!"}) + chunk(b""),
    "wrong shape": streaming() + event({"type": "timestamps", "word_timestamps": AUDIO}) + chunk(b""),
    "cut in an event": streaming() + chunk(b"data: " + AUDIO.encode()) + chunk(b""),
    "cut off": streaming() + chunk(b"data: " + AUDIO.encode()),
    "after a good one": streaming() + event({"type": "chunk", "data": AUDIO}) + event("{") + chunk(b""),
    "error event": streaming() + event({"type": "error", "message": "no", "data": AUDIO}) + chunk(b""),
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_no_error_holds_base64_audio(connect: Connect, caplog: pytest.LogCaptureFixture, kind: str) -> None:
    """An event that cannot be understood does not spill its audio into the error, its traceback or a log."""
    caplog.set_level(logging.DEBUG)

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(BROKEN[kind])

    async with raw_server(script) as server:
        error = await failure_of(connect(server.url).tts.sse(**SPEECH).collect())
        assert [line for line in all_that_shows(error).splitlines() if PIECE in line] == []
        assert PIECE not in caplog.text


async def test_no_failure_to_connect_holds_the_key(connect: Connect) -> None:
    """An address that does not answer leads to no text with the key."""
    for url in ("http://127.0.0.1:1", "http://nowhere.invalid"):
        error = await failure_of(connect(url, max_retries=0).tts.bytes(**SPEECH).read())
        assert KEY not in all_that_shows(error)


def test_the_blocking_client_keeps_the_key_to_itself() -> None:
    """An error that crosses threads shows no more than others."""
    with Cartesia(KEY, base_url="http://127.0.0.1:1", max_retries=0) as client:
        with pytest.raises(CartesiaError) as caught:
            client.tts.bytes(**SPEECH).read()
        assert KEY not in all_that_shows(caught.value)
        assert KEY not in repr(client) + repr(vars(client)) + repr(client.tts) + repr(client._runner)


@pytest.mark.parametrize("kind", [AsyncCartesia, Cartesia])
@pytest.mark.parametrize(
    "wrong",
    [
        {"max_retries": -1},
        {"base_url": f"ftp://x/{'a' * 3}"},
        {"timeout": 0},
        {"headers": {"a b": "c"}},
        {"token": KEY},
    ],
    ids=str,
)
def test_a_client_that_cannot_be_made_does_not_tell_its_key(kind: Any, wrong: dict[str, Any]) -> None:
    """A wrong argument leads to an error whose traceback does not show the right ones."""
    with pytest.raises((ValueError, CredentialsError)) as caught:
        kind(KEY, **wrong)
    assert KEY not in all_that_shows(caught.value)


async def test_a_redirect_is_not_followed(connect: Connect) -> None:
    """A redirect, to another host or the same, is an error that names the host; nothing goes there."""
    async with raw_server(always(INFO)) as elsewhere:
        for status in (301, 302, 303, 307, 308):
            async with raw_server(always(answer(status, b"", Location=f"{elsewhere.url}/x"))) as server:
                error = await failure_of(connect(server.url).api_status.get())
                assert isinstance(error, APIStatusError)
                assert error.status_code == status
                assert "redirects to http://127.0.0.1" in str(error)
                assert len(server.requests) == 1
        assert elsewhere.connections == 0


async def test_the_key_is_in_no_url_and_in_one_header(connect: Connect) -> None:
    """The key goes into one header; neither the path nor the query nor the body has it."""
    async with raw_server(always(INFO)) as server:
        client = connect(server.url)
        await client.api_status.get()
        with pytest.raises(CartesiaError):
            await client.voices.list(limit=3).first_page()
        for request in server.requests:
            assert KEY not in request.target
            assert KEY.encode() not in request.body
            assert [name for name, value in request.headers.items() if KEY in value] == ["authorization"]


async def test_debug_logs_tell_of_calls_and_not_of_keys(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """The logs of all packages name the calls, and hold neither key nor audio, in asyncio's debug mode too."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    body = streaming() + event({"type": "chunk", "data": AUDIO}) + event({"type": "done"}) + chunk(b"")
    async with raw_server(always(answer(503), body)) as server:
        await connect(server.url).tts.sse(**SPEECH).collect()
    assert "POST /tts/sse, attempt 2" in caplog.text
    assert KEY not in caplog.text
    assert PIECE not in caplog.text
