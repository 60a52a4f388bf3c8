"""What has come of a body is taken whole and in its order, and costs no memory that is fetched anew each time."""

from __future__ import annotations

import asyncio
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
@example([[b"a" * 5, b"b" * 5], [b"c"]])
def test_it_is_all_that_came(came: list[list[bytes]]) -> None:
    """What came together is given as one piece, once and in order, and nothing of it is left."""
    pieces, content = asyncio.run(_taken(came))
    assert pieces == [b"".join(chunks) for chunks in came if any(chunks)]
    assert content.at_eof()
    assert (content._size, len(content._buffer)) == (0, 0)


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


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators keep what is free by themselves")
def test_the_memory_of_a_read_is_kept_for_the_next() -> None:
    """A hundred times as much as lies in memory while a body comes in bulk fetches fewer pages than one read holds."""
    pages = (1 << 18) // 4096
    done = subprocess.run([sys.executable, "-c", READING], capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) < pages
