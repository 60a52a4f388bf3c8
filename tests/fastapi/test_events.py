"""`EventResponse`: events as an answer."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from cartesia_async import AsyncCartesia
from cartesia_async._wire.sse import EventDecoder
from cartesia_async.emulator import Emulator
from cartesia_async.fastapi import CartesiaDep, EventResponse, events
from tests.conftest import KEY
from tests.fastapi.conftest import Serving, new_app
from tests.fastapi.test_audio import RAW, VOICE, speech
from tests.servers import WAIT, Peer, chunk, raw_server, streaming
from tests.streams.sides import DONE_EVENT, audio_event, event, one_answer

SSE = streaming(content_type="text/event-stream")


def telling(app: FastAPI, **options: Any) -> FastAPI:
    """Let *app* speak at `/events`."""

    @app.get("/events", response_class=EventResponse)
    async def events(client: CartesiaDep) -> EventResponse:
        return EventResponse(client.tts.sse(**speech(RAW, add_timestamps=True)), **options)

    return app


def frames(body: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    decoder = EventDecoder()
    for name, data in [*decoder.feed(body), *decoder.finish()]:
        yield name, json.loads(data)


def test_events_come_as_the_service_gives_them(app: FastAPI, cartesia_emulator: Emulator) -> None:
    """After `start`, which tells the format, come the service's events, named and in its shapes, up to `done`."""
    with TestClient(telling(app)) as browser:
        answer = browser.get("/events")
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["X-Request-ID"] == cartesia_emulator.requests.last.request_id
    told = list(frames(answer.content))
    assert [name for name, _ in told] == [document["type"] for _, document in told]
    assert told[0][1]["output_format"] == RAW
    assert told[0][1]["request_id"] == answer.headers["X-Request-ID"]
    assert told[-1][0] == "done"
    assert {name for name, _ in told[1:-1]} == {"chunk", "timestamps"}
    words = next(document["word_timestamps"] for name, document in told if name == "timestamps")
    assert words["words"] == ["Hello!"]
    assert len(words["start"]) == len(words["end"]) == 1
    audio = b"".join(base64.b64decode(document["data"]) for name, document in told if name == "chunk")
    assert len(audio) > 1000


async def test_our_own_client_reads_it(
    served: Serving, app: FastAPI, async_cartesia_client: AsyncCartesia, cartesia_emulator: Emulator
) -> None:
    """What an app passes on, a client of Cartesia reads like the service's own: the same events, and no others but `start`."""

    @app.post("/tts/sse")
    async def passed_on(client: CartesiaDep) -> EventResponse:
        return EventResponse(client.tts.sse(**speech(RAW, add_timestamps=True)))

    url = await served(app)
    direct = [event async for event in async_cartesia_client.tts.sse(**speech(RAW, add_timestamps=True))]
    async with AsyncCartesia(KEY, base_url=url) as client:
        passed = [event async for event in client.tts.sse(**speech(RAW, add_timestamps=True))]
    assert passed[0].type == "start"
    assert [_timeless(event) for event in passed[1:]] == [_timeless(event) for event in direct]


def _timeless(event: Any) -> Any:
    import attrs

    return attrs.evolve(event, step_time=None) if hasattr(event, "step_time") else event


async def test_what_is_new_is_passed_on(served: Serving, http: aiohttp.ClientSession) -> None:
    """Events and fields of a newer API reach the listener, and a name cannot end its line."""
    body = (
        event(type="mo\nod", value="\ud800")
        + audio_event()
        + event(type="timestamps", n=1, word_timestamps={"words": ["a"], "start": [0], "end": [1], "tone": "x"})
    )
    async with raw_server(one_answer(SSE + chunk(body) + chunk(DONE_EVENT) + chunk(b""))) as service:
        async with http.get(f"{await served(telling(new_app(service.url)))}/events") as answer:
            told = list(frames(await answer.read()))
    assert told[1] == ("mo od", {"type": "mo\nod", "value": "\ud800"})
    assert told[3][1]["n"] == 1
    assert told[3][1]["word_timestamps"]["tone"] == "x"


async def test_an_error_midway_is_an_event(served: Serving, http: aiohttp.ClientSession) -> None:
    """What goes wrong after the first event is told by an `error`, the last event, with the status it would have had."""
    failed = event(type="error", status_code=429, title="Busy", message="Too many.", error_code="busy")
    async with raw_server(one_answer(SSE + chunk(audio_event()) + chunk(failed) + chunk(b""))) as service:
        async with http.get(f"{await served(telling(new_app(service.url)))}/events") as answer:
            assert answer.status == 200
            told = list(frames(await answer.read()))
    assert [name for name, _ in told] == ["start", "chunk", "error"]
    assert told[-1][1] == {"type": "error", "status": 429, "detail": "Too many.", "error_code": "busy"}


