"""What a client is made of: address, credential, version, headers, environment."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import aiohttp
import pytest

from cartesia_async import (
    APIStatusError,
    AsyncCartesia,
    AuthenticationError,
    Cartesia,
    CredentialsError,
    Timeout,
    UnsupportedVersionError,
)
from tests.conftest import KEY
from tests.servers import Peer, always, answer, raw_server
from tests.transport.calls import INFO, SPEECH, Connect

CLIENTS = pytest.mark.parametrize("kind", [AsyncCartesia, Cartesia])


@CLIENTS
def test_the_environment_is_read_when_a_client_is_made(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Key, address and version come from the environment as it is at that moment, and arguments go before it."""
    monkeypatch.setenv("CARTESIA_API_KEY", "k1")
    monkeypatch.setenv("CARTESIA_BASE_URL", "http://127.0.0.1:9/a/")
    monkeypatch.setenv("CARTESIA_API_VERSION", "2024-11-13")
    client = kind()
    runner = client._runner
    assert (runner.transport.credentials.source, runner.transport.base_url) == ("k1", "http://127.0.0.1:9/a")
    assert runner.options.api_version == "2024-11-13"
    monkeypatch.setenv("CARTESIA_API_KEY", "k2")
    assert runner.transport.credentials.source == "k1"
    runner = kind("k3", base_url="https://b", api_version="2025-04-16")._runner
    assert (runner.transport.credentials.source, runner.transport.base_url) == ("k3", "https://b")
    assert runner.options.api_version == "2025-04-16"
    runner = kind(token="t")._runner  # noqa: S106 - no secret
    assert runner.transport.credentials.is_token


@CLIENTS
def test_without_environment_there_are_defaults(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Address, version, limits and retries have defaults; empty variables count as none."""
    monkeypatch.setenv("CARTESIA_BASE_URL", "")
    monkeypatch.setenv("CARTESIA_API_VERSION", "")
    runner = kind("k")._runner
    assert runner.transport.base_url == "https://api.cartesia.ai"
    assert runner.options.api_version is None
    assert runner.options.timeout == Timeout(connect=5, first_byte=60, idle=30, total=None)
    assert runner.options.max_retries == 2


@CLIENTS
def test_no_credential_is_an_error_that_names_what_to_do(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key the client is not made, and the error names the argument and the variable."""
    with pytest.raises(CredentialsError, match=r"api_key.*CARTESIA_API_KEY"):
        kind()
    monkeypatch.setenv("CARTESIA_API_KEY", "")
    with pytest.raises(CredentialsError, match="CARTESIA_API_KEY"):
        kind()


@CLIENTS
@pytest.mark.parametrize(
    "wrong",
    [
        {"api_key": ""},
        {"api_key": "   "},
        {"api_key": "a\nb"},
        {"api_key": "a b"},
        {"api_key": "clé"},
        {"api_key": 5},
        {"api_key": b"bytes"},
        {"token": ""},
        {"token": "a\r\nX: y"},
        {"api_key": "k", "token": "t"},
    ],
    ids=str,
)
def test_a_credential_that_cannot_be_one_is_refused(kind: Any, wrong: dict[str, Any]) -> None:
    """Empty, unprintable and foreign credentials are refused when the client is made."""
    with pytest.raises(CredentialsError, match="api_key|token"):
        kind(**wrong)


@CLIENTS
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("base_url", url) for url in ("", "api", "ftp://x", "http://", "http:///a", "http://a b", "http://a\n")),
        *(("base_url", url) for url in ("http://a?x=1", "http://a#f", "http://u:p@a", "http://a:99999", "http://[::1")),
        *(("base_url", url) for url in ("http://a:x", 5, b"http://a", "//a", "HTTP//a")),
        *(("api_version", version) for version in ("", "newest", "2024-13-01", "2024-1-01", 20240610)),
        *(("max_retries", number) for number in (-1, 1.5, True, "2", None)),
        *(("headers", headers) for headers in ({"a b": "c"}, {"": "c"}, {"a": "b\r\nc: d"}, {"ä": "b"})),
        *(("headers", headers) for headers in ({5: "a"}, {"a": 5}, "text", {"a:": "b"})),
    ],
)
def test_a_wrong_argument_is_refused_by_name(kind: Any, name: str, value: Any) -> None:
    """An argument known to be wrong is a `ValueError` that names it, when the client or a view is made."""
    with pytest.raises(ValueError, match=name):
        kind("k", **{name: value})
    if name != "base_url" and not (name == "max_retries" and value is None):
        with pytest.raises(ValueError, match=name):
            kind("k").with_options(**{name: value})


