"""From a refusal to the error that says it."""

from __future__ import annotations

import copy
import json
import pickle
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from cartesia_async import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PaymentRequiredError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
)
from cartesia_async._wire.status import status_error

SECRET = "sk_car_0123456789"


def refused(status: int, body: object = b"", **headers: str) -> APIStatusError:
    """Make the error for an answer; underscores in names of headers stand for hyphens."""
    written = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    return status_error(status, named, written, secrets=(SECRET, ""))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (402, PaymentRequiredError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (409, ConflictError),
        (422, UnprocessableEntityError),
        (429, RateLimitError),
        (500, InternalServerError),
        (503, InternalServerError),
        (599, InternalServerError),
        (302, APIStatusError),
        (405, APIStatusError),
        (413, APIStatusError),
    ],
)
def test_each_status_has_its_class(status: int, kind: type) -> None:
    """The class of the error follows from the status."""
    error = refused(status)
    assert type(error) is kind
    assert error.status_code == status
    assert str(error).startswith(str(status))


TOLD = {
    "error_code": "voice_not_found",
    "title": "Voice not found",
    "message": "The voice is not valid.",
    "request_id": "2ff8",
    "doc_url": "https://docs.example/e",
}


@pytest.mark.parametrize(
    "body", [TOLD, {"error": TOLD}, {"error": {"error": TOLD}}, {**TOLD, "error": {"title": TOLD["title"]}}]
)
def test_json_tells_all(body: object) -> None:
    """An object tells all fields of the error, also where it is wrapped in another."""
    error = refused(404, body)
    assert str(error) == "404 Voice not found: The voice is not valid. (voice_not_found, request 2ff8)"
    assert (error.title, error.message) == ("Voice not found", "The voice is not valid.")
    assert (error.error_code, error.request_id, error.doc_url) == ("voice_not_found", "2ff8", "https://docs.example/e")


@pytest.mark.parametrize("body", [b"Invalid voice: It is not there.", '"Invalid voice: It is not there."',
                                  {"error": "Invalid voice: It is not there."}])  # fmt: skip
def test_title_and_message_in_one_text(body: object) -> None:
    """The older form, a title and a message in one text, is taken apart, plain or as JSON."""
    error = refused(400, json.loads(body) if isinstance(body, str) else body)
    assert (error.title, error.message) == ("Invalid voice", "It is not there.")
    assert str(error) == "400 Invalid voice: It is not there."


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (400, b"Cartesia-Version header is required in YYYY-MM-DD form",
         "400 Cartesia-Version header is required in YYYY-MM-DD form"),
        (404, {"message": "Not found", "description": "no such call"}, "404 Not found: no such call"),
        (404, {"message": "Not found", "description": "Not found"}, "404 Not found"),
        (404, {"title": "Not found", "message": "Not found"}, "404 Not found"),
        (404, {"title": "Not found", "message": "Not found: no call 7"}, "404 Not found: no call 7"),
        (429, {"error_code": None, "title": "Too many", "message": "Wait.", "doc_url": None}, "429 Too many: Wait."),
        (422, {"detail": "bad"}, "422 bad"),
        (422, {"detail": [{"msg": "bad"}]}, '422 {"detail": [{"msg": "bad"}]}'),
        (400, [1, 2], "400 [1, 2]"),
        (400, {}, "400 Bad Request"),
        (400, {"message": 5, "title": ["x"]}, '400 {"message": 5, "title": ["x"]}'),
        (503, b"", "503 Service Unavailable"),
        (599, b"", "599"),
        (500, b"line one\n\nline   two\t", "500 line one line two"),
        (500, {"title": "A", "message": "b\nc", "request_id": "r"}, "500 A: b c (request r)"),
        (500, b"12:30: late", "500 12:30: late"),
    ],
)  # fmt: skip
def test_how_it_reads(status: int, body: object, text: str) -> None:
    """An error is one line with the status, the title and the message, and nothing in it twice."""
    assert str(refused(status, body)) == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"<html><head><title>502 Bad Gateway</title></head><body><h1>x</h1></body></html>", "502 Bad Gateway"),
        (b"<!DOCTYPE html>\n<H1 class='a'>The <b>proxy</b>\n is&nbsp;tired</H1>", "502 The proxy is tired"),
        (b"<html><body>no title", "502 a page of HTML"),
        (b"<title></title>", "502 a page of HTML"),
    ],
)
def test_a_page_of_a_proxy(body: bytes, text: str) -> None:
    """Of a page of HTML the title is told, without its tags."""
    error = refused(502, body, Content_Type="text/html")
    assert str(error) == text
    assert error.body == body.decode()


def test_a_page_made_to_be_slow() -> None:
    """A page of nothing but opening tags is read in no time."""
    start = time.process_time()
    refused(502, b"<title>" * 9000, Content_Type="text/html")
    assert time.process_time() - start < 1


