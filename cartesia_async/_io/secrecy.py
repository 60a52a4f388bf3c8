"""What an error must not carry out of a call: the credential, and what frames on its way held."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from multidict import CIMultiDict, CIMultiDictProxy, MultiMapping

from .._wire.status import without_secrets
from ..errors import CartesiaError, CredentialsError

_SHORTEST = 8  # a word of an error's text is not to be taken for a secret
_CREDENTIALS = ("authorization", "x-api-key")
# Where the tracebacks begin that are not the user's.
_ROOMS = ("cartesia_async", "aiohttp", "asyncio", "json", "cattrs")


def secrets_in(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Find the credentials among a request's *headers*, longest first; a stand-in such as "test" is not one."""
    values = [value for name, value in headers.items() if name.lower() in _CREDENTIALS and value]
    bare = [value.partition(" ")[2] for value in values]
    return tuple(sorted({secret for secret in (*values, *bare) if len(secret) >= _SHORTEST}, key=len, reverse=True))


def cleanse(error: CartesiaError, secrets: Sequence[str] = ()) -> None:
    """
    Take *secrets* out of an error, should the service have repeated them, and forget what led to it.

    Its traceback keeps its lines, but no local variables of what has ended: they hold requests and answers.
    What caused it keeps its text, but no traceback: that runs through aiohttp, which holds the request's headers.
    """
    traceback.clear_frames(error.__traceback__)
    _hide(error, secrets)
    # What the user's own callable raised while it was asked for the credential is for the user to see.
    if not isinstance(error, CredentialsError):
        for cause in _led_to(error):
            cause.__traceback__ = None
            _hide(cause, secrets)


def _led_to(error: BaseException) -> Iterator[BaseException]:
    seen = {error}
    left = [error.__cause__, error.__context__]
    while left:
        cause = left.pop()
        if cause is not None and cause not in seen and _is_ours(cause):
            seen.add(cause)
            left += [cause.__cause__, cause.__context__]
            yield cause


def _is_ours(cause: BaseException) -> bool:
    # What the user was handling when the call was made is linked to its error too, and begins in the user's code.
    trace = cause.__traceback__
    return trace is None or trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] in _ROOMS


def _hide(error: BaseException, secrets: Sequence[str]) -> None:
    if secrets:
        error.args = _without(secrets, error.args)
        for name, value in vars(error).items():
            setattr(error, name, _without(secrets, value))


def _without(secrets: Sequence[str], value: object) -> Any:
    if isinstance(value, str):
        return without_secrets(secrets, value)
    if isinstance(value, bytes):
        for secret in secrets:
            value = value.replace(secret.encode(), b"***")
        return value
    if _is_tuple(value):
        parts = [_without(secrets, part) for part in value]
        named: Any = type(value)
        return named(*parts) if hasattr(named, "_fields") else tuple(parts)
    if _is_headers(value):
        headers = CIMultiDict[str]((name, _without(secrets, text)) for name, text in value.items())
        return headers if isinstance(value, CIMultiDict) else CIMultiDictProxy(headers)
    return value


def _is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def _is_headers(value: object) -> TypeGuard[MultiMapping[str]]:
    return isinstance(value, (CIMultiDict, CIMultiDictProxy))
