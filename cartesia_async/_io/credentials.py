"""The credential that each attempt is sent with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import cast, overload

import attrs

from ..errors import CredentialsError

Credential = str | Callable[[], "str | Awaitable[str]"]
# https://docs.cartesia.ai/use-the-api/api-conventions: bearer tokens came with this version.
_BEARER_SINCE = "2025-04-16"


class Secret(str):
    """Text that does not show itself, not even among a traceback's local variables."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Hide the text."""
        return "'***'"


@overload
def hidden(source: Credential) -> Credential: ...
@overload
def hidden(source: Credential | None) -> Credential | None: ...
def hidden(source: Credential | None) -> Credential | None:
    """Make a credential that is text one that does not show itself."""
    return Secret(source) if isinstance(source, str) else source


@attrs.frozen
class Credentials:
    """
    An API key or an access token, or a callable that gives one.

    Attributes:
        source: The credential itself, or what gives it.
        is_token: Whether it is an access token.
    """

    source: Credential = attrs.field(repr=False, converter=hidden)
    is_token: bool = False

    def __attrs_post_init__(self) -> None:
        """Check a credential that is known already."""
        if not callable(self.source):
            _checked(self.source, self._name)

    @property
    def _name(self) -> str:
        return "token" if self.is_token else "api_key"

    @property
    def fixed(self) -> Secret | None:
        """The credential, where it is the same for every attempt."""
        return self.source if isinstance(self.source, Secret) else None

    async def current(self) -> Secret:
        """
        Ask for the credential of the next attempt.

        Raises:
            CredentialsError: The callable failed or gave something else than a credential.
        """
        try:
            give = cast("Callable[[], str | Awaitable[str]]", self.source)
            given = give()
            value = await given if isawaitable(given) else given
        except Exception as error:
            msg = f"the callable given as {self._name} failed: {type(error).__name__}"
            raise CredentialsError(msg) from error
        return _checked(value, self._name)

    def header(self, secret: Secret, version: str) -> tuple[str, Secret]:
        """Name the header that carries *secret* in *version*, and its value."""
        if self.is_token or version >= _BEARER_SINCE:
            return "Authorization", Secret(f"Bearer {secret}")
        return "X-API-Key", secret


def _checked(value: object, name: str) -> Secret:
    if not isinstance(value, str) or not value:
        msg = f"{name} must be a string that is not empty, or a callable that returns one"
        raise CredentialsError(msg)
    if not (value.isascii() and value.isprintable()) or " " in value:
        msg = f"{name} holds white space or characters that a header cannot carry"
        raise CredentialsError(msg)
    return Secret(value)
