"""
Every error a call can raise.

The tree::

    CartesiaError
    ├── CredentialsError
    ├── UnsupportedVersionError
    ├── APIConnectionError
    │   └── APITimeoutError
    ├── APIStatusError
    │   ├── BadRequestError            400
    │   ├── AuthenticationError        401
    │   ├── PaymentRequiredError       402
    │   ├── PermissionDeniedError      403
    │   ├── NotFoundError              404
    │   ├── ConflictError              409
    │   ├── UnprocessableEntityError   422
    │   ├── RateLimitError             429
    │   └── InternalServerError        5xx
    ├── APIResponseError
    └── StreamError
        ├── StreamInterruptedError     (also an APIConnectionError)
        └── StreamEventError

Wrong arguments are a `ValueError` or `TypeError`, raised before anything is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class CartesiaError(Exception):
    """
    Base class of every error a call can raise.

    Attributes:
        request_id: The service's name for the request, where it gave one.
        attempts: How many times the request was sent.
    """

    def __init__(self, message: str, *, request_id: str | None = None) -> None:
        super().__init__(message)
        self.request_id = request_id
        self.attempts = 0

    # Exceptions rebuild themselves from `args`, which hold only the message:
    # without this, those with keyword arguments could be neither copied nor unpickled.
    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args), self.__dict__


def _rebuild(kind: type[CartesiaError], args: tuple[Any, ...]) -> CartesiaError:
    error = kind.__new__(kind)
    error.args = args
    return error


class CredentialsError(CartesiaError):
    """No API key or access token was given, or the callable that should give one failed."""


class UnsupportedVersionError(CartesiaError):
    """
    The call or argument does not exist in the API version asked for.

    Attributes:
        feature: What was asked for, such as ``"voices.mix"``.
        api_version: The version that lacks it; ``None`` where no one version has all that was asked for.
        available_in: The versions that have it, oldest first.
    """

    def __init__(self, message: str, *, feature: str, api_version: str | None, available_in: tuple[str, ...]) -> None:
        super().__init__(message)
        self.feature = feature
        self.api_version = api_version
        self.available_in = available_in


class APIConnectionError(CartesiaError):
    """No usable answer came."""


class APITimeoutError(APIConnectionError):
    """
    A time limit ran out.

    Attributes:
        limit: Which one: ``"connect"``, ``"first_byte"``, ``"idle"`` or ``"total"``.
        seconds: How long it was.
        bytes_received: Bytes of the answer that had arrived.
        events_received: Events that had arrived, on a stream of events.
        context_id: The context that was waited for, on a WebSocket.
        unspoken_text: What was sent on it and not followed by any audio, on a WebSocket.
    """

    def __init__(self, message: str, *, limit: str, seconds: float, request_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.limit = limit
        self.seconds = seconds
        self.bytes_received = 0
        self.events_received = 0
        self.context_id: str | None = None
        self.unspoken_text = ""


class APIStatusError(CartesiaError):
    """
    The service refused, with a status of 300 or more.

    Attributes:
        status_code: The HTTP status.
        title: The error's short name, where the service gave one.
        message: What the service says is wrong.
        error_code: The error's name for programs, such as ``"quota_exceeded"``.
        doc_url: A page about the error.
        headers: The answer's headers.
        body: The answer's body, as text, at most the first 64 KiB.
        retry_after: Seconds that the service asks to wait.
    """

    def __init__(
        self,
        text: str,
        *,
        status_code: int,
        message: str,
        title: str | None = None,
        error_code: str | None = None,
        doc_url: str | None = None,
        request_id: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(text, request_id=request_id)
        self.status_code = status_code
        self.title = title
        self.message = message
        self.error_code = error_code
        self.doc_url = doc_url
        self.headers: Mapping[str, str] = headers if headers is not None else {}
        self.body = body
        self.retry_after = retry_after


class BadRequestError(APIStatusError):
    """400: the request is not valid."""


class AuthenticationError(APIStatusError):
    """401: the credential is missing or not valid."""


class PaymentRequiredError(APIStatusError):
    """402: out of credits, or the plan does not include the feature."""


class PermissionDeniedError(APIStatusError):
    """403: the credential may not do this."""


class NotFoundError(APIStatusError):
    """404: there is no such voice, model, dataset or page."""


class ConflictError(APIStatusError):
    """409: the request conflicts with another."""


class UnprocessableEntityError(APIStatusError):
    """422: the request was understood but cannot be carried out."""


class RateLimitError(APIStatusError):
    """429: too many requests at once."""


class InternalServerError(APIStatusError):
    """5xx: the service failed."""


class APIResponseError(CartesiaError):
    """
    The service accepted the request, but its answer could not be understood.

    Attributes:
        details: What is wrong with the answer, and where, such as ``"required field missing @ $.id"``.
    """

    def __init__(self, message: str, *, details: tuple[str, ...] = (), request_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.details = details


class StreamError(CartesiaError):
    """
    A stream went wrong after it had begun.

    Attributes:
        events_received: Events that had arrived.
        bytes_received: Bytes of the answer that had arrived.
        context_id: The context that the stream speaks, where it has one.
        unspoken_text: What was sent on it and not followed by any audio, on a WebSocket: the service has not spoken it.
            Empty where that holds no words; at most its first million characters.
    """

    def __init__(self, message: str, *, request_id: str | None = None, context_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.context_id = context_id
        self.unspoken_text = ""
        self.events_received = 0
        self.bytes_received = 0


class StreamInterruptedError(StreamError, APIConnectionError):
    """The stream was cut off before its end."""


class StreamEventError(StreamError):
    """
    The service sent an error in the middle of a stream.

    Attributes:
        status_code: The status that the event carries.
        title: The error's short name.
        message: What the service says is wrong.
        error_code: The error's name for programs.
        doc_url: A page about the error.
    """

    def __init__(
        self,
        text: str,
        *,
        message: str,
        status_code: int | None = None,
        title: str | None = None,
        error_code: str | None = None,
        doc_url: str | None = None,
        request_id: str | None = None,
        context_id: str | None = None,
    ) -> None:
        super().__init__(text, request_id=request_id, context_id=context_id)
        self.status_code = status_code
        self.title = title
        self.message = message
        self.error_code = error_code
        self.doc_url = doc_url
