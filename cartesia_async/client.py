"""The two clients."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ._calls.binding import Async, Blocking
from .families import Client

if TYPE_CHECKING:
    import aiohttp

    from ._io.credentials import Credential
    from ._io.observer import Listener
    from ._wire.request import Options
    from .models.timeouts import Timeout


class AsyncCartesia(Client[Async]):
    """
    The client for code that awaits.

    Args:
        api_key: The API key, or a callable (sync or async) that returns one, asked before each attempt. Left out, the
            environment variable ``CARTESIA_API_KEY``, read now.
        token: A short-lived access token, or a callable; excludes *api_key*.
        base_url: Where the service is; left out, ``CARTESIA_BASE_URL``, else ``https://api.cartesia.ai``.
        api_version: A date that pins every call to one API version; left out, ``CARTESIA_API_VERSION``, else each
            call goes out with the newest version that has it.
        timeout: Seconds, or a `Timeout`.
        max_retries: How often a failed request is repeated.
        headers: Headers added to every call; a value of ``None`` removes one.
        session: An ``aiohttp.ClientSession`` of yours; it is used, and never closed.
        on_event: A callable that is told about each attempt, retry, first byte and end.

    Raises:
        CredentialsError: There is no credential.
        ValueError: An argument is known to be wrong.
    """

    def __init__(
        self,
        api_key: Credential | None = None,
        *,
        token: Credential | None = None,
        base_url: str | None = None,
        api_version: str | None = None,
        timeout: float | Timeout | None = None,
        max_retries: int = 2,
        headers: Mapping[str, str | None] | None = None,
        session: aiohttp.ClientSession | None = None,
        on_event: Listener | None = None,
    ) -> None:
        from ._io.credentials import hidden
        from ._io.settings import settle

        # An error in what follows must not show them among a traceback's local variables.
        api_key, token = hidden(api_key), hidden(token)
        self._begin(
            *settle(
                api_key=api_key,
                token=token,
                base_url=base_url,
                api_version=api_version,
                timeout=timeout,
                max_retries=max_retries,
                headers=headers,
                session=session,
                on_event=on_event,
            )
        )

    def _begin(self, transport: Any, options: Options) -> None:
        self._furnish(Async(transport, options))

    async def warm_up(self) -> None:
        """
        Connect, so that the first call need not.

        Raises:
            CartesiaError: The service cannot be reached.
        """
        await self.api_status.get()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End open streams and close the connections; a second time does nothing."""
        await self._runner.transport.close()

    aclose = close


class Cartesia(Client[Blocking]):
    """
    The client for scripts, notebooks and threads: the same calls, which block.

    Each call runs on a private event loop, on a thread that the first call starts and `close` ends.

    Args:
        api_key: The API key, or a callable (sync or async) that returns one, asked before each attempt. Left out, the
            environment variable ``CARTESIA_API_KEY``, read now.
        token: A short-lived access token, or a callable; excludes *api_key*.
        base_url: Where the service is; left out, ``CARTESIA_BASE_URL``, else ``https://api.cartesia.ai``.
        api_version: A date that pins every call to one API version; left out, ``CARTESIA_API_VERSION``, else each
            call goes out with the newest version that has it.
        timeout: Seconds, or a `Timeout`.
        max_retries: How often a failed request is repeated.
        headers: Headers added to every call; a value of ``None`` removes one.
        on_event: A callable that is told about each attempt, retry, first byte and end, on the private thread.

    Raises:
        CredentialsError: There is no credential.
        ValueError: An argument is known to be wrong.
    """

    def __init__(
        self,
        api_key: Credential | None = None,
        *,
        token: Credential | None = None,
        base_url: str | None = None,
        api_version: str | None = None,
        timeout: float | Timeout | None = None,
        max_retries: int = 2,
        headers: Mapping[str, str | None] | None = None,
        on_event: Listener | None = None,
    ) -> None:
        from ._io.credentials import hidden
        from ._io.settings import settle

        # An error in what follows must not show them among a traceback's local variables.
        api_key, token = hidden(api_key), hidden(token)
        self._begin(
            *settle(
                api_key=api_key,
                token=token,
                base_url=base_url,
                api_version=api_version,
                timeout=timeout,
                max_retries=max_retries,
                headers=headers,
                session=None,
                on_event=on_event,
            )
        )

    def _begin(self, transport: Any, options: Options) -> None:
        from ._io.private_loop import PrivateLoop

        self._furnish(Blocking(transport, options, PrivateLoop(closing=transport.close)))

    def warm_up(self) -> None:
        """
        Connect, so that the first call need not.

        Raises:
            CartesiaError: The service cannot be reached.
        """
        self.api_status.get()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End open streams, close the connections and end the thread; a second time does nothing."""
        self._runner.loop.close()
