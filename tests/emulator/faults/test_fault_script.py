"""Which request meets which fault: paths, order, times, removal, and what the records say."""

from __future__ import annotations

import asyncio
import json
import math
import threading

import aiohttp
import pytest

from cartesia_async import Cartesia, InternalServerError
from cartesia_async.emulator import Emulator, Fault

from .conftest import SPEECH, Ask


async def statuses(ask: Ask, count: int, path: str = "/voices") -> list[int]:
    """Ask for the same again and again."""
    return [(await ask("GET", path)).status for _ in range(count)]


@pytest.mark.parametrize(
    ("pattern", "path", "met"),
    [
        ("/voices", "/voices", True),
        ("/voices/", "/voices", True),
        ("/voices", "/voices/", True),
        ("/voices", "/voices?limit=3", True),
        ("/voices", "/voices/abc", False),
        ("/voices/*", "/voices/abc", True),
        ("/voices/*", "/voices/a%2Fb", True),
        ("/voices/*", "/voices", False),
        ("/datasets/*/files", "/datasets/abc/files/", True),
        ("/datasets/*/files", "/datasets/abc", False),
        ("*", "/", True),
        ("*", "/no/such/path", True),
        ("*/files", "/datasets/x/files", True),
        ("/datasets/{id}", "/datasets/abc", True),
        ("/datasets/{id}/files", "/datasets/abc/files/", True),
        ("/datasets/{id}", "/datasets/abc/files", False),
        ("/voices/{id}", "/voices", False),
        ("/stt", "/stt", True),
    ],
)
async def test_paths(emulator: Emulator, ask: Ask, pattern: str, path: str, met: bool) -> None:
    """A star stands for any text, a name in braces for a part; a slash at the end and a query make no difference."""
    emulator.fail(pattern, status=599)
    assert ((await ask("GET", path)).status == 599) is met


async def test_faults_are_met_in_order(emulator: Emulator, ask: Ask) -> None:
    """Each request meets the first that is left, as many times as it was scripted."""
    emulator.fail("/voices", status=500)
    emulator.fail("*", status=502, times=2)
    emulator.fail("/voices/*", status=503)
    emulator.fail("/voices", status=504)
    assert await statuses(ask, 5) == [500, 502, 502, 504, 200]


async def test_requests_pass_first(emulator: Emulator, ask: Ask) -> None:
    """With `after`, so many requests that it is for pass; others are not counted."""
    emulator.fail("/voices", status=500, after=2, times=2)
    assert await statuses(ask, 1, "/") == [200]
    assert await statuses(ask, 5) == [200, 200, 500, 500, 200]


async def test_a_fault_that_waits_lets_others_come_first(emulator: Emulator, ask: Ask) -> None:
    """A request that passes one fault may meet the next."""
    emulator.fail("/voices", status=500, after=1)
    emulator.fail("/voices", status=502)
    assert await statuses(ask, 3) == [502, 500, 200]


async def test_a_fault_is_met_until_removed(emulator: Emulator, ask: Ask) -> None:
    """With infinite `times` every request meets it, until it is removed; to remove it twice is harmless."""
    down = emulator.fail("*", status=503, times=math.inf)
    assert await statuses(ask, 3) == [503] * 3
    assert down.met == 3
    down.remove()
    down.remove()
    assert await statuses(ask, 1) == [200]


async def test_a_fault_is_removed_at_the_end_of_a_block(emulator: Emulator, ask: Ask) -> None:
    """In a `with` block a fault lasts no longer than the block."""
    with emulator.fail("*", status=503, times=5) as down:
        assert await statuses(ask, 2) == [503] * 2
        assert (down.met, down.times, down.fault.status) == (2, 3, 503)
    assert await statuses(ask, 1) == [200]


async def test_all_faults_are_removed_at_once(emulator: Emulator, ask: Ask) -> None:
    """After `clear_faults` nothing goes wrong."""
    for status in (500, 503):
        emulator.fail("*", status=status, times=9)
    emulator.fail("*", latency=math.inf)
    emulator.clear_faults()
    assert await statuses(ask, 2) == [200] * 2


async def test_a_slow_line_stays_and_adds_to_what_else_happens(emulator: Emulator, ask: Ask) -> None:
    """`latency` and `split` alone last, and each request meets the scripted fault on top."""
    line = emulator.fail("*", latency=0.01)
    pieces = emulator.fail("/tts/*", split=50)
    emulator.fail("/tts/sse", drop_after=1)
    cut, whole = await ask("POST", "/tts/sse", SPEECH), await ask("POST", "/tts/sse", SPEECH)
    assert (cut.whole, whole.whole) == (False, True)
    assert max(map(len, cut.pieces)) == max(map(len, whole.pieces)) == 50
    assert (line.met, pieces.met) == (2, 2)
    first, second = emulator.requests
    assert first.fault == Fault(path="/tts/sse", drop="close", drop_after=1, latency=0.01, split=50)
    assert second.fault is not None
    assert (second.fault.latency, second.fault.split) == (0.01, 50)


async def test_a_slow_request_counts_where_times_are_given(emulator: Emulator, ask: Ask) -> None:
    """With `times`, latency is a fault like others, met in order."""
    emulator.fail("/voices", latency=0.01, times=1)
    emulator.fail("/voices", status=500)
    assert await statuses(ask, 3) == [200, 500, 200]


async def test_only_calls_with_events_meet_a_fault_of_events(emulator: Emulator, ask: Ask) -> None:
    """A fault of events waits for a call that has some."""
    odd = emulator.fail("*", event={"type": "odd"})
    assert await statuses(ask, 1) == [200]
    assert odd.met == 0
    assert b"odd" in (await ask("POST", "/tts/sse", SPEECH)).body
    assert odd.met == 1


