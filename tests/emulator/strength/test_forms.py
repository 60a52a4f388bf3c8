"""A form may come in any pieces, also to a program in which every warning is an error, as the tests here are."""

from __future__ import annotations

import asyncio

import pytest

from cartesia_async.emulator import Emulator

from .conftest import UPLOADS, tone

CLIP = tone(8.0)
PARTS = {"name": "n", "language": "en", "voice[id]": "694f9389-aac1-45b6-b726-9d9369183238"}
PARTS |= {
    "output_format[container]": "raw",
    "output_format[encoding]": "pcm_s16le",
    "output_format[sample_rate]": "8000",
}


def form(path: str) -> tuple[bytes, bytes]:
    """Write a form up to where its file begins, and from there on."""
    before = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in PARTS.items()
    )
    field, _ = UPLOADS[path]
    before += f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="a.wav"\r\n\r\n'.encode()
    return before, CLIP + b"\r\n--x--\r\n"


@pytest.mark.parametrize("path", ["/voices/clone", "/voice-changer/bytes"])
@pytest.mark.parametrize("size", [1, 3, 40, 70_000])
async def test_a_file_may_come_in_any_pieces(emulator: Emulator, path: str, size: int) -> None:
    """The first bytes of a file may come alone, and very many after them; it is the same file."""
    before, rest = form(path)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nCartesia-Version: 2026-08-14\r\nConnection: close\r\n"
    head += f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(before) + len(rest)}\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", int(emulator.base_url.rpartition(":")[2]))
    try:
        for piece in (head.encode() + before, rest[:size], rest[size:]):
            writer.write(piece)
            await writer.drain()
            # So that it is read by itself.
            await asyncio.sleep(0.02)
        async with asyncio.timeout(10):
            assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
    finally:
        writer.transport.abort()
    assert [file.size for file in emulator.requests.last.files] == [len(CLIP)]
