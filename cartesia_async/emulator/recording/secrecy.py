"""What a recording must not hold: keys, tokens and cookies, wherever they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

import attrs

from ..._wire.checks import is_object
from ..._wire.status import without_secrets
from .body import Body, FormBody, JSONBody, is_array

BLOT = "***"

_SHORTEST = 8  # A stand-in such as "test" is no secret, and a word that any text may hold.
_MOST = 64
_NAMES = frozenset(
    {
        *("authorization", "proxy_authorization", "authentication_info", "cookie", "set_cookie"),
        *("api_key", "apikey", "token", "secret", "password", "signature", "sig", "credential"),
    }
)
_ENDINGS = ("_api_key", "_apikey", "_token", "_secret", "_password", "_cookie", "_signature", "_credential")
_NO_SECRETS = frozenset({"next_page_token", "page_token"})

# Secrets that are told by how they look, or by a name before them in JSON or in an address; and of each kind what it
# cannot be without, which is quick to search for: there is a lot of audio to be searched, as base64.
_NAME = rb"(?P<name>(?:[a-z]+[_-])*(?:api[_-]?key|token|secret|password|signature|credential|sig))"
_LOOKS = tuple(
    (marks, re.compile(pattern, re.IGNORECASE))
    for marks, pattern in (
        ((b"sk_car_",), rb"\b(?P<value>sk_car_[a-z0-9_-]{8,})"),
        ((b"eyJ",), rb"\b(?P<value>eyJ[a-z0-9_-]{8,}\.[a-z0-9_-]{8,}\.[a-z0-9_-]*)"),
        ((b'"',), rb'"' + _NAME + rb'"\s*:\s*"(?P<value>(?:[^"\\]|\\.)+)"'),
        ((b"?", b"&"), rb"[?&]" + _NAME + rb"=(?P<value>[^&#\s\"'<>\\]+)"),
    )
)
# How much of a text is looked at again with what follows it: no token is longer.
_LONGEST = 16 * 2**10


def is_secret_name(name: str) -> bool:
    """Tell whether what stands under a name (of a header, a parameter or a JSON field) is a secret."""
    plain = name.lower().replace("-", "_").removeprefix("x_")
    return plain not in _NO_SECRETS and (plain in _NAMES or plain.endswith(_ENDINGS))


class Secrets:
    """The secrets that a recorder has met, the newest 64, in every form in which an answer may repeat them."""

    def __init__(self) -> None:
        self._met: dict[str, None] = {}
        self._forms: tuple[str, ...] = ()

    def meet(self, named: Iterable[tuple[str, str]]) -> None:
        """Learn those among named values, such as headers."""
        for name, value in named:
            if is_secret_name(name):
                for secret in _parts(name, value):
                    if len(secret) >= _SHORTEST:
                        self._met.pop(secret, None)
                        self._met[secret] = None
        while len(self._met) > _MOST:
            self._met.pop(next(iter(self._met)))
        forms = {form for secret in self._met for form in _forms(secret)}
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def hidden(self, text: str) -> str:
        """Give a text of a request without them."""
        return without_secrets(self._forms, text)

    def hidden_in(self, value: object) -> Any:
        """Give a JSON value of a request without them, nor what stands under the name of one."""
        if isinstance(value, str):
            return self.hidden(value)
        if is_array(value):
            return [self.hidden_in(part) for part in value]
        if is_object(value):
            return {
                self.hidden(name): BLOT if is_secret_name(name) and isinstance(part, str) else self.hidden_in(part)
                for name, part in value.items()
            }
        return value

    def hidden_body(self, body: Body | None) -> Body | None:
        """Give a request's body without them."""
        match body:
            case JSONBody(value):
                return JSONBody(self.hidden_in(value))
            case FormBody(fields=fields):
                clean = {name: [BLOT] if is_secret_name(name) else self.hidden_in(fields[name]) for name in fields}
                return attrs.evolve(body, fields=clean)
            case _:
                return body

    def known(self) -> tuple[bytes, ...]:
        """Give every form, the longest first."""
        return tuple(form.encode("utf-8", "surrogateescape") for form in self._forms)


class Veil:
    """
    Hides the secrets in a body that comes bit by bit, by as many stars: its length, and where it is cut, stay the same.

    Args:
        known: The secrets met, in every form.
        text: Whether it is text, in which others are found by their look.
    """

    def __init__(self, known: tuple[bytes, ...], *, text: bool) -> None:
        self._known = known
        self._text = text
        self._margin = max(_LONGEST if text else 0, max(map(len, known), default=1) - 1)
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Take a piece, and give as much as is certain."""
        held = self._hide(self._held + data, last=False)
        sure = max(len(held) - self._margin, 0)
        self._held = held[sure:]
        return held[:sure]

    def close(self) -> bytes:
        """Give the rest."""
        held, self._held = self._held, b""
        return self._hide(held, last=True)

    def _hide(self, data: bytes, *, last: bool) -> bytes:
        for secret in self._known:
            data = data.replace(secret, b"*" * len(secret))
        if self._text:
            for marks, look in _LOOKS:
                if any(mark in data for mark in marks):
                    data = look.sub(lambda match: _starred(match, last=last), data)
        return data


def visible_headers(headers: Iterable[tuple[str, str]], secrets: Secrets) -> dict[str, list[str]]:
    """Give an answer's headers without those that are secret, and without secrets in the others."""
    shown: dict[str, list[str]] = {}
    for name, value in headers:
        if not is_secret_name(name):
            veil = Veil(secrets.known(), text=True)
            raw = value.encode("utf-8", "surrogateescape")
            shown.setdefault(name, []).append((veil.feed(raw) + veil.close()).decode("utf-8", "replace"))
    return shown


def visible_parameters(query: Iterable[tuple[str, str]], secrets: Secrets) -> dict[str, list[str]]:
    """Give a request's query without those parameters that are secret, and without secrets in the others."""
    shown: dict[str, list[str]] = {}
    for name, value in query:
        if not is_secret_name(name):
            shown.setdefault(name, []).append(secrets.hidden(value))
    return shown


def _parts(name: str, value: str) -> list[str]:
    if name.lower().endswith("cookie"):
        return [cookie.partition("=")[2].strip('"') for cookie in value.split(";")]
    # A scheme may stand before the key.
    return value.split()


def _starred(match: re.Match[bytes], *, last: bool) -> bytes:
    named = match.groupdict()
    if "name" in named and not is_secret_name(named["name"].decode("ascii")):
        return match[0]
    if match.end() == len(match.string) and not last and len(match[0]) < _LONGEST:
        # It may go on in the next piece, which will be looked at together with this one.
        return match[0]
    start, end = (position - match.start() for position in match.span("value"))
    return match[0][:start] + b"*" * (end - start) + match[0][end:]


def _forms(secret: str) -> set[str]:
    escaped = json.dumps(secret)[1:-1]
    return {secret, escaped, escaped.replace("/", "\\/"), quote(secret, safe=""), quote_plus(secret)}
