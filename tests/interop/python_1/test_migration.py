"""What the page on migrating says of the official package 1.x."""

from __future__ import annotations

import cartesia
import pytest
from cartesia._websocket import _WebSocket

from tests.interop.migration import UNKNOWN, Package, cells

CLIENT = cartesia.Cartesia(api_key="k")
PACKAGE = Package(
    heading="From 1.x",
    release="1.x",
    names={
        "client": CLIENT,
        "ws": _WebSocket,
        **dict.fromkeys(("id", "output", "tokens", "voice", "voices"), UNKNOWN),
    },
    takers=(CLIENT.tts.bytes, cartesia.Cartesia.__init__),
    errors=(),
)


@pytest.mark.parametrize("cell", cells(PACKAGE.heading))
def test_what_a_row_comes_from_exists(cell: str) -> None:
    """Each call on the left is one of the package's, with the arguments that the row gives it."""
    assert PACKAGE.check(cell)


@pytest.mark.parametrize("cell", [cell for cell in cells("Errors") if PACKAGE.release in cell])
def test_its_errors_exist(cell: str) -> None:
    """Each error on the left is one of the package's."""
    PACKAGE.check_error(cell)
