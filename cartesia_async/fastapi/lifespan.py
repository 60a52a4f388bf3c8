"""One client for the life of an app, and how its endpoints get it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from ..client import AsyncCartesia

A = TypeVar("A", bound=Starlette)
_NAME = "cartesia"
_Own = Callable[[A], AbstractAsyncContextManager[Mapping[str, Any] | None]]


def cartesia_lifespan(
    own: _Own[A] | None = None, *, client: Callable[[], AsyncCartesia] = AsyncCartesia
) -> Callable[[A], AbstractAsyncContextManager[Mapping[str, Any]]]:
    """
    Make the lifespan of an app that has one client: made when it starts, closed when it ends.

    Endpoints get it by `CartesiaDep` or `get_cartesia`, all other code as ``app.state.cartesia``.

    Args:
        own: A lifespan of yours. It begins when the client is there, and ends before the client does; what it yields
            as the state of requests stays.
        client: What makes the client, for settings beside those of the environment; called when the app starts.

    Returns:
        What FastAPI and Starlette take as ``lifespan``. It raises `CredentialsError` where there is no key.
    """

    @asynccontextmanager
    async def lifespan(app: A) -> AsyncGenerator[Mapping[str, Any]]:
        async with client() as made:
            app.state.cartesia = made
            try:
                if own is None:
                    yield {_NAME: made}
                else:
                    async with own(app) as state:
                        yield {_NAME: made, **(state or {})}
            finally:
                del app.state.cartesia

    return lifespan


def get_cartesia(connection: HTTPConnection) -> AsyncCartesia:
    """
    Give the app's client to an endpoint; a dependency for FastAPI, and what `dependency_overrides` takes.

    Args:
        connection: The request, or the WebSocket; in an app that is mounted in another, the other's client is given.

    Raises:
        RuntimeError: The app has none.
    """
    found: AsyncCartesia | None = getattr(connection.state, _NAME, None)
    if found is None:
        msg = (
            "this app has no client: make it with lifespan=cartesia_lifespan(), and let its lifespan run "
            "(in tests: `with TestClient(app) as browser`)"
        )
        raise RuntimeError(msg)
    return found
