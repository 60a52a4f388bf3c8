"""What a caller of an app is told when the service fails."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable
from typing import Annotated, Any

import aiohttp
import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cartesia_async import AsyncCartesia, CartesiaError, errors
from cartesia_async.emulator import Emulator
from cartesia_async.fastapi import (
    AudioResponse,
    CartesiaDep,
    add_exception_handlers,
    cartesia_lifespan,
    error_response,
    get_cartesia,
    status_for,
)
from tests.conftest import KEY
from tests.fastapi.conftest import Serving, new_app
from tests.fastapi.test_audio import VOICE, speaking, speech
from tests.servers import Peer, always, chunk, json_answer, raw_server, streaming
from tests.streams.sides import one_answer

SECRET = "the account of ACME"


def refusal(status: int, **headers: str) -> bytes:
    return json_answer(
        {"title": "Title", "message": f"Told {SECRET}.", "error_code": "the_code", "request_id": "req-1"},
        status,
        **headers,
    )


@pytest.mark.parametrize("status", [400, 404, 409, 413, 415, 422, 429])
async def test_what_is_said_of_the_question_is_handed_on(
    served: Serving, http: aiohttp.ClientSession, status: int
) -> None:
    """A refusal of what was asked keeps its status, its words and its code."""
    async with raw_server(always(refusal(status))) as service:
        async with http.get(f"{await served(speaking(new_app(service.url)))}/speech") as told:
            assert told.status == status
            assert told.headers["X-Request-ID"] == "req-1"
            assert told.headers["Cache-Control"] == "no-store"
            assert await told.json() == {"detail": f"Told {SECRET}.", "error_code": "the_code", "request_id": "req-1"}


@pytest.mark.parametrize(
    ("status", "becomes"),
    [
        (401, 502),
        (402, 502),
        (403, 502),
        (405, 502),
        (500, 502),
        (502, 502),
        (503, 503),
        (529, 503),
        (504, 504),
        (408, 504),
    ],
)
async def test_what_is_said_of_the_app_is_not(
    served: Serving, http: aiohttp.ClientSession, status: int, becomes: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A refusal of the app itself is not its caller's: not the status, nor the words, which are logged instead."""
    async with raw_server(always(refusal(status))) as service:
        async with http.get(f"{await served(speaking(new_app(service.url)))}/speech") as told:
            assert told.status == becomes
            assert told.headers["X-Request-ID"] == "req-1"
            assert SECRET not in await told.text()
            assert set(await told.json()) == {"detail", "request_id"}
    assert SECRET in caplog.text
    assert f"GET '/speech' is answered {becomes}" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("status", "sent", "told"), [(429, "7", "7"), (429, "1.2", "2"), (503, "0", "0"), (500, "7", None)]
)
async def test_how_long_to_wait_is_handed_on(
    served: Serving, http: aiohttp.ClientSession, status: int, sent: str, told: str | None
) -> None:
    """A 429 stays a 429 with its `Retry-After`, and so a 503; in whole seconds, none of them too short."""
    async with raw_server(always(refusal(status, Retry_After=sent))) as service:
        async with http.get(f"{await served(speaking(new_app(service.url)))}/speech") as answered:
            assert answered.headers.get("Retry-After") == told


async def test_a_service_that_cannot_be_reached_is_a_502(served: Serving, http: aiohttp.ClientSession) -> None:
    """No connection is a 502, whose words do not tell where the service is."""
    async with raw_server(always(b"")) as gone:
        url = gone.url
    async with http.get(f"{await served(speaking(new_app(url)))}/speech") as told:
        assert told.status == 502
        assert await told.json() == {"detail": "The voice service failed."}


@pytest.mark.parametrize("begun", [b"", streaming()], ids=["nothing", "head"])
async def test_a_service_that_is_slow_is_a_504(served: Serving, http: aiohttp.ClientSession, begun: bytes) -> None:
    """A time limit is a 504, also where the head of the answer had come, but no audio."""
    async with raw_server(one_answer(begun, then=Peer.until_closed)) as service:
        async with http.get(f"{await served(speaking(new_app(service.url, timeout=0.1)))}/speech") as told:
            assert told.status == 504
            assert await told.json() == {"detail": "The voice service took too long."}


