"""What the page on migrating says of the official package 4.x, and of 3.x, which has the same names."""

from __future__ import annotations

import cartesia
import httpx
import pytest
from cartesia.lib import _tts
from cartesia.types.tts_sse_event import TTSSSEChunkEvent

from tests.interop.migration import UNKNOWN, Package, cells

CLIENT = cartesia.Cartesia(api_key="k")
PACKAGE = Package(
    heading="From 3.x and 4.x",
    release="4.x",
    names={
        "client": CLIENT,
        "ws": _tts.TTSResourceConnection,
        "context": _tts.WebSocketContext,
        "event": TTSSSEChunkEvent,
        "Cartesia": cartesia.Cartesia,
        "httpx": httpx,
        **dict.fromkeys(("file", "id"), UNKNOWN),
    },
    takers=(CLIENT.tts.generate,),
    errors=(cartesia, cartesia._exceptions),
)


@pytest.mark.parametrize("cell", cells(PACKAGE.heading))
def test_what_a_row_comes_from_exists(cell: str) -> None:
    """Each call on the left is one of the package's, with the arguments that the row gives it."""
    assert PACKAGE.check(cell) or cell == "a loop that pushes tokens while a thread receives"


@pytest.mark.parametrize("cell", [cell for cell in cells("Errors") if PACKAGE.release in cell])
def test_its_errors_exist(cell: str) -> None:
    """Each error on the left is one of the package's."""
    PACKAGE.check_error(cell)
