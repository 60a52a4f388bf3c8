"""Starting, stopping, and what is remembered."""

from __future__ import annotations

import asyncio
import http.client
import io
import json
import socket
import threading
import time

import aiohttp
import pytest

import cartesia_async.emulator as emulator_package
from cartesia_async.emulator import Emulator

KEYED = {"X-API-Key": "sk_car_secret", "Cartesia-Version": "2026-08-14"}


def ask(base_url: str, method: str = "GET", path: str = "/", body: bytes | None = None) -> tuple[int, bytes]:
    """Ask without an event loop."""
    connection = http.client.HTTPConnection(base_url.removeprefix("http://"), timeout=5)
    try:
        connection.request(method, path, body=body, headers=KEYED)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


async def test_runs_on_the_running_loop() -> None:
    """Entered with `async with` it serves on that loop, and is unreachable once left."""
    async with Emulator(engine="tone") as emulator:
        assert emulator.base_url.startswith("http://127.0.0.1:")
        async with aiohttp.ClientSession() as session, session.get(emulator.base_url) as answer:
            assert await answer.json() == {"ok": True, "version": "2026-08-14"}
            port = answer.url.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port or 0), timeout=1)


def test_runs_in_a_thread_of_its_own() -> None:
    """Entered with `with` it serves from a thread, which is gone once left."""
    before = set(threading.enumerate())
    began = time.perf_counter()
    with Emulator(engine="tone") as emulator:
        assert ask(emulator.base_url)[0] == 200
        assert ask(emulator.base_url, path="/voices")[0] == 200
    assert time.perf_counter() - began < 1
    assert set(threading.enumerate()) <= before


def test_two_at_once_share_nothing() -> None:
    """Two emulators have ports, voices and requests of their own."""
    with Emulator(engine="tone") as one, Emulator(engine="tone") as two:
        assert one.base_url != two.base_url
        body = json.dumps({"name": "a", "description": "b"}).encode()
        assert ask(one.base_url, "POST", "/datasets", body)[0] == 200
        assert len(json.loads(ask(one.base_url, "GET", "/datasets")[1])["data"]) == 1
        assert len(json.loads(ask(two.base_url, "GET", "/datasets")[1])["data"]) == 0
        assert (len(one.requests), len(two.requests)) == (2, 1)


async def test_leaves_no_task_or_thread() -> None:
    """After leaving, the loop has only the tasks it had, and the process only its threads."""
    threads, tasks = set(threading.enumerate()), asyncio.all_tasks()
    async with Emulator(engine="tone") as emulator, aiohttp.ClientSession(headers=KEYED) as session:
        async with session.get(f"{emulator.base_url}/voices") as answer:
            assert answer.status == 200
    assert set(threading.enumerate()) <= threads
    assert asyncio.all_tasks() <= tasks


async def test_has_no_address_unless_it_runs() -> None:
    """`base_url` says what to do where there is none yet, and none any more."""
    emulator = Emulator(engine="tone")
    with pytest.raises(RuntimeError, match="does not run"):
        _ = emulator.base_url
    async with emulator:
        assert emulator.base_url in repr(emulator)
    with pytest.raises(RuntimeError, match="does not run"):
        _ = emulator.base_url


async def test_is_entered_once() -> None:
    """Entering a running emulator is refused, and does not harm it."""
    async with Emulator(engine="tone") as emulator:
        with pytest.raises(RuntimeError, match="running already"):
            async with emulator:
                pass
        with pytest.raises(RuntimeError, match="running already"), emulator:
            pass
        async with aiohttp.ClientSession() as session, session.get(emulator.base_url) as answer:
            assert answer.status == 200


async def test_a_port_in_use_is_an_oserror() -> None:
    """A second emulator on the same port fails at once, and leaves the first alone."""
    async with Emulator(engine="tone") as first:
        port = int(first.base_url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            async with Emulator(engine="tone", port=port):
                pass
        with pytest.raises(OSError, match="in use"), Emulator(engine="tone", port=port):
            pass


async def test_an_unknown_engine_is_refused() -> None:
    """An engine that does not exist is named in the error."""
    with pytest.raises(ValueError, match="kazoo"):
        async with Emulator(engine="kazoo"):
            pass


def test_one_key_is_not_a_collection_of_keys() -> None:
    """A lone string is refused, as each of its letters would be a key."""
    with pytest.raises(TypeError, match="api_keys"):
        Emulator(api_keys="sk_car_secret")


@pytest.mark.parametrize("host", ["localhost", "0.0.0.0"])  # noqa: S104 (asked for on purpose)
async def test_listens_where_it_is_told(host: str) -> None:
    """Its address can be connected to whatever host it was given."""
    async with Emulator(engine="tone", host=host) as emulator, aiohttp.ClientSession() as session:
        async with session.get(emulator.base_url) as answer:
            assert answer.status == 200


async def test_serves_until_cancelled() -> None:
    """`serve_forever` tells its address and stops when cancelled."""
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    emulator = Emulator(engine="tone")
    task = asyncio.create_task(emulator.serve_forever(started=address.set_result))
    async with aiohttp.ClientSession() as session, session.get(await address) as answer:
        assert answer.status == 200
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(RuntimeError, match="does not run"):
        _ = emulator.base_url


async def test_serves_again_with_what_it_held() -> None:
    """An emulator that is entered again, also in the other way, still has what was made; `started` may be awaited."""
    emulator = Emulator(engine="tone")
    started = asyncio.Event()

    async def create(address: str) -> None:
        async with aiohttp.ClientSession(address, headers=KEYED) as session:
            async with session.post("/datasets", json={"name": "kept"}) as answer:
                assert answer.status == 200
        started.set()

    task = asyncio.create_task(emulator.serve_forever(started=create))
    await started.wait()
    task.cancel()
    await asyncio.wait([task])
    with emulator:
        status, body = await asyncio.to_thread(ask, emulator.base_url, "GET", "/datasets")
    assert status == 200
    assert [dataset["name"] for dataset in json.loads(body)["data"]] == ["kept"]


def test_the_package_offers_the_emulator_alone() -> None:
    """What it offers can be listed; anything else is an attribute error."""
    assert "Emulator" in dir(emulator_package)
    with pytest.raises(AttributeError, match="Simulator"):
        _ = emulator_package.Simulator


async def test_stops_within_a_second_with_an_idle_connection(emulator: Emulator) -> None:
    """A connection that asks nothing does not keep the emulator from stopping."""
    other = Emulator(engine="tone")
    async with other:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(other.base_url.rpartition(":")[2]))
        began = time.perf_counter()
    assert time.perf_counter() - began < 1
    assert await reader.read() == b""
    writer.close()
    assert emulator.base_url


