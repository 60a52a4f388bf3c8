"""Whatever bytes come, to any endpoint or to none, no answer is a 500, and nothing is left of them."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartesia_async.emulator import Emulator
from cartesia_async.emulator.routes import TABLE

from .conftest import SPEECH, VOICE, tone

bounded = settings(
    max_examples=80, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# There are two dozen endpoints.
each = settings(bounded, max_examples=20)
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
VERSIONS = ["2024-06-10", "2024-11-13", "2025-04-16", "2025-11-04", "2026-03-01", "2026-08-14"]
ROUTES = [(route.method, route.path) for route in TABLE.routes]
PLACES = {"{id}": [VOICE, "x", "%00", "%ff"], "{file}": ["x", "%2e%2e"]}
TYPES = ["application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "audio/wav", ""]
ENCODINGS = ["gzip", "deflate", "br", "identity", "nonsense"]


class Door:
    """A way to send bytes to an emulator, and to see that it goes on."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.address = ("127.0.0.1", int(emulator.base_url.rpartition(":")[2]))

    def send(self, data: bytes, *, hang_up: bool = False) -> bytes:
        """Send bytes over a connection of their own, say perhaps that no more follow, and read until it is closed."""
        with socket.create_connection(self.address, timeout=10) as client:
            answer = bytearray()
            try:
                client.sendall(data)
                if hang_up:
                    client.shutdown(socket.SHUT_WR)
                while chunk := client.recv(2**16):
                    answer += chunk
            except ConnectionError:
                pass  # it hung up before it had read all
        return bytes(answer)

    def check(self, answer: bytes) -> list[int]:
        """No answer is a 5xx, and nothing unforeseen happened; give the statuses."""
        statuses = [int(status) for status in STATUS.findall(answer)]
        assert all(status < 500 for status in statuses), answer[:500]
        assert self.emulator.crashes == ()
        return statuses

    def check_next(self) -> None:
        """The next request is served."""
        connection = http.client.HTTPConnection(*self.address, timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()


@pytest.fixture
def door() -> Iterator[Door]:
    """Give a door to an emulator on a thread of its own, of which no thread is left."""
    threads = set(threading.enumerate())
    with Emulator(engine="tone") as emulator:
        door = Door(emulator)
        yield door
        door.check_next()
        assert emulator.crashes == ()
    assert set(threading.enumerate()) <= threads


def head(method: str, path: str, version: str, *more: str) -> bytes:
    """Write the head of a request after which the connection is closed."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "X-API-Key: k", f"Cartesia-Version: {version}", *more]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


@st.composite
def paths(draw: st.DrawFn, route: str) -> str:
    """Fill the places of a path with something."""
    parts = [draw(st.sampled_from(PLACES.get(part, ["x"]))) if part[:1] == "{" else part for part in route.split("/")]
    return "/".join(parts) + draw(st.sampled_from(["", "/", "?limit=%ff&limit=", "?cartesia_version=2024-06-10"]))


@each
@given(data=st.data(), version=st.sampled_from(VERSIONS), body=st.binary(max_size=300))
@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[f"{method} {path}" for method, path in ROUTES])
def test_any_bytes_to_any_endpoint(
    door: Door, method: str, path: str, data: st.DataObject, version: str, body: bytes
) -> None:
    """A body of any bytes, said to be of any type and compressed in any way, is answered below 500 on every endpoint."""
    headers = [f"Content-Type: {data.draw(st.sampled_from(TYPES))}", f"Content-Length: {len(body)}"]
    if data.draw(st.booleans()):
        headers.append(f"Content-Encoding: {data.draw(st.sampled_from(ENCODINGS))}")
    assert door.check(door.send(head(method, data.draw(paths(path)), version, *headers) + body))


def chunked(body: bytes) -> bytes:
    """Write a body in chunks of 100 bytes."""
    pieces = [body[at : at + 100] for at in range(0, len(body), 100)]
    return b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + b"0\r\n\r\n"


def _good() -> list[bytes]:
    """Write one good request of each kind."""
    body = json.dumps(SPEECH).encode()
    parts = {"name": b"n", "language": b"en", 'clip"; filename="a.wav': tone(0.1)}
    form = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in parts.items()
    )
    form += b"--x--\r\n"
    kinds: list[tuple[str, str, list[str], bytes]] = [
        ("POST", "/tts/bytes", [f"Content-Length: {len(body)}", "Content-Type: application/json"], body),
        ("POST", "/tts/sse", ["Transfer-Encoding: chunked", "Content-Type: application/json"], chunked(body)),
        ("POST", "/voices/clone", [f"Content-Length: {len(form)}", f"Content-Type: {TYPES[1]}"], form),
        ("GET", "/voices?limit=2", [], b""),
    ]
    return [head(method, path, VERSIONS[-1], *headers) + rest for method, path, headers, rest in kinds]


GOOD = _good()
changes: Any = st.lists(st.tuples(st.integers(0, 2_000), st.binary(max_size=3), st.integers(0, 5)), max_size=6)


@bounded
@given(good=st.sampled_from(GOOD), changes=changes, cut=st.integers(0, 4_000))
def test_any_change_of_a_good_request(door: Door, good: bytes, changes: list[tuple[int, bytes, int]], cut: int) -> None:
    """A request with some bytes put in, left out, or changed, and cut off anywhere, harms nobody."""
    spoilt = bytearray(good)
    for place, instead, length in changes:
        at = place % len(spoilt)
        spoilt[at : at + length] = instead
    door.check(door.send(bytes(spoilt[: len(spoilt) - cut % len(spoilt)]), hang_up=True))


@bounded
@given(data=st.binary(min_size=1, max_size=500))
def test_any_bytes_instead_of_a_request(door: Door, data: bytes) -> None:
    """Bytes that are no HTTP at all harm nobody."""
    door.check(door.send(data, hang_up=True))


def test_good_requests_are_good(door: Door) -> None:
    """What the changes are made to is answered with 200 as it is."""
    for good in GOOD:
        assert door.check(door.send(good)) == [200]
