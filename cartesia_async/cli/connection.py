"""How a command reaches the service: the options that all such commands have."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Any

import attrs
import typer

from cartesia_async import Cartesia

from .narrating import narrator

_PANEL = "Connection"


@attrs.frozen(kw_only=True)
class Connection:
    """
    Where the service is and how to talk to it.

    Attributes:
        base_url: Its address; ``None`` for what the environment says, else the service itself.
        api_version: A date that pins every call to one API version.
        timeout: Seconds to wait for a connection, the answer's first byte, and each further one.
        emulator: Whether an emulator is started for this one command.
        verbose: Whether to tell on standard error what is sent and what comes.
    """

    base_url: str | None
    api_version: str | None
    timeout: float | None
    emulator: bool
    verbose: bool

    @contextmanager
    def open(self) -> Generator[Cartesia]:
        """
        Give a client.

        Raises:
            CredentialsError: There is no key.
            ValueError: An option is known to be wrong.
            OSError: The emulator cannot listen.
        """
        if not self.emulator:
            with self._client(None, self.base_url) as client:
                yield client
            return
        if self.base_url is not None:
            msg = "--emulator and --base-url exclude each other"
            raise ValueError(msg)
        from cartesia_async.emulator import Emulator

        with Emulator() as emulator, self._client("emulated", emulator.base_url) as client:
            yield client

    def _client(self, key: str | None, base_url: str | None) -> Cartesia:
        return Cartesia(
            key,
            base_url=base_url,
            api_version=self.api_version,
            timeout=self.timeout,
            on_event=narrator if self.verbose else None,
        )


def _options(
    *,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", rich_help_panel=_PANEL, help="Where the service is; else CARTESIA_BASE_URL says it."
        ),
    ] = None,
    api_version: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            rich_help_panel=_PANEL,
            help="Pin every call to one API version; else CARTESIA_API_VERSION, else the newest that fits.",
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            rich_help_panel=_PANEL,
            help="How long to wait for a connection, for an answer, and for each further piece of it.",
        ),
    ] = None,
    emulator: Annotated[
        bool,
        typer.Option(
            "--emulator",
            rich_help_panel=_PANEL,
            help="Start a local emulator for this one command: no key, no network.",
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            rich_help_panel=_PANEL,
            help="Tell on standard error what is sent and what comes; never the key.",
        ),
    ] = False,
) -> Connection:
    return Connection(base_url=base_url, api_version=api_version, timeout=timeout, emulator=emulator, verbose=verbose)


def connected(command: Callable[..., None]) -> Callable[..., None]:
    """
    Give a command the options of a connection, and hand it that as its first argument.

    Args:
        command: The command, as a function of a `Connection` and of its own options.

    Returns:
        A function whose signature holds all of them, for typer to read.
    """
    shared = inspect.signature(_options, eval_str=True)
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

    @wraps(command)
    def run(**given: Any) -> None:
        connection = _options(**{name: given.pop(name) for name in shared.parameters})
        command(connection, **given)

    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *shared.parameters.values())]
    signature = inspect.Signature(parameters)
    run.__dict__["__signature__"] = signature
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run
