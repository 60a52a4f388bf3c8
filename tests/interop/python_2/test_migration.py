"""What the page on migrating says of the official package 2.x."""

from __future__ import annotations

import cartesia
import pytest
from cartesia.core import api_error
from cartesia.tts._async_websocket import _AsyncTTSContext
from cartesia.tts._websocket import TtsWebsocket
from cartesia.tts.types import WebSocketResponse_Chunk

from tests.interop.migration import UNKNOWN, Package, cells

CLIENT = cartesia.Cartesia(api_key="k")
PACKAGE = Package(
    heading="From 2.x",
    release="2.x",
    names={
        "client": CLIENT,
        "ws": TtsWebsocket,
        "context": _AsyncTTSContext,
        "event": WebSocketResponse_Chunk,
        "Cartesia": cartesia.Cartesia,
        **dict.fromkeys(("base64", "file", "id", "key", "tokens"), UNKNOWN),
    },
    takers=(CLIENT.tts.bytes,),
    errors=(cartesia, api_error),
)


@pytest.mark.parametrize("cell", cells(PACKAGE.heading))
def test_what_a_row_comes_from_exists(cell: str) -> None:
    """Each call on the left is one of the package's, with the arguments that the row gives it."""
    assert PACKAGE.check(cell)


@pytest.mark.parametrize("cell", [cell for cell in cells("Errors") if PACKAGE.release in cell])
def test_its_errors_exist(cell: str) -> None:
    """Each error on the left is one of the package's."""
    PACKAGE.check_error(cell)
