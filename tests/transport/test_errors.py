"""The errors of a call, from the bytes on the wire to what the user catches."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from cartesia_async import (
    APIConnectionError,
    APIResponseError,
    APIStatusError,
    BadRequestError,
    CartesiaError,
    CredentialsError,
    NotFoundError,
    RateLimitError,
    StreamInterruptedError,
    UnsupportedVersionError,
)
from tests.servers import Peer, always, answer, chunk, json_answer, raw_server, streaming
from tests.transport.calls import AUDIO, INFO, SPEECH, Connect

STATUSES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    402: "PaymentRequiredError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    418: "APIStatusError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
    500: "InternalServerError",
    503: "InternalServerError",
    599: "InternalServerError",
}


@pytest.mark.parametrize("status", STATUSES)
async def test_each_status_has_its_class(connect: Connect, status: int) -> None:
    """The class tells the status, and it is exactly the one of the table."""
    body = {"title": "Oh", "message": "no", "error_code": "e", "doc_url": "https://d", "request_id": "r"}
    async with raw_server(always(json_answer(body, status, X_Own="1"))) as server:
        with pytest.raises(APIStatusError) as caught:
            await connect(server.url, max_retries=0).api_status.get()
    error = caught.value
    assert type(error).__name__ == STATUSES[status]
    assert (error.status_code, error.title, error.message, error.error_code) == (status, "Oh", "no", "e")
    assert (error.doc_url, error.request_id, error.attempts) == ("https://d", "r", 1)
    assert error.headers["x-own"] == "1"
    assert json.loads(error.body) == body
    assert str(error) == f"{status} Oh: no (e, request r)"


FORMS: dict[str, tuple[bytes, str, tuple[str | None, str]]] = {
    "flat": (b'{"error": "Voice not found"}', "application/json", (None, "Voice not found")),
    "titled": (b'{"title": "Bad", "message": "No such id"}', "application/json", ("Bad", "No such id")),
    "nested": (b'{"error": {"title": "Bad", "message": "No id"}}', "application/json", ("Bad", "No id")),
    "detail": (b'{"detail": "Not here"}', "application/json", (None, "Not here")),
    "text": (b"Invalid model: there is no sonic-9\n", "text/plain", ("Invalid model", "there is no sonic-9")),
    "plain": (b"nothing to see", "text/plain", (None, "nothing to see")),
    "json string": (b'"Bad: worse"', "application/json", ("Bad", "worse")),
    "html": (b"<html><head><title>502 Bad Gateway</title></head>", "text/html", (None, "502 Bad Gateway")),
    "html, untold": (b"\n<h1>Oops &amp; sorry</h1>", "", (None, "Oops & sorry")),
    "html, empty": (b"<html></html>", "text/html", (None, "a page of HTML")),
    "empty": (b"", "", (None, "")),
    "not utf-8": (b"\xff\xfe broken", "", (None, "a body that is not text")),
    "wrong types": (b'{"title": 5, "message": ["x"]}', "application/json", (None, '{"title": 5, "message": ["x"]}')),
    "array": (b"[1, 2]", "application/json", (None, "[1, 2]")),
    "null": (b"null", "application/json", (None, "null")),
    "broken": (b'{"message": "cut', "application/json", (None, '{"message": "cut')),
    "deep": (b"[" * 100_000, "application/json", (None, "[" * 500)),
}


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_of_an_error_body_is_read(connect: Connect, form: str) -> None:
    """JSON of any shape, text, HTML from a proxy, and garbage all end in the status's own error."""
    body, content_type, expected = FORMS[form]
    headers = {"Content_Type": content_type, "x_request_id": "r1"}
    async with raw_server(always(answer(404, body, **headers))) as server:
        with pytest.raises(NotFoundError) as caught:
            await connect(server.url).tts.bytes(**SPEECH).read()
    error = caught.value
    assert (error.title, error.message) == expected
    assert error.request_id == "r1"
    assert str(error).startswith("404")
    assert len(error.body) <= 64 * 1024
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"ok": "yes", "version": "1"}, "$.ok"),
        ({"version": "1"}, "required field"),
        ({"ok": True, "version": 2}, "$.version"),
        ([], "expected an object"),
        ("text", "expected an object"),
        (None, "expected an object"),
    ],
    ids=str,
)
async def test_a_document_of_the_wrong_shape_says_where(connect: Connect, body: Any, where: str) -> None:
    """A 2xx answer that is not what it should be tells the path of what is wrong."""
    async with raw_server(always(json_answer(body, x_request_id="r9"))) as server:
        with pytest.raises(APIResponseError) as caught:
            await connect(server.url).api_status.get()
        assert any(where in detail for detail in caught.value.details)
        assert (caught.value.request_id, caught.value.attempts) == ("r9", 1)
        assert caught.value.__cause__ is not None
        assert len(server.requests) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"\xff", b"[" * 100_000, b'{"ok": NaN', b"OK"], ids=repr)