async def test_remembers_requests_without_showing_credentials(
    emulator: Emulator, session: aiohttp.ClientSession, speech: dict[str, object]
) -> None:
    """`requests` holds what was asked and answered; no repr shows the key."""
    async with session.post("/tts/bytes", json=speech) as answer:
        await answer.read()
    async with session.get("/voices/?limit=1&api_key=sk_car_secret") as answer:
        await answer.read()
    assert [record.path for record in emulator.requests] == ["/tts/bytes", "/voices/"]
    first, last = emulator.requests[0], emulator.requests.last
    assert (first.method, first.status, first.api_version) == ("POST", 200, "2026-08-14")
    assert first.json == speech
    assert first.headers["x-api-key"] == "sk_car_secret"
    assert last.query["limit"] == "1"
    assert list(last.query) == ["limit", "api_key"]
    assert len(last.query) == 2
    assert last.query.all("limit") == ["1"]
    assert "sk_car_secret" not in repr(emulator.requests)
    assert "2026-08-14" in repr(first.headers)
    assert len(emulator.requests[:]) == len(emulator.requests) == 2
    emulator.requests.clear()
    assert len(emulator.requests) == 0


async def test_remembers_a_form_without_its_bytes(
    emulator: Emulator, session: aiohttp.ClientSession, clip: bytes
) -> None:
    """Of an upload the name, type and size are kept."""
    form = aiohttp.FormData({"name": "n", "language": "en"})
    form.add_field("clip", clip, filename="me.wav", content_type="audio/wav")
    async with session.post("/voices/clone", data=form) as answer:
        assert answer.status == 200
    record = emulator.requests.last
    assert record.form == {"name": "n", "language": "en"}
    [file] = record.files
    assert (file.field, file.filename, file.content_type, file.size) == ("clip", "me.wav", "audio/wav", len(clip))


async def test_forgets_the_oldest_requests(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """A thousand requests are kept, and fewer where they hold large bodies."""
    for number in range(1_010):
        async with session.get(f"/{number}") as answer:
            await answer.read()
    assert len(emulator.requests) == 1_000
    assert emulator.requests[0].path == "/10"
    large = json.dumps({"name": "x" * 7_000_000}).encode()
    for _ in range(6):
        async with session.post("/datasets", data=io.BytesIO(large)) as answer:
            assert answer.status == 400
    assert len(emulator.requests) == 4


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-API-Key": "a"}, 200),
        ({"Authorization": "Bearer b"}, 200),
        ({"authorization": "bearer b"}, 200),
        ({"X-API-Key": "c"}, 401),
        ({"Authorization": "Basic a"}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"X-API-Key": ""}, 401),
        ({}, 401),
    ],
)
async def test_only_the_keys_given_are_accepted(headers: dict[str, str], status: int) -> None:
    """`api_keys` limits the credentials, in either header."""
    async with Emulator(engine="tone", api_keys=["a", "b"]) as emulator, aiohttp.ClientSession() as session:
        versioned = headers | {"Cartesia-Version": "2026-08-14"}
        async with session.get(f"{emulator.base_url}/voices", headers=versioned) as answer:
            assert answer.status == status


@pytest.mark.parametrize("headers", [{"X-API-Key": "x"}, {"Authorization": "Bearer x"}])
async def test_any_credential_is_accepted_by_default(emulator: Emulator, headers: dict[str, str]) -> None:
    """Without `api_keys` any credential that is not empty will do."""
    async with aiohttp.ClientSession() as session:
        versioned = headers | {"Cartesia-Version": "2024-06-10"}
        async with session.get(f"{emulator.base_url}/voices", headers=versioned) as answer:
            assert answer.status == 200
