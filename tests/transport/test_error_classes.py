"""The tree of errors: complete, public, and fit to be copied and sent between processes."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

import cartesia_async
from cartesia_async import (
    APIConnectionError,
    APIResponseError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    CartesiaError,
    InternalServerError,
    PaymentRequiredError,
    PermissionDeniedError,
    RateLimitError,
    StreamError,
    StreamEventError,
    StreamInterruptedError,
    errors,
)

CLASSES = sorted(
    (kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, BaseException)),
    key=lambda kind: kind.__name__,
)


def test_every_error_has_one_root() -> None:
    """Every class of the module is a `CartesiaError` and public."""
    assert len(CLASSES) > 15
    for kind in CLASSES:
        assert issubclass(kind, CartesiaError)
        assert getattr(cartesia_async, kind.__name__) is kind
        assert kind.__name__ in cartesia_async.__all__
        assert kind.__doc__


def test_the_tree_is_the_promised_one() -> None:
    """Classes stand under each other as the documentation draws them."""
    assert issubclass(APITimeoutError, APIConnectionError)
    assert issubclass(StreamInterruptedError, APIConnectionError)
    assert issubclass(StreamInterruptedError, StreamError)
    assert issubclass(StreamEventError, StreamError)
    assert not issubclass(StreamEventError, APIConnectionError)
    assert not issubclass(APIResponseError, (APIStatusError, APIConnectionError))
    for kind in (BadRequestError, AuthenticationError, PaymentRequiredError, PermissionDeniedError, RateLimitError):
        assert kind.__mro__[1] is APIStatusError
    assert InternalServerError.__mro__[1] is APIStatusError


SAMPLES: dict[str, Any] = {
    "limit": "idle",
    "seconds": 1.5,
    "status_code": 429,
    "message": "m",
    "title": "t",
    "error_code": "c",
    "doc_url": "d",
    "request_id": "r",
    "headers": {"a": "b"},
    "body": "x",
    "retry_after": 2.0,
    "details": ("here @ $",),
    "context_id": "x",
    "feature": "voices.mix",
    "api_version": "2024-06-10",
    "available_in": ("2024-11-13",),
}


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_every_error_can_be_copied_and_pickled(kind: type[CartesiaError], again: Any) -> None:
    """A copy, and what comes out of a pickle, is the same error with all it knows."""
    takes = list(inspect.signature(kind).parameters)[1:]
    error = kind("what happened", **{name: value for name, value in SAMPLES.items() if name in takes})
    error.attempts = 3
    twin = again(error)
    assert type(twin) is kind
    assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error))
    assert str(twin) == "what happened"
