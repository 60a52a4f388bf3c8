"""What the tests of streams share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.streams.sides import Side


@pytest.fixture(params=["async", "blocking"])
async def side(request: pytest.FixtureRequest) -> AsyncIterator[Side]:
    """Each of the two clients in turn; it is closed in the end."""
    side = Side(request.param == "blocking")
    yield side
    await side.close()


@pytest.fixture
async def blocking() -> AsyncIterator[Side]:
    """The blocking client; it is closed in the end."""
    side = Side(blocking=True)
    yield side
    await side.close()