@pytest.mark.parametrize("body", [b"\x1f\x8b\x08\xff\xfe" * 100, bytes(range(128, 256)) * 9])
def test_no_text(body: bytes) -> None:
    """Bytes that are no text are not shown in the message."""
    assert str(refused(500, body)) == "500 a body that is not text"


def test_long_answers() -> None:
    """Of a long body the first 64 KiB are kept, and of a long message the first 500 characters shown."""
    assert len(refused(500, b"x" * 100_000).body) == 64 * 1024
    assert len(str(refused(500, b"x" * 100_000))) < 600
    error = refused(500, {"message": "x" * 5000})
    assert len(str(error)) < 600
    assert error.message == "x" * 5000


@pytest.mark.parametrize(
    ("location", "where"),
    [
        ("https://user:word@other.example:8443/path?api_key=k", "https://other.example:8443,"),
        ("http://[::1]:8020/x", "http://[::1]:8020,"),
        ("/path?api_key=k", "another path"),
        ("https://[bad", "no valid address"),
        ("", "another path"),
    ],
)
def test_redirects(location: str, where: str) -> None:
    """A redirect is an error that tells the origin it leads to, and nothing more of the address."""
    error = refused(307, b"moved", Location=location)
    assert where in str(error)
    assert "base_url" in str(error)
    assert not any(part in str(error) for part in ("word", "api_key", "path?"))


@pytest.mark.parametrize("name", ["x-request-id", "Request-Id", "X-Request-ID"])
def test_the_request_id_of_a_header(name: str) -> None:
    """Where the body does not name the request, a header does."""
    assert refused(500, b"x", **{name: "h"}).request_id == "h"
    assert refused(500, {"message": "x", "request_id": "b"}, **{name: "h"}).request_id == "b"
    assert refused(500).request_id is None


ESCAPED = SECRET.replace("_", "\\u005f")


@pytest.mark.parametrize(
    "body",
    [
        f"key {SECRET} is not valid".encode(),
        f"{SECRET}: {SECRET}".encode(),
        f'{{"message": "key {SECRET}", "title": "{SECRET}", "error_code": "{SECRET}", "doc_url": "{SECRET}"}}'.encode(),
        f'{{"message": "key {ESCAPED}", "request_id": "{ESCAPED}"}}'.encode(),
        f"<title>{SECRET}</title>".encode(),
        b"x" * (64 * 1024 - 9) + SECRET.encode(),
    ],
)
def test_secrets_are_blotted_out(body: bytes) -> None:
    """A credential that the answer repeats is nowhere in the error, not even half of it."""
    error = refused(401, body, X_Request_ID=SECRET, X_Echo=f"Bearer {SECRET}")
    shown = [str(error), error.body, repr(dict(error.headers)), repr(vars(error)).replace(ESCAPED, "")]
    assert not any(SECRET[:9] in text for text in shown)
    assert error.headers["x-echo"] == "Bearer ***"
    assert "***" in str(error) + error.body


def test_headers() -> None:
    """Headers are kept with names of any case, but for cookies."""
    error = refused(500, Set_Cookie="session=1", Via="proxy")
    assert error.headers["vIA"] == "proxy"
    assert "set-cookie" not in error.headers


def pickled(error: APIStatusError) -> APIStatusError:
    """Give what a pickled error becomes."""
    restored = pickle.loads(pickle.dumps(error))
    assert isinstance(restored, APIStatusError)
    return restored


COPIES: list[Callable[[APIStatusError], APIStatusError]] = [copy.copy, copy.deepcopy, pickled]


@pytest.mark.parametrize("again", COPIES)
def test_errors_pickle_and_copy(again: Callable[[APIStatusError], APIStatusError]) -> None:
    """An error survives being pickled or copied, headers and all."""
    error = refused(404, TOLD, Via="proxy")
    other = again(error)
    assert type(other) is NotFoundError
    assert (str(other), other.body, other.headers["VIA"]) == (str(error), error.body, "proxy")
    assert vars(other) == vars(error)


@given(st.binary(max_size=200) | st.text().map(str.encode), st.integers(300, 599))
def test_any_answer_is_an_error(body: bytes, status: int) -> None:
    """Whatever the body, there is an error of one line that begins with the status."""
    error = refused(status, body)
    assert str(error).split()[0].rstrip(":") == str(status)
    assert "\n" not in str(error)


@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(
    st.sampled_from(["error", "message", "title", "detail", "request_id", "x"]), inner, max_size=3)))  # fmt: skip
def test_any_json_is_an_error(body: object) -> None:
    """Nor does any shape of JSON make anything else."""
    assert str(refused(400, body)).startswith("400")


def test_deep_json_is_an_error() -> None:
    """Nor does JSON that is nested more deeply than can be read."""
    assert isinstance(refused(400, b'{"error":' * 10_000), BadRequestError)
    assert refused(400, b'{"error":' * 500 + b'"A: b"' + b"}" * 500).title == "A"
