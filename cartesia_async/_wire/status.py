"""From the status, headers and body of a refusal to the error that says it."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import attrs
from multidict import CIMultiDict

from ..errors import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PaymentRequiredError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
)
from .checks import is_object

ERRORS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: PaymentRequiredError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}
_SERVER_ERRORS = 500
_LONGEST_BODY = 64 * 1024
_LONGEST_MESSAGE = 500
_LONGEST_HEAD = 8 * 1024


@attrs.frozen(kw_only=True)
class Problem:
    """
    What an error says of itself, in whichever form it came.

    Attributes:
        title: Its short name.
        message: What is wrong.
        error_code: Its name for programs.
        doc_url: A page about it.
        request_id: The service's name for the request.
    """

    title: str | None = None
    message: str = ""
    error_code: str | None = None
    doc_url: str | None = None
    request_id: str | None = None

    def text(self, status: int | None) -> str:
        """Say it on one line."""
        title = self.title or ""
        message = self.message[:_LONGEST_MESSAGE]
        if not title and not message:
            title = _phrase(status)
        elif message.casefold().startswith(title.casefold()):
            # Nor is the status told twice, as in the pages of proxies.
            title, message = message.removeprefix(f"{status} "), ""
        said = " ".join(str(part) for part in (status, title) if part)
        text = ": ".join(part for part in (said, message) if part) or "an error without a text"
        details = [part for part in (self.error_code, self.request_id and f"request {self.request_id}") if part]
        return " ".join(f"{text} ({', '.join(details)})".split()) if details else " ".join(text.split())

    def without(self, secrets: Sequence[str]) -> Problem:
        """Give the same with *secrets* blotted out: in JSON they may have been written in escapes."""
        texts = {name: without_secrets(secrets, text) for name, text in attrs.asdict(self).items() if text}
        return attrs.evolve(self, **texts)


def _phrase(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""


def problem_in(document: object) -> Problem:
    """Read an error of either generation: an object, an object in an object, or ``Title: Message``."""
    if isinstance(document, str):
        title, colon, rest = document.partition(": ")
        if colon and len(title) <= 80 and "\n" not in title and title[:1].isalnum() and not title.strip().isdigit():
            return Problem(title=title.strip(), message=rest.strip())
        return Problem(message=document.strip())
    if not is_object(document):
        return Problem(message=json.dumps(document)[:_LONGEST_MESSAGE])
    while is_object(inner := document.get("error")):
        document = {**{name: value for name, value in document.items() if name != "error"}, **inner}
    nested = problem_in(inner) if isinstance(inner, str) else Problem()
    named = _text(document, "title") or nested.title
    told = [text for name in ("message", "description", "detail") if (text := _text(document, name))]
    message = ": ".join(dict.fromkeys(told)) or nested.message
    if not message and not named and document:
        # Of another form, but better than nothing.
        message = json.dumps(document)[:_LONGEST_MESSAGE]
    return Problem(
        title=named,
        message=message,
        error_code=_text(document, "error_code"),
        doc_url=_text(document, "doc_url"),
        request_id=_text(document, "request_id"),
    )


def _text(document: Mapping[Any, Any], name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) and value else None


def status_error(
    status: int, headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str] = ()
) -> APIStatusError:
    """
    Make the error for an answer of 300 or more.

    Args:
        status: The HTTP status.
        headers: The answer's headers.
        body: The answer's body, or its beginning.
        secrets: What must not be repeated, should the answer hold it.
    """
    text = without_secrets(secrets, body[:_LONGEST_BODY].decode(errors="replace"))
    if len(body) >= _LONGEST_BODY:
        text = _without_half(secrets, text)
    kept = CIMultiDict(_kept(headers, secrets))
    if 300 <= status < 400:
        problem = Problem(message=_redirected(kept.get("Location", "")))
    else:
        problem = _problem(text, kept.get("Content-Type", "")).without(secrets)
    request_id = problem.request_id or request_id_in(kept)
    problem = attrs.evolve(problem, request_id=request_id)
    kind = ERRORS.get(status) or (InternalServerError if status >= _SERVER_ERRORS else APIStatusError)
    return kind(
        problem.text(status),
        status_code=status,
        message=problem.message,
        title=problem.title,
        error_code=problem.error_code,
        doc_url=problem.doc_url,
        request_id=request_id,
        headers=kept,
        body=text,
    )


def request_id_in(headers: Mapping[str, str]) -> str | None:
    """Find the service's name for a request in an answer's *headers*, whose names are case-insensitive."""
    return headers.get("x-request-id") or headers.get("request-id")


def _kept(headers: Mapping[str, str], secrets: Sequence[str]) -> Iterable[tuple[str, str]]:
    for name, value in headers.items():
        if name.lower() != "set-cookie":
            yield str(name), without_secrets(secrets, value)


def without_secrets(secrets: Sequence[str], text: str) -> str:
    """Give *text* with ``***`` wherever one of *secrets* stands."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return text


def _without_half(secrets: Sequence[str], text: str) -> str:
    # Where the body was cut, a secret may have been cut in two.
    for secret in secrets:
        for length in range(len(secret) - 1, 3, -1):
            if text.endswith(secret[:length]):
                return text[:-length] + "***"
    return text


def _redirected(location: str) -> str:
    try:
        parts = urlsplit(location)
        # Only the origin: paths and queries, and what stands before an @, may be secret.
        where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else "another path"
    except ValueError:
        where = "no valid address"
    return f"redirects to {where}, which is not followed: set base_url to where the service is"


def _problem(text: str, content_type: str) -> Problem:
    try:
        return problem_in(json.loads(text))
    except (ValueError, RecursionError):
        pass
    if text[:_LONGEST_MESSAGE].count("\N{REPLACEMENT CHARACTER}") > len(text[:_LONGEST_MESSAGE]) // 10:
        return Problem(message="a body that is not text")
    if "html" in content_type or text.lstrip()[:1] == "<":
        title = re.search(r"<(title|h1)\b[^>]*>(.*?)</\1", text[:_LONGEST_HEAD], re.DOTALL | re.IGNORECASE)
        shown = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", title[2])).split()) if title else ""
        return Problem(message=shown or "a page of HTML")
    problem = problem_in(text)
    return attrs.evolve(problem, message=problem.message[:_LONGEST_MESSAGE])


def parse_retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """
    Read how many seconds the service asks to wait: ``retry-after-ms``, or ``Retry-After`` in seconds or as a date.

    Args:
        headers: The answer's headers, whose names are case-insensitive.
        now: The time, in seconds since the epoch.
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = headers.get("Retry-After")
    if value is None:
        return None
    if (seconds := _number(value)) is not None:
        return seconds
    try:
        date = parsedate_to_datetime(value)
        # HTTP dates are in Greenwich time, also where they do not say so.
        return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None
