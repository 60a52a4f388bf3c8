"""No secret is in a folder of recordings, wherever the service repeats it."""

from __future__ import annotations

import json
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from cartesia_async.emulator import Emulator, Recorder

from ...conftest import Serve

KEY = "sk_car_0123456789abcdef"
BEARER = "bearer/token+0123456789=="
QUERY_TOKEN = "query-token-0123456789"
COOKIE = "cookie-0123456789"
SET_COOKIE = "given-at-login-0123456789"
ANSWERED = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3fQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
SECRETS = (KEY, BEARER, QUERY_TOKEN, COOKIE, SET_COOKIE, ANSWERED)
HEADERS = {"X-API-Key": KEY, "Authorization": f"Bearer {BEARER}", "Cookie": f"a={COOKIE}", "Cartesia-Version": KEY}


async def _repeat(request: web.Request) -> web.StreamResponse:
    """Answer with every secret, in a body of the type that is asked for."""
    headers = {"Set-Cookie": f"a={SET_COOKIE}", "X-Echo": KEY, "Location": f"/x?access_token={QUERY_TOKEN}"}
    if request.path == "/access-token":
        return web.json_response({"token": "opaque-token-0123456789"}, headers=headers)
    stream = web.StreamResponse(headers=headers)
    stream.content_type = request.query["type"]
    await stream.prepare(request)
    line = json.dumps(
        {"echo": [KEY, BEARER, QUERY_TOKEN, COOKIE, SET_COOKIE], "access_token": ANSWERED, "url": f"?token={KEY}"}
    )
    text = f"data: {line}\n\n{KEY} {BEARER} {COOKIE} {QUERY_TOKEN} ".encode() * int(request.query["times"])
    for start in range(0, len(text), 7_001):
        await stream.write(text[start : start + 7_001])
    return stream


@pytest.mark.parametrize("type_", ["application/json", "text/event-stream", "text/plain", "audio/wav"])
@pytest.mark.parametrize("times", [1, 5_000], ids=["short", "long"])
async def test_nothing_secret_is_kept(
    type_: str, times: int, serve: Serve, folder: Path, http: aiohttp.ClientSession
) -> None:
    """Keys, tokens and cookies, of requests and answers, are in no file and no file's name."""
    form = aiohttp.FormData({"note": f"my key is {KEY}", "api_key": "short"})
    form.add_field("clip", KEY.encode(), filename="clip.wav")
    async with Recorder(folder, target=await serve(_repeat)) as recorder:
        url = f"{recorder.base_url}/echo/{KEY}?access_token={QUERY_TOKEN}&type={type_}&times={times}&q={KEY}"
        for body in ({"json": {"key": KEY, "password": "short"}}, {"data": form}):
            async with http.post(url, headers=HEADERS, **body) as response:
                passed_on = await response.read()
                assert KEY.encode() in passed_on
                assert response.headers["X-Echo"] == KEY
        async with http.post(f"{recorder.base_url}/access-token", json={"grants": {}}, headers=HEADERS) as response:
            assert await response.json() == {"token": "opaque-token-0123456789"}
    assert len(recorder.recorded) == 3
    for path in folder.iterdir():
        assert KEY not in path.name
        content = path.read_bytes()
        for secret in (*SECRETS, "opaque-token", '"short"'):
            if type_ != "audio/wav" or secret != ANSWERED:
                assert secret.encode() not in content, (path.name, secret)


async def test_what_is_hidden_can_be_replayed(serve: Serve, folder: Path, http: aiohttp.ClientSession) -> None:
    """A request whose parts were hidden is found again, and its answer has the length that it had."""
    async with Recorder(folder, target=await serve(_repeat)) as recorder:
        url = f"/echo?access_token={QUERY_TOKEN}&type=text/plain&times=3&q={KEY}"
        async with http.post(recorder.base_url + url, json={"a": KEY}, headers=HEADERS) as response:
            recorded = await response.read()
    async with Emulator(replay=folder) as emulator:
        async with http.post(emulator.base_url + url, json={"a": KEY}, headers=HEADERS) as response:
            replayed = await response.read()
            assert (response.status, len(replayed)) == (200, len(recorded))
        assert emulator.unmatched == ()


async def test_an_error_tells_nothing_secret(folder: Path, http: aiohttp.ClientSession) -> None:
    """What the recorder says of a service that is not there repeats no secret."""
    async with Recorder(folder, target="http://127.0.0.1:9") as recorder:
        async with http.get(f"{recorder.base_url}/{KEY}?access_token={QUERY_TOKEN}", headers=HEADERS) as response:
            text = await response.text()
    assert response.status == 502
    assert not any(secret in text for secret in SECRETS)
