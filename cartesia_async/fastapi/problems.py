"""What a listener is told when the service fails: the status that fits, and words that give nothing away."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import attrs

from ..errors import (
    APIStatusError,
    APITimeoutError,
    CartesiaError,
    CredentialsError,
    StreamEventError,
    UnsupportedVersionError,
)

# What the service says of what it was asked is the asker's business.
_THEIRS = frozenset({400, 404, 409, 413, 415, 422, 429})
_BUSY = frozenset({503, 529})
_SLOW = frozenset({408, 504})
_WORDS = {
    500: "This app cannot use the voice service as it is set up.",
    502: "The voice service failed.",
    503: "The voice service is overloaded.",
    504: "The voice service took too long.",
}


@attrs.frozen(kw_only=True)
class Problem:
    """
    What a listener is told.

    Attributes:
        status: The HTTP status.
        detail: What is wrong.
        error_code: The service's name for it, for programs.
        request_id: The service's name for the request.
        retry_after: Whole seconds to wait before another try.
    """

    status: int
    detail: str
    error_code: str | None = None
    request_id: str | None = None
    retry_after: int | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer."""
        named = {"Retry-After": self.retry_after, "X-Request-ID": self.request_id}
        return {"Cache-Control": "no-store", **{name: str(value) for name, value in named.items() if value is not None}}

    @property
    def document(self) -> dict[str, Any]:
        """The body of the answer: `detail`, as FastAPI's own errors have it, and whatever else is known."""
        told = {"detail": self.detail, "error_code": self.error_code, "request_id": self.request_id}
        return {name: value for name, value in told.items() if value is not None}

    @property
    def event(self) -> dict[str, Any]:
        """The same as an event, where the status has long been sent."""
        told = {} if self.retry_after is None else {"retry_after": self.retry_after}
        return {"type": "error", "status": self.status, **self.document, **told}


def status_for(error: Exception) -> int:
    """
    Choose the HTTP status that an app answers an *error* with.

    A refusal of what was asked (400, 404, 409, 413, 415, 422, 429) is handed on. A refusal of the app itself (its key, its
    plan) is no fault of who asks the app: 502, as when the service fails or cannot be reached. A service that is
    overloaded is a 503, a time limit a 504, an argument that was refused before anything was sent a 422, and an app that
    is set up wrongly a 500.

    Args:
        error: A `CartesiaError`, or a `ValueError` by which a call refused an argument.
    """
    if isinstance(error, (APIStatusError, StreamEventError)):
        status = error.status_code
        if status in _THEIRS:
            return status
        return 503 if status in _BUSY else 504 if status in _SLOW else 502
    if isinstance(error, APITimeoutError):
        return 504
    if isinstance(error, (CredentialsError, UnsupportedVersionError)):
        return 500
    return 502 if isinstance(error, CartesiaError) else 422


def problem_of(error: Exception) -> Problem:
    """Give what a listener is told of an *error*: the service's own words only where they are about what was asked."""
    status = status_for(error)
    if not isinstance(error, CartesiaError):
        return Problem(status=status, detail=str(error))
    if isinstance(error, (APIStatusError, StreamEventError)):
        theirs = status in _THEIRS
        wait = error.retry_after if isinstance(error, APIStatusError) and status in {429, 503} else None
        return Problem(
            status=status,
            detail=(error.message or error.title or str(error)) if theirs else _WORDS[status],
            error_code=error.error_code if theirs else None,
            request_id=error.request_id,
            retry_after=None if wait is None else math.ceil(wait),
        )
    return Problem(status=status, detail=_WORDS[status], request_id=error.request_id)
