"""What the tests of the FastAPI part share: apps that are served on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI

from cartesia_async import AsyncCartesia
from cartesia_async.emulator import Emulator
from cartesia_async.fastapi import add_exception_handlers, cartesia_lifespan
from tests.conftest import KEY
from tests.fastapi.serving import serving

Serving = Callable[[Any], Awaitable[str]]


def new_app(base_url: str, **options: Any) -> FastAPI:
    """Make an app whose client asks the service at *base_url*, once."""
    made = {"max_retries": 0, **options}
    app = FastAPI(lifespan=cartesia_lifespan(client=lambda: AsyncCartesia(KEY, base_url=base_url, **made)))
    add_exception_handlers(app)
    return app


@pytest.fixture
def app(cartesia_emulator: Emulator) -> FastAPI:
    """An app whose client asks the emulator."""
    return new_app(cartesia_emulator.base_url)


@pytest.fixture
async def served() -> AsyncIterator[Serving]:
    """Serve apps: ``await served(app)`` starts a real server and gives its base URL."""
    from contextlib import AsyncExitStack

    async with AsyncExitStack() as stack:

        async def start(app: Any) -> str:
            return await stack.enter_async_context(serving(app))

        yield start
