"""From the status, headers and body of a refusal to the error that says it."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from email.utils import parsedate_to_datetime
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
        start = " ".join(str(part) for part in (status, self.title) if part)
        details = [part for part in (self.error_code, self.request_id and f"request {self.request_id}") if part]
        text = ": ".join(part for part in (start, self.message) if part) or "an error without a text"
        return " ".join(f"{text} ({', '.join(details)})".split()) if details else " ".join(text.split())


def problem_in(document: object) -> Problem:
    """Read an error of either generation: an object, an object in an object, or ``Title: Message``."""
    if isinstance(document, str):
        title, colon, rest = document.partition(": ")
        if colon and len(title) <= 80 and "\n" not in title and not title.strip().isdigit():
            return Problem(title=title.strip(), message=rest.strip())
        return Problem(message=document.strip())
    if not is_object(document):
        return Problem(message=json.dumps(document)[:_LONGEST_MESSAGE])
    inner = document.get("error")
    if is_object(inner):
        outer = {name: value for name, value in document.items() if name != "error"}
        return problem_in({**outer, **inner})
    nested = problem_in(inner) if isinstance(inner, str) else Problem()
    message = _text(document, "message") or _text(document, "description") or _text(document, "detail")
    return Problem(
        title=_text(document, "title") or nested.title,
        message=message or nested.message or "",
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
    text = _without(secrets, body[:_LONGEST_BODY].decode(errors="replace"))
    kept = CIMultiDict(_kept(headers, secrets))
    if 300 <= status < 400:
        problem = Problem(message=_redirected(kept.get("Location", "")))
    else:
        problem = _problem(text, kept.get("Content-Type", ""))
    request_id = problem.request_id or kept.get("x-request-id") or kept.get("request-id")
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


def _kept(headers: Mapping[str, str], secrets: Sequence[str]) -> Iterable[tuple[str, str]]:
    for name, value in headers.items():
        if name.lower() != "set-cookie":
            yield str(name), _without(secrets, value)


def _without(secrets: Sequence[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(str(secret), "***")
    return text


def _redirected(location: str) -> str:
    parts = urlsplit(location)
    where = f"{parts.scheme}://{parts.hostname}" if parts.hostname else "another path"
    return f"redirects to {where}, which is not followed: set base_url to where the service is"


def _problem(text: str, content_type: str) -> Problem:
    try:
        return problem_in(json.loads(text))
    except (ValueError, RecursionError):
        pass
    if "html" in content_type or text.lstrip()[:1] == "<":
        title = re.search(r"<(title|h1)[^>]*>(.*?)</\1", text, re.DOTALL | re.IGNORECASE)
        return Problem(message=html.unescape(title[2]).strip() if title else "a page of HTML")
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
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None
