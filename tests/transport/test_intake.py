"""What has come of a body is taken whole, in its order, not too much of it at a time, and into memory that is kept."""

from __future__ import annotations

import asyncio
import os
import platform
import subprocess
import sys
from typing import Any, cast
from unittest.mock import Mock

import aiohttp
import pytest
from aiohttp.base_protocol import BaseProtocol
from hypothesis import example, given
from hypothesis import strategies as st

from cartesia_async._io.http import intake

MOST = 10


async def _taken(came: list[list[bytes]]) -> tuple[list[bytes], Any]:
    """Let chunks come, some at a time, and take what there is each time; then let the body end."""
    content = aiohttp.StreamReader(
        cast(BaseProtocol, Mock(_reading_paused=False)), 2**16, loop=asyncio.get_running_loop()
    )
    pieces = list[bytes]()
    for chunks in came:
        for chunk in chunks:
            content.begin_http_chunk_receiving()
            content.feed_data(chunk)
            content.end_http_chunk_receiving()
        if any(chunks):
            pieces.append(await intake.arrived(content))
    content.feed_eof()
    while piece := await intake.arrived(content):
        pieces.append(piece)
    return pieces, content


@given(st.lists(st.lists(st.binary(max_size=15), max_size=6), max_size=4))
@example([[b"a" * 5, b"b" * 5, b"c"]])
@example([[b"a" * 11, b"b"]])
def test_it_is_all_that_came(came: list[list[bytes]]) -> None:
    """However it comes, it is given once and in order; chunks are joined as long as that is not too much."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "_AT_ONCE", MOST)
        pieces, content = asyncio.run(_taken(came))
    chunks = [chunk for some in came for chunk in some if chunk]
    assert b"".join(pieces) == b"".join(chunks)
    assert all(len(piece) <= MOST or piece in chunks for piece in pieces)
    assert content.at_eof()
    assert (content._size, len(content._buffer)) == (0, 0)


def test_what_fits_is_one_piece() -> None:
    """Chunks that came together are joined where they are not too large, and where they are, as many as fit."""
    together = [b"a" * 4, b"b" * 6]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "_AT_ONCE", MOST)
        assert asyncio.run(_taken([together]))[0] == [b"".join(together)]
        assert asyncio.run(_taken([[*together, b"c", b"d"]]))[0] == [b"".join(together), b"cd"]


READING = """
import resource

import cartesia_async._io.http.intake


def blocks():
    return [bytearray(b"a") * (1 << 18) for _ in range(6)]


def fetched():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


blocks()
before = fetched()
for _ in range(100):
    blocks()
print(fetched() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that gives away what is free")
def test_the_memory_of_a_read_is_kept_for_the_next() -> None:
    """Taking and freeing 1.5 MiB a hundred times fetches fewer pages than a single read holds."""
    pages = intake._AT_ONCE // 4096
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    command = [sys.executable, "-c", READING]
    done = subprocess.run(command, env=usual, capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) < pages