async def test_a_cut_is_an_event(served: Serving, http: aiohttp.ClientSession) -> None:
    """A stream that is cut off ends with an `error`, not as if it were whole."""
    script = one_answer(SSE + chunk(audio_event()), then=lambda peer: asyncio.sleep(0))
    async with raw_server(script) as service:
        async with http.get(f"{await served(telling(new_app(service.url)))}/events") as answer:
            told = list(frames(await answer.read()))
    assert told[-1] == ("error", {"type": "error", "status": 502, "detail": "The voice service failed."})


async def test_an_error_before_all_events_is_a_status(served: Serving, http: aiohttp.ClientSession) -> None:
    """An error that comes in place of the first event is told by the status of the answer."""
    failed = event(type="error", status_code=429, title="Busy", message="Too many.")
    async with raw_server(one_answer(SSE + chunk(failed) + chunk(b""))) as service:
        async with http.get(f"{await served(telling(new_app(service.url)))}/events") as answer:
            assert answer.status == 429
            assert await answer.json() == {"detail": "Too many."}


async def test_silence_is_broken_by_comments(served: Serving, http: aiohttp.ClientSession) -> None:
    """While nothing comes, comments do, so that no proxy takes the connection for dead; they are no events."""
    heard = asyncio.Event()

    async def rest(peer: Peer) -> None:
        await heard.wait()
        await peer.send(chunk(DONE_EVENT) + chunk(b""))

    async with raw_server(one_answer(SSE + chunk(audio_event()), then=rest)) as service:
        url = await served(telling(new_app(service.url), keep_alive=0.01))
        async with http.get(f"{url}/events") as answer:
            body = b""
            async with asyncio.timeout(WAIT):
                while body.count(b": keep-alive\n\n") < 3:
                    body += await answer.content.readany()
            heard.set()
            body += await answer.content.read()
    assert [name for name, _ in frames(body)] == ["start", "chunk", "done"]


async def test_where_events_come_no_comment_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment is sent after a time in which nothing else was, and only then."""
    sent: list[bytes] = []
    times: list[float] = []

    async def send(message: Any) -> None:
        sent.append(message["body"])

    async def sleep(seconds: float) -> None:
        times.append(seconds)
        if len(times) == 1:
            await frames.send({"type": "done"})
        if len(times) == 3:
            raise asyncio.CancelledError

    monkeypatch.setattr(events, "asyncio", SimpleNamespace(sleep=sleep, Lock=asyncio.Lock))
    frames = events._Frames(send)
    with pytest.raises(asyncio.CancelledError):
        await frames.beat(7)
    assert sent == [b'id: 1\nevent: done\ndata: {"type":"done"}\n\n', b": keep-alive\n\n"]
    assert times == [7, 7, 7]


async def test_who_leaves_ends_the_request(served: Serving, http: aiohttp.ClientSession) -> None:
    """When the listener leaves, the service sees its connection closed, though no event comes."""
    async with raw_server(one_answer(SSE + chunk(audio_event()), then=Peer.until_closed)) as service:
        url = await served(telling(new_app(service.url), keep_alive=None))
        async with http.get(f"{url}/events") as answer:
            assert b"event: start" in await answer.content.readany()
        await asyncio.wait_for(service.client_closed.wait(), WAIT)


def test_a_browser_that_asks_again_is_told_to_stop(app: FastAPI, cartesia_emulator: Emulator) -> None:
    """An `EventSource` asks again when an answer ends: it gets 204, and nothing is spoken a second time."""
    with TestClient(telling(app)) as browser:
        numbers = [line for line in browser.get("/events").text.splitlines() if line.startswith("id: ")]
        assert numbers == [f"id: {number}" for number in range(1, len(numbers) + 1)]
        answer = browser.get("/events", headers={"Last-Event-ID": numbers[-1].removeprefix("id: ")})
    assert (answer.status_code, answer.content) == (204, b"")
    assert len(cartesia_emulator.requests) == 1


def test_the_voice_changers_events_will_do(app: FastAPI, cartesia_client: Any) -> None:
    """The events of the voice changer are passed on in the same way."""
    clip = cartesia_client.tts.bytes(**speech()).read()

    @app.get("/changed")
    async def changed(client: CartesiaDep) -> EventResponse:
        form = {f"output_format_{name}": value for name, value in RAW.items()}
        return EventResponse(client.voice_changer.sse(clip, voice_id=VOICE, **form))

    with TestClient(app) as browser:
        told = list(frames(browser.get("/changed").content))
    assert [told[0][0], told[1][0], told[-1][0]] == ["start", "chunk", "done"]


async def test_what_is_wrong_is_refused() -> None:
    """What is no stream of events, and a time that is none, are refused where the answer is made."""
    async with AsyncCartesia(KEY) as client:
        stream: Any = client.tts.bytes(**speech())
        with pytest.raises(TypeError, match="stream must be the EventStream of an AsyncCartesia, not AudioStream"):
            EventResponse(stream)
        with pytest.raises(ValueError, match="keep_alive must be a number of seconds above 0, or None, not 0"):
            EventResponse(client.tts.sse(**speech(RAW)), keep_alive=0)
