"""``client.request``: what has no method yet, over a real connection."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import web

from cartesia_async import AsyncCartesia, Cartesia, InternalServerError, NotFoundError, Upload
from tests.conftest import KEY, Serve


@pytest.fixture
async def url(serve: Serve) -> str:
    """An API whose answers tell what it was asked."""
    failures = iter([503])

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/audio":
            return web.Response(body=b"\x00\x01", content_type="audio/pcm")
        if request.path == "/nothing":
            return web.Response(status=204)
        if request.path == "/missing":
            return web.Response(status=404, text="Not found: nothing there")
        if request.path == "/flaky" and (status := next(failures, None)):
            return web.Response(status=status, headers={"retry-after-ms": "1"})
        told: dict[str, Any] = {
            "method": request.method,
            "target": request.path_qs,
            "key": request.headers.get("Authorization") == f"Bearer {KEY}",
        }
        if request.content_type == "multipart/form-data":
            form = await request.post()
            told["form"] = {name: getattr(part, "filename", part) for name, part in form.items()}
            told["file"] = [part.file.read().decode() for part in form.values() if not isinstance(part, str)]
        elif request.can_read_body:
            told["json"] = await request.json()
        return web.json_response(told)

    return await serve(answer)


async def test_json_in_and_out(url: str) -> None:
    """JSON goes out and comes back as plain data, with the query as given and the client's credential."""
    async with AsyncCartesia(KEY, base_url=url) as client:
        told = await client.request("post", "/new thing", json={"a": [1]}, params={"x": True, "y": None, "z": ["1", 2]})
    assert told == {
        "method": "POST",
        "target": "/new%20thing?x=true&z%5B%5D=1&z%5B%5D=2",
        "key": True,
        "json": {"a": [1]},
    }


async def test_form(url: str) -> None:
    """Strings are fields of a form, and all else is a file."""
    async with AsyncCartesia(KEY, base_url=url) as client:
        told = await client.request(
            "PUT", "/x", form={"name": "n", "clip": b"abc", "other": Upload(b"d", filename="o")}
        )
    assert {"name": "n", "clip": "upload", "other": "o"} == told["form"]
    assert ["abc", "d"] == told["file"]


@pytest.mark.parametrize(("path", "expected"), [("/audio", b"\x00\x01"), ("/nothing", None)])
async def test_other_answers(url: str, path: str, expected: object) -> None:
    """An answer that is no JSON comes as bytes, an empty one as None."""
    async with AsyncCartesia(KEY, base_url=url) as client:
        assert expected == await client.request("GET", path)


async def test_errors_and_retries(url: str) -> None:
    """Errors are those of every call, and so are the retries."""
    async with AsyncCartesia(KEY, base_url=url) as client:
        with pytest.raises(NotFoundError, match="nothing there"):
            await client.request("GET", "/missing")
        with pytest.raises(InternalServerError):
            await client.with_options(max_retries=0).request("GET", "/flaky")
        assert (await client.request("GET", "/flaky"))["method"] == "GET"


async def test_blocking(url: str) -> None:
    """The blocking client has it too."""

    def ask() -> Any:
        with Cartesia(KEY, base_url=url) as client:
            return client.request("DELETE", "/x/1")

    assert {"method": "DELETE", "target": "/x/1", "key": True} == await asyncio.to_thread(ask)


@pytest.mark.parametrize(
    ("method", "path", "bodies"),
    [
        ("GET", "x", {}),
        ("GET", "//host/x", {}),
        ("GET", "/a/../b", {}),
        ("GET", "/a?b=c", {}),
        ("GE T", "/a", {}),
        ("POST", "/a", {"json": {}, "form": {}}),
    ],
)
def test_known_to_be_wrong(method: str, path: str, bodies: Mapping[str, Any]) -> None:
    """A method that is no word, a path that leaves the base URL and two bodies at once are refused."""
    client = Cartesia(KEY, base_url="http://127.0.0.1:1")
    with pytest.raises(ValueError, match=r"method|path|exclude"):
        client.request(method, path, **bodies)
