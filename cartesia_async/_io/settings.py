"""From a client's arguments and the environment to its transport and options."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs

from .._wire.checks import refuse
from .._wire.request import Options
from .._wire.versions import checked_version
from ..errors import CredentialsError
from ..models.timeouts import Timeout
from .credentials import Credential, Credentials
from .observer import Listener
from .transport import Transport

if TYPE_CHECKING:
    import aiohttp

DEFAULT_BASE_URL = "https://api.cartesia.ai"
# https://www.rfc-editor.org/rfc/rfc9110#name-tokens
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def settle(
    *,
    api_key: Credential | None,
    token: Credential | None,
    base_url: str | None,
    api_version: str | None,
    timeout: float | Timeout | None,
    max_retries: int,
    headers: Mapping[str, str | None] | None,
    session: aiohttp.ClientSession | None,
    on_event: Listener | None,
) -> tuple[Transport, Options]:
    """
    Decide what a new client works with.

    Raises:
        CredentialsError: There is no credential.
        ValueError: An argument is known to be wrong.
    """
    version = api_version if api_version is not None else os.environ.get("CARTESIA_API_VERSION") or None
    if version is not None:
        checked_version(version, "api_version" if api_version is not None else "CARTESIA_API_VERSION")
    options = Options(
        timeout=_timeout(timeout),
        max_retries=_retries(max_retries),
        api_version=version,
        headers=_headers(headers),
    )
    if base_url is not None:
        url = _base("base_url", base_url)
    else:
        url = _base("CARTESIA_BASE_URL", os.environ.get("CARTESIA_BASE_URL") or DEFAULT_BASE_URL)
    return Transport(url, _credentials(api_key, token), on_event, session), options


def changed(
    options: Options,
    *,
    timeout: float | Timeout | None,
    max_retries: int | None,
    api_version: str | None,
    headers: Mapping[str, str | None] | None,
) -> Options:
    """
    Change what is given, and leave the rest.

    Raises:
        ValueError: An argument is known to be wrong.
    """
    return attrs.evolve(
        options,
        timeout=options.timeout if timeout is None else _timeout(timeout),
        max_retries=options.max_retries if max_retries is None else _retries(max_retries),
        api_version=options.api_version if api_version is None else checked_version(api_version),
        headers={**options.headers, **_headers(headers)},
    )


def _credentials(api_key: Credential | None, token: Credential | None) -> Credentials:
    if api_key is not None and token is not None:
        msg = "api_key and token exclude each other"
        raise CredentialsError(msg)
    if token is not None:
        return Credentials(token, is_token=True)
    source = api_key if api_key is not None else os.environ.get("CARTESIA_API_KEY")
    if source is None or source == "":
        msg = "no credential: give api_key (or token), or set the environment variable CARTESIA_API_KEY"
        raise CredentialsError(msg)
    return Credentials(source)


def _base(name: str, url: object) -> str:
    # What stands before the @ may be a password: it is not repeated in the error.
    if isinstance(url, str) and any(mark in url for mark in "@?#"):
        msg = f"{name} must be without user, query and fragment"
        raise ValueError(msg)
    if not isinstance(url, str) or not _is_address(url):
        raise refuse(name, url, f"a URL such as {DEFAULT_BASE_URL!r}")
    return url.rstrip("/")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, or half an IPv6 address
        return False
    return known and url.isprintable() and " " not in url


def _timeout(given: float | Timeout | None) -> Timeout:
    return Timeout.of(given)


def _retries(given: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise refuse("max_retries", given, "a whole number from 0")
    return given


def _headers(given: Mapping[str, str | None] | None) -> Mapping[str, str | None]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise refuse("headers", type(given), "a mapping of names to texts")
    for name, value in given.items():
        if not isinstance(name, str) or _TOKEN.fullmatch(name) is None:
            raise refuse("headers", name, "names of letters, digits and hyphens")
        # The value may be a secret: it is not repeated in the error.
        if value is not None and (not isinstance(value, str) or not value.isprintable()):
            msg = f"headers[{name!r}] must be a text that is printable, or None"
            raise ValueError(msg)
    return dict(given)