async def test_the_records_say_what_was_met(emulator: Emulator, ask: Ask) -> None:
    """A record has the fault its request met, the status answered, and the JSON that was sent."""
    emulator.fail("/tts/sse", status=429)
    await ask("POST", "/tts/sse", SPEECH)
    await ask("GET", "/voices")
    failed, served = emulator.requests
    assert failed.fault is not None
    assert (failed.fault.status, failed.fault.path, failed.status) == (429, "/tts/sse", 429)
    assert failed.json == SPEECH
    assert (served.fault, served.status) == (None, 200)


async def test_a_body_that_does_not_come_keeps_no_answer(emulator: Emulator) -> None:
    """A fault answers although the JSON that was promised never comes, and although the client waits to be asked."""
    emulator.fail("*", status=503, times=2)
    host, port = emulator.base_url.removeprefix("http://").split(":")
    for line in ("Expect: 100-continue\r\n", ""):
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"POST /tts/sse HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{line}Content-Length: 5\r\n\r\n"
        writer.write(head.encode())
        if line:
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"{}   ")
        assert (await reader.readline()).startswith(b"HTTP/1.1 503 ")
        writer.transport.abort()


async def test_an_upload_is_answered_before_its_end(emulator: Emulator, http: aiohttp.ClientSession) -> None:
    """An error comes while an endless upload is under way, and it does not hang."""
    emulator.fail("/voices/clone", status=503)
    answered = asyncio.Event()

    async def endless() -> object:
        yield b"x" * 100
        await answered.wait()

    form = aiohttp.FormData()
    form.add_field("clip", endless(), filename="a.wav")
    async with http.post(f"{emulator.base_url}/voices/clone", data=form, headers={"X-API-Key": "k"}) as answer:
        assert answer.status == 503
        assert emulator.requests.last.path == "/voices/clone"
    answered.set()


def test_a_fault_is_scripted_from_any_thread() -> None:
    """An emulator on a thread of its own takes faults from others, many at a time, before it starts too."""
    emulator = Emulator(engine="tone")
    emulator.fail("/voices", status=500)
    with emulator, Cartesia(api_key="k", base_url=emulator.base_url, max_retries=0) as client:
        with pytest.raises(InternalServerError):
            client.voices.list().first_page()
        threads = [threading.Thread(target=emulator.fail, args=("*",), kwargs={"status": 503}) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for _ in range(20):
            with pytest.raises(InternalServerError):
                client.api_status.get()
        assert client.api_status.get().ok


@pytest.mark.parametrize("arguments", [{"latency": math.inf}, {"stall_after": 1}, {"stall_after": 0}])
@pytest.mark.parametrize("path", ["/tts/sse", "/tts/bytes"])
async def test_an_emulator_stops_in_a_silence(path: str, arguments: dict[str, float]) -> None:
    """Whatever a request waits for, the emulator ends at once, and so does the request."""
    async with aiohttp.ClientSession(headers={"X-API-Key": "k", "Cartesia-Version": "2026-08-14"}) as session:
        async with Emulator(engine="tone") as emulator:
            emulator.fail(path, **arguments)  # type: ignore[arg-type]
            asking = asyncio.create_task(_read(session, emulator.base_url + path))
            while not emulator.requests:
                await asyncio.sleep(0.01)
        async with asyncio.timeout(2):
            with pytest.raises(aiohttp.ClientError):
                await asking


async def _read(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.post(url, json=SPEECH) as answer:
        return await answer.read()


async def test_those_to_come_are_told_in_order(emulator: Emulator, ask: Ask) -> None:
    """`faults` are those that are still to be met, in order, with how often; each goes once it has been met or removed."""
    first = emulator.fail("/voices", status=500, times=2)
    second = emulator.fail("*", latency=0)
    third = emulator.fail("/tts/sse", drop_after=3, after=1)
    assert emulator.faults == (first, second, third)
    assert await statuses(ask, 2) == [500, 500]
    assert emulator.faults == (second, third)
    assert (first.times, first.met, second.met) == (0, 2, 2)
    third.remove()
    assert emulator.faults == (second,)
    emulator.clear_faults()
    assert emulator.faults == ()


def test_those_to_come_are_shown_briefly(emulator: Emulator) -> None:
    """A failing assertion shows of each fault what goes wrong, and nothing that does not."""
    emulator.fail("/tts/sse", drop_after=3, after=1, times=2)
    emulator.fail("*", status=502, body="<html>" * 1_000)
    first, second = map(repr, emulator.faults)
    assert first == "<Fault(path='/tts/sse', drop='close', drop_after=3), passing=1, times=2, met=0>"
    assert second.startswith(
        "<Fault(path='*', status=502, headers={'Content-Type': 'text/html; charset=utf-8'}, body=b'<html>"
    )
    assert len(second) < 300


async def test_a_call_that_only_the_service_has(emulator: Emulator, ask: Ask) -> None:
    """It is a 404 that says so, in the shape of its version, and a fault can answer in its place."""
    new, old = await ask("POST", "/stt/", {}), await ask("POST", "/stt", {}, version="2024-06-10")
    assert (new.status, json.loads(new.body)["error_code"]) == (404, "not_emulated")
    assert (old.status, old.body[:36]) == (404, b"Not emulated: The service has '/stt'")
    emulator.fail("/stt", body={"text": "Hello."})
    answer = await ask("POST", "/stt", {})
    assert (answer.status, json.loads(answer.body)) == (200, {"text": "Hello."})