async def test_a_document_that_is_not_json_is_a_response_error(connect: Connect, body: bytes) -> None:
    """A 2xx answer that is not JSON never ends in a bare JSON error."""
    async with raw_server(always(answer(200, body, Content_Type="application/json"))) as server:
        with pytest.raises(APIResponseError, match="not JSON") as caught:
            await connect(server.url).voices.get("v1")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("kind", ["length", "chunked", "reset", "nonsense"])
async def test_a_body_that_is_cut_off_is_a_connection_error(connect: Connect, kind: str) -> None:
    """A body without its end is an error that counts what had come, for documents and audio alike."""

    async def script(peer: Peer) -> None:
        await peer.request()
        if kind == "length":
            await peer.send(answer(200, b'{"ok": true, "version": "1"}')[:-4])
        else:
            await peer.send(streaming() + chunk(b'{"ok": true, "version": '))
        if kind == "reset":
            peer.reset()
        if kind == "nonsense":
            await peer.send(b"zz\r\nnot a length")

    async with raw_server(script) as server:
        client = connect(server.url)
        for call in (client.api_status.get(), client.tts.bytes(**SPEECH).read()):
            with pytest.raises(APIConnectionError) as caught:
                await call
            assert caught.value.attempts == 1
            if isinstance(caught.value, StreamInterruptedError):
                assert kind == "reset" or caught.value.bytes_received == 24
            else:
                assert kind == "nonsense"  # it came with the headers, which are then not to be trusted either
            assert caught.value.__cause__ is not None


@pytest.mark.parametrize(
    "nonsense",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"",
    ],
    ids=lambda nonsense: repr(nonsense[:45]),
)
async def test_what_is_not_http_is_a_connection_error(connect: Connect, nonsense: bytes) -> None:
    """A server that does not speak HTTP ends in one of our errors, for every kind of call."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(nonsense)

    async with raw_server(script) as server:
        client = connect(server.url, max_retries=0)
        for call in (client.api_status.get(), client.tts.bytes(**SPEECH).read(), client.tts.sse(**SPEECH).collect()):
            with pytest.raises(APIConnectionError) as caught:
                await call
            assert caught.value.__cause__ is not None


@pytest.mark.parametrize("url", ["http://nowhere.invalid", "http://127.0.0.1:1", "https://{}", "http://[::1]:1"])
async def test_an_address_where_nothing_is_is_a_connection_error(connect: Connect, url: str) -> None:
    """An unknown name, a closed port and a peer without TLS are said with the host's name, and the cause."""

    async def script(peer: Peer) -> None:
        await peer.reader.read(10)
        await peer.send(b"HTTP/1.0 400 Bad\r\n\r\n")

    async with raw_server(script) as server:
        url = url.format(server.url.removeprefix("http://"))
        with pytest.raises(APIConnectionError) as caught:
            await connect(url, max_retries=0).api_status.get()
    assert url.split("/")[2].rpartition(":")[0].strip("[]") in str(caught.value)
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("status", [101, 204, 205])
async def test_an_answer_without_a_body_is_no_document(connect: Connect, status: int) -> None:
    """A success without a body where a document is due is one of our errors, and never hangs."""
    async with raw_server(always(f"HTTP/1.1 {status} Fine\r\n\r\n".encode())) as server:
        with pytest.raises(CartesiaError):
            await connect(server.url, max_retries=0, timeout=1).api_status.get()


async def test_an_error_of_a_real_call_survives_a_pickle(connect: Connect) -> None:
    """Headers, body and counts of an error that came over the wire come out of a pickle."""
    async with raw_server(always(json_answer({"message": "slow down"}, 429, Retry_After="99"))) as server:
        with pytest.raises(RateLimitError) as caught:
            await connect(server.url).api_status.get()
    twin = pickle.loads(pickle.dumps(caught.value))
    assert (twin.retry_after, twin.attempts, twin.headers["retry-after"]) == (99, 1, "99")
    assert str(twin) == str(caught.value)


async def test_versions_and_credentials_are_checked_in_the_same_tree(connect: Connect) -> None:
    """What fails before anything is sent is a `CartesiaError` too."""
    async with raw_server(always(INFO)) as server:
        with pytest.raises(UnsupportedVersionError) as caught:
            connect(server.url, api_version="2026-08-14").tts.bytes(**SPEECH, duration=2)
        assert "2024-11-13" in str(caught.value)
        with pytest.raises(CredentialsError):
            await connect(server.url, api_key=lambda: "").api_status.get()
        assert server.connections == 0


async def test_an_error_leaves_the_client_usable(connect: Connect) -> None:
    """After errors of all kinds the next call goes through."""
    async with raw_server(always(answer(400, b"no"), answer(200, b"{"), AUDIO)) as server:
        client = connect(server.url)
        with pytest.raises(BadRequestError):
            await client.api_status.get()
        with pytest.raises(APIResponseError):
            await client.api_status.get()
        assert await client.tts.bytes(**SPEECH).read() == b"audio"
        assert server.connections == 1
