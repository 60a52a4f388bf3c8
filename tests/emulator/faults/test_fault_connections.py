"""Faults of connections: refused, reset as they come, found stale, closed while they lie idle."""

from __future__ import annotations

import asyncio
import gc
import socket

import aiohttp
import pytest

from cartesia_async import APIConnectionError, AsyncCartesia, Cartesia
from cartesia_async.emulator import Emulator


def knock(emulator: Emulator) -> str:
    """Connect and ask, with a plain blocking socket; tells what became of it."""
    host, port = emulator.base_url.removeprefix("http://").split(":")
    try:
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            return "answered" if connection.recv(100).startswith(b"HTTP/1.1 200") else "closed"
    except ConnectionRefusedError:
        return "refused"
    except (ConnectionResetError, BrokenPipeError):
        return "reset"


def test_connections_are_refused_until_the_fault_is_removed() -> None:
    """Nobody listens as soon as it is scripted, and somebody does, at the same port, as soon as it is removed."""
    with Emulator(engine="tone") as emulator:
        for _ in range(3):
            refused = emulator.fail("*", connect="refuse")
            assert knock(emulator) == "refused"
            refused.remove()
            assert knock(emulator) == "answered"
        with emulator.fail("*", connect="refuse"), emulator.fail("*", connect="refuse"):
            assert knock(emulator) == "refused"
        assert knock(emulator) == "answered"
        assert len(emulator.requests) == 4


def test_connections_are_refused_from_the_start() -> None:
    """A refusal that was scripted before the start holds from the start, and may last to the end."""
    emulator = Emulator(engine="tone")
    emulator.fail("*", connect="refuse")
    with emulator:
        assert knock(emulator) == "refused"
    emulator.clear_faults()
    with emulator:
        assert knock(emulator) == "answered"


async def test_refusals_from_the_emulators_own_loop(emulator: Emulator) -> None:
    """On the loop that runs it, and quickly one after the other, it comes to the same."""
    for _ in range(20):
        emulator.fail("*", connect="refuse").remove()
    assert await asyncio.to_thread(knock, emulator) == "answered"
    for step in range(5):
        refused = emulator.fail("*", connect="refuse")
        assert await asyncio.to_thread(knock, emulator) == "refused"
        refused.remove()
        for _ in range(step):
            await asyncio.sleep(0)
    emulator.fail("*", connect="refuse")


async def test_a_connection_there_is_outlives_a_refusal(emulator: Emulator, client: AsyncCartesia) -> None:
    """Only new connections are refused: one that was there before goes on."""
    await client.voices.list()
    with emulator.fail("*", connect="refuse"):
        assert await client.voices.list()


def test_new_connections_are_reset() -> None:
    """As many new connections as said are reset, after as many as said, and each leaves a record."""
    with Emulator(engine="tone") as emulator:
        fault = emulator.fail("*", connect="reset", times=2, after=1)
        assert [knock(emulator) for _ in range(4)] == ["answered", "reset", "reset", "answered"]
        assert [record.path for record in emulator.requests] == ["/", "", "", "/"]
        assert emulator.requests[1].fault == fault.fault
        assert repr(emulator.requests[1]) == "<connection unanswered (fault)>"
        assert fault.met == 2


def test_a_client_connects_once_somebody_listens_again() -> None:
    """A blocking client that was refused connects when the fault is removed."""
    with (
        Emulator(engine="tone") as emulator,
        Cartesia(api_key="k", base_url=emulator.base_url, max_retries=0) as client,
    ):
        refused = emulator.fail("*", connect="refuse")
        with pytest.raises(APIConnectionError):
            client.voices.list().first_page()
        refused.remove()
        assert client.voices.list().first_page()


async def test_a_stale_connection(emulator: Emulator, http: aiohttp.ClientSession) -> None:
    """Only a request on a connection used before finds it closed, without a byte of an answer."""
    stale = emulator.fail("*", stale=True)
    async with http.get(emulator.base_url) as answer:
        assert answer.status == 200
        await answer.read()
    assert stale.met == 0
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await http.post(f"{emulator.base_url}/", json={})
    assert stale.met == 1


async def test_idle_connections_are_closed(emulator: Emulator, http: aiohttp.ClientSession) -> None:
    """Those that lie idle are closed at once, and those at work are not."""
    emulator.fail("/voices", latency=0.2, times=1)
    url, headers = emulator.base_url, {"X-API-Key": "k", "Cartesia-Version": "2026-08-14"}
    busy = asyncio.create_task(_status(http, f"{url}/voices", headers))
    while not emulator.requests:
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection(*url.removeprefix("http://").split(":"))
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    await reader.readuntil(b"}")
    assert emulator.close_idle_connections() == 1
    async with asyncio.timeout(2):
        assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    assert await busy == 200
    assert emulator.close_idle_connections() == 1


def test_idle_connections_are_closed_from_another_thread() -> None:
    """A blocking client does not notice that its connection was closed while idle; with no emulator nothing happens."""
    with Emulator(engine="tone") as emulator, Cartesia(api_key="k", base_url=emulator.base_url) as client:
        assert client.voices.list().first_page()
        assert emulator.close_idle_connections() == 1
        for _ in range(3):
            # What is sent again goes over a connection that its client does not keep.
            assert client.voices.list().first_page()
            assert emulator.close_idle_connections() in {0, 1}
    assert emulator.close_idle_connections() == 0


def test_nothing_of_a_refusal_is_left() -> None:
    """An emulator that ends while it refuses gives up its socket."""
    with Emulator(engine="tone") as emulator:
        emulator.fail("*", connect="refuse")
        port = int(emulator.base_url.rpartition(":")[2])
    gc.collect()
    with socket.create_server(("127.0.0.1", port)):
        pass


async def _status(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> int:
    async with http.get(url, headers=headers) as answer:
        await answer.read()
        return answer.status
