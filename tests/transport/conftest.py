"""What the tests of the transport share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from cartesia_async import AsyncCartesia
from tests.conftest import KEY
from tests.transport.calls import Connect


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Make clients for a base URL; each is closed in the end, and waits a moment only between its attempts."""
    clients: list[AsyncCartesia] = []

    def make(base_url: str, **options: Any) -> AsyncCartesia:
        if "token" not in options:
            options.setdefault("api_key", KEY)
        client = AsyncCartesia(base_url=base_url, **options)
        client._runner.transport._dice = lambda: 0.001  # noqa: SLF001 - so that no test waits
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.close()