@CLIENTS
@pytest.mark.parametrize(
    "variable", [("CARTESIA_BASE_URL", "nowhere"), ("CARTESIA_API_VERSION", "soon")], ids=lambda pair: pair[0]
)
def test_a_wrong_variable_is_refused_by_name(kind: Any, variable: tuple[str, str], monkeypatch: Any) -> None:
    """A variable of the environment that is known to be wrong is a `ValueError` that names it."""
    monkeypatch.setenv(*variable)
    with pytest.raises(ValueError, match=variable[0]):
        kind("k")


@pytest.mark.parametrize("prefix", ["", "/", "/v1", "/v1/", "/a%2Fb"])
async def test_a_prefix_is_kept(connect: Connect, prefix: str) -> None:
    """A path in the base URL stands before every call's path, as it was written."""
    async with raw_server(always(INFO)) as server:
        client = connect(server.url + prefix)
        await client.api_status.get()
        await client.request("GET", "/b c/ü", params={"q": "x y", "n": None})
        stem = prefix.rstrip("/")
        assert [request.target for request in server.requests] == [f"{stem}/", f"{stem}/b%20c/%C3%BC?q=x+y"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(
            ("GET", path)
            for path in ("", "a", "//a/b", "/../a", "/a/..", "/./a", "/a?b=c", "/a#b", "/a\r\nX: y", "/\0", 5)
        ),
        *((method, "/") for method in ("", "GET /x HTTP/1.1\r\n", "G T", "GÉT", 5, "A-B")),
    ],
)
async def test_a_request_of_ones_own_stays_below_the_base(connect: Connect, method: Any, path: Any) -> None:
    """A method that is no word and a path that would leave its place are refused before anything is sent."""
    async with raw_server(always(INFO)) as server:
        with pytest.raises(ValueError, match="path" if method == "GET" else "method"):
            await connect(server.url).request(method, path)
        assert server.connections == 0


@pytest.mark.parametrize(
    "version", ["2024-06-10", "2024-11-13", "2025-04-16", "2025-11-04", "2026-03-01", "2026-08-14"]
)
async def test_the_version_decides_the_credential_header(connect: Connect, version: str) -> None:
    """Keys went as `X-API-Key` until 2024-11-13, and as `Authorization: Bearer` since; tokens always so."""
    async with raw_server(always(INFO)) as server:
        await connect(server.url, api_version=version).api_status.get()
        await connect(server.url, token="t-1", api_version=version).api_status.get()  # noqa: S106 - no secret
        by_key, by_token = (request.headers for request in server.requests)
    assert by_key["cartesia-version"] == by_token["cartesia-version"] == version
    old = version <= "2024-11-13"
    assert by_key.get("x-api-key") == (KEY if old else None)
    assert by_key.get("authorization") == (None if old else f"Bearer {KEY}")
    assert by_token.get("x-api-key") is None
    assert by_token["authorization"] == "Bearer t-1"


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("name", ["api_key", "token"])
async def test_a_callable_is_asked_before_each_attempt(connect: Connect, name: str, is_async: bool) -> None:
    """A key or token may come from a callable, which is asked anew for every attempt."""
    asked = 0

    def give() -> str:
        nonlocal asked
        asked += 1
        return f"k{asked}"

    async def give_async() -> str:
        await asyncio.sleep(0)
        return give()

    async with raw_server(always(answer(503), answer(503), INFO)) as server:
        client = connect(server.url, **{name: give_async if is_async else give})
        assert asked == 0
        await client.api_status.get()
        assert [request.headers["authorization"] for request in server.requests] == [
            "Bearer k1",
            "Bearer k2",
            "Bearer k3",
        ]