async def test_a_cut_before_all_audio_is_a_502(served: Serving, http: aiohttp.ClientSession) -> None:
    """An answer of the service that is cut off before its first audio is a 502, not an empty 200."""
    async with raw_server(one_answer(streaming(), then=lambda peer: asyncio.sleep(0))) as service:
        async with http.get(f"{await served(speaking(new_app(service.url)))}/speech") as told:
            assert told.status == 502


async def test_an_empty_answer_is_passed_on(served: Serving, http: aiohttp.ClientSession) -> None:
    """An answer that ends in good order without audio is no error."""
    async with raw_server(one_answer(streaming() + chunk(b""))) as service:
        async with http.get(f"{await served(speaking(new_app(service.url)))}/speech") as told:
            assert (told.status, await told.read()) == (200, b"")


def test_a_refused_argument_is_a_422(app: FastAPI, cartesia_emulator: Emulator) -> None:
    """What a call refuses before anything is sent is told as FastAPI tells of a wrong argument."""

    @app.get("/say")
    async def say(client: CartesiaDep, text: Annotated[str, Query()] = "") -> AudioResponse:
        return AudioResponse(client.tts.bytes(**speech() | {"transcript": text}))

    with TestClient(app) as browser:
        told = browser.get("/say")
    assert told.status_code == 422
    assert told.json() == {"detail": "transcript must be a string that is not empty, not ''"}
    assert len(cartesia_emulator.requests) == 0


def test_other_errors_are_left_alone(app: FastAPI) -> None:
    """A `ValueError` of the app's own code is none of ours: it stays the error that it is."""

    @app.get("/own")
    async def own() -> None:
        int("none")

    with TestClient(app) as browser, pytest.raises(ValueError, match="invalid literal"):
        browser.get("/own")
    with TestClient(app, raise_server_exceptions=False) as browser:
        assert browser.get("/own").status_code == 500


def test_an_app_that_is_set_up_wrongly_is_a_500(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    """What only the app's maker can mend is a 500, and is logged with its trace."""

    @app.get("/mix")
    async def mix(client: CartesiaDep) -> Any:
        return await client.with_options(api_version="2026-03-01").voices.mix(voices=[{"id": VOICE, "weight": 1}])

    with TestClient(app) as browser:
        told = browser.get("/mix")
    assert (told.status_code, told.json()) == (
        500,
        {"detail": "This app cannot use the voice service as it is set up."},
    )
    assert "UnsupportedVersionError" in caplog.text


def test_starlette_alone_has_them_too(cartesia_emulator: Emulator) -> None:
    """In an app of Starlette the client, the answers and the handlers are the same."""

    async def speak(request: Request) -> Response:
        voice = request.query_params.get("voice", VOICE)
        return AudioResponse(get_cartesia(request).tts.bytes(**speech() | {"voice": voice}))

    app = Starlette(
        routes=[Route("/speech", speak)],
        lifespan=cartesia_lifespan(client=lambda: AsyncCartesia(KEY, base_url=cartesia_emulator.base_url)),
    )
    add_exception_handlers(app)
    with TestClient(app) as browser:
        assert browser.get("/speech").content.startswith(b"RIFF")
        assert browser.get("/speech", params={"voice": "nobody"}).status_code in {400, 404}


def _every_error() -> list[CartesiaError]:
    texts: dict[type[CartesiaError], Callable[[], CartesiaError]] = {
        errors.UnsupportedVersionError: lambda: errors.UnsupportedVersionError(
            "no", feature="f", api_version=None, available_in=()
        ),
        errors.APITimeoutError: lambda: errors.APITimeoutError("no", limit="idle", seconds=1),
        errors.StreamEventError: lambda: errors.StreamEventError("no", message="no"),
    }
    made = []
    for name in errors.__dict__:
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, CartesiaError):
            if issubclass(kind, errors.APIStatusError):
                made.append(kind("no", status_code=418, message="no"))
            else:
                made.append(texts.get(kind, lambda kind=kind: kind("no"))())
    return made


@pytest.mark.parametrize("error", _every_error(), ids=lambda error: type(error).__name__)
def test_every_error_has_an_answer(error: CartesiaError) -> None:
    """Each error there is, also one of a status that nobody foresaw, is answered by a status and a JSON document."""
    response = error_response(copy.copy(error))
    assert response.status_code == status_for(error)
    assert 400 <= response.status_code < 600
    assert json.loads(bytes(response.body))["detail"]
