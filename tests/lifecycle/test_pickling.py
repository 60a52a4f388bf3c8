"""Clients and errors that are pickled and copied."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import cartesia_async
from cartesia_async import AsyncCartesia, Cartesia, CartesiaError, Timeout
from tests.conftest import KEY
from tests.lifecycle.service import SPEECH
from tests.servers import RawServer

WAYS = {
    **{f"pickle {protocol}": protocol for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)},
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}
Copy = Callable[[Any], Any]


@pytest.fixture(params=WAYS)
def copied(request: pytest.FixtureRequest) -> Copy:
    """A way to copy an object."""
    way: Any = WAYS[request.param]
    return way if callable(way) else lambda thing: pickle.loads(pickle.dumps(thing, way))


def _errors() -> list[CartesiaError]:
    errors: list[CartesiaError] = []
    for name in cartesia_async.__all__:
        kind = getattr(cartesia_async, name)
        if not (isinstance(kind, type) and issubclass(kind, CartesiaError)):
            continue
        if issubclass(kind, cartesia_async.APIStatusError):
            details: dict[str, Any] = {"status_code": 418, "message": "no", "title": "T", "headers": {"a": "b"}}
        elif issubclass(kind, cartesia_async.APITimeoutError):
            details = {"limit": "idle", "seconds": 3.0}
        elif issubclass(kind, cartesia_async.UnsupportedVersionError):
            details = {"feature": "f", "api_version": None, "available_in": ("2024-06-10",)}
        elif issubclass(kind, cartesia_async.StreamEventError):
            details = {"message": "no", "status_code": 500, "context_id": "c"}
        elif issubclass(kind, cartesia_async.APIResponseError):
            details = {"details": ("required field missing @ $.id",)}
        elif issubclass(kind, cartesia_async.StreamError):
            details = {"context_id": "c"}
        else:
            details = {}
        error: CartesiaError = kind("what happened", **details)
        error.request_id, error.attempts = "r1", 3
        errors.append(error)
    return errors


@pytest.mark.parametrize("error", _errors(), ids=lambda error: type(error).__name__)
def test_errors(copied: Copy, error: CartesiaError) -> None:
    """A copy of each public error is of its class, says the same, and knows the same."""
    other = copied(error)
    assert type(other) is type(error)
    assert (str(other), other.args, vars(other)) == (str(error), error.args, vars(error))


def test_an_error_of_a_real_call(copied: Copy, client: Cartesia) -> None:
    """An error as it comes from a call can be copied, its headers included."""
    with pytest.raises(cartesia_async.NotFoundError) as caught:
        client.voices.get("missing")
    other = copied(caught.value)
    assert other.headers["content-length"] == caught.value.headers["Content-Length"]
    assert (other.error_code, other.status_code, other.attempts) == ("voice_not_found", 404, 1)


def test_blocking_client(copied: Copy, client: Cartesia, server: RawServer) -> None:
    """A copy of a blocking client in use works by connections of its own, and outlives the first."""
    client.api_status.get()
    with copied(client.with_options(headers={"X-Mine": "1"}, timeout=3)) as other:
        assert other.tts.bytes(**SPEECH).read() == b"audio"
        assert server.connections == 2
        assert server.requests[-1].headers["x-mine"] == "1"
        assert server.requests[-1].headers["authorization"] == f"Bearer {KEY}"
        assert other._runner.options.timeout == Timeout.of(3)
        client.close()
        assert other.api_status.get().ok


async def test_asynchronous_client(copied: Copy, server: RawServer) -> None:
    """So does a copy of an asynchronous client."""
    async with AsyncCartesia(token="tk_secret", base_url=server.url, max_retries=0) as client:
        await client.api_status.get()
        async with copied(client) as other:
            await client.close()
            assert (await other.api_status.get()).ok
            assert server.connections == 2
            assert server.requests[-1].headers["authorization"] == "Bearer tk_secret"
            assert other._runner.options.max_retries == 0


def _key() -> str:
    return KEY


def test_a_subclass_and_a_callable(copied: Copy, server: RawServer) -> None:
    """The class and the callable that gives the key are kept."""
    with Mine(_key, base_url=server.url) as client, copied(client) as other:
        assert type(other) is Mine
        assert other.api_status.get().ok


class Mine(Cartesia):
    """A user's own client."""


def test_the_key_is_not_shown(client: Cartesia) -> None:
    """A client's `repr` tells where it goes, and never the key."""
    assert repr(client) == f"Cartesia(base_url={client._runner.transport.base_url!r})"
    assert KEY not in repr(client._runner.transport.credentials)