@pytest.mark.parametrize("give", [lambda: 1 / 0, lambda: "", lambda: None, lambda: 5, lambda: "a\nb", lambda _: "k"])
async def test_a_callable_that_gives_no_credential_is_an_error(connect: Connect, give: Any) -> None:
    """A callable that fails, or gives what cannot be sent, ends the call before anything is sent."""
    async with raw_server(always(INFO)) as server:
        with pytest.raises(CredentialsError, match="api_key") as caught:
            await connect(server.url, api_key=give).api_status.get()
        assert caught.value.attempts == 0
        assert server.connections == 0


async def test_headers_are_added_changed_and_removed(connect: Connect) -> None:
    """A client's headers go with every call, a view's lie over them, and `None` takes a default away."""
    async with raw_server(always(INFO)) as server:
        client = connect(server.url, headers={"X-Own": "1", "user-agent": None, "cartesia-version": "2000-01-01"})
        await client.api_status.get()
        await client.with_options(headers={"x-own": "2", "AUTHORIZATION": None}).api_status.get()
        await client.with_options(headers={"X-OWN": None}).api_status.get()
        first, second, third = (request.headers for request in server.requests)
    assert (first["x-own"], first["cartesia-version"]) == ("1", "2000-01-01")
    assert "cartesia-async" not in first.get("user-agent", "")
    assert first["authorization"] == f"Bearer {KEY}"
    assert second["x-own"] == "2"
    assert "authorization" not in second
    assert "x-own" not in third
    assert third["authorization"] == f"Bearer {KEY}"


async def test_a_view_shares_the_connections(connect: Connect) -> None:
    """A view of a client uses the same pooled connection, and changes only what it is given."""
    async with raw_server(always(INFO)) as server:
        client = connect(server.url, max_retries=5)
        view = client.with_options(api_version="2024-06-10")
        for each in (client, view, view.with_options(timeout=9), client):
            await each.api_status.get()
        assert server.connections == 1
        assert view._runner.options.max_retries == 5
        assert [request.headers["cartesia-version"] for request in server.requests][1:3] == ["2024-06-10"] * 2
        with pytest.raises(UnsupportedVersionError):
            client.with_options(api_version="2026-08-14").tts.bytes(**SPEECH, duration=1)


async def test_a_users_session_is_used_and_left_open(connect: Connect) -> None:
    """A session of the user's carries the calls, with its own headers and middlewares, and is not closed."""
    passed: list[str] = []

    async def middleware(request: Any, send: Any) -> Any:
        passed.append(request.method)
        return await send(request)

    async with (
        raw_server(always(INFO)) as server,
        aiohttp.ClientSession(headers={"X-Session": "1"}, middlewares=(middleware,)) as session,
    ):
        async with AsyncCartesia(KEY, base_url=server.url, session=session) as client:
            await client.api_status.get()
        assert not session.closed
        assert server.requests[0].headers["x-session"] == "1"
        assert passed == ["GET"]


@CLIENTS
def test_a_client_pickles_with_its_settings(kind: Any) -> None:
    """What comes out of a pickle is a client with the same settings."""
    client = kind("k", base_url="http://a/b", max_retries=7, timeout=3, headers={"X": None}, api_version="2024-06-10")
    runner, twin = client._runner, pickle.loads(pickle.dumps(client))._runner
    assert twin.options == runner.options
    assert twin.transport.base_url == runner.transport.base_url
    assert twin.transport.credentials == runner.transport.credentials
    assert "'k'" not in repr(client)


async def test_cookies_are_not_kept(connect: Connect) -> None:
    """What one call is told to remember is not sent with the next."""
    async with raw_server(always(answer(200, INFO.partition(b"\r\n\r\n")[2], Set_Cookie="a=b; Path=/"))) as server:
        client = connect(server.url)
        for _ in range(2):
            await client.api_status.get()
        assert "cookie" not in server.requests[1].headers


async def test_a_refused_key_is_not_repeated(connect: Connect) -> None:
    """A key that the service refuses is an `AuthenticationError` after one attempt, without the cookie it set."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(answer(401, b"Unauthorized", Set_Cookie="session=secret"))

    async with raw_server(script) as server:
        with pytest.raises(AuthenticationError) as caught:
            await connect(server.url).api_status.get()
        assert isinstance(caught.value, APIStatusError)
        assert "set-cookie" not in caught.value.headers
        assert len(server.requests) == 1
