"""The errors of contexts."""

from __future__ import annotations

import copy
import re
from typing import TypeVar

from ..errors import CartesiaError, StreamEventError, StreamInterruptedError

E = TypeVar("E", bound=BaseException)
# The service documents no name for it.
_ENDED = re.compile(
    r"context\b.{0,80}\b(expired|closed|ended|finished|completed|inactive|unknown|no longer|not exist|not found|not open)",
    re.IGNORECASE | re.DOTALL,
)


def another(error: E) -> E:
    """Give a twin of an error: each who meets it has a traceback of their own."""
    if isinstance(error, CartesiaError):
        cause, error = error.__cause__, copy.copy(error)
        error.__cause__ = cause
    return error


def tells_of_an_end(error: Exception) -> bool:
    """Whether an error of the service says that it has ended the context before it heard what was sent last."""
    if not isinstance(error, StreamEventError):
        return False
    said = f"{error.error_code or ''} {error.title or ''} {error.message}".replace("_", " ")
    return _ENDED.search(said) is not None


def left_unspoken(context_id: str, characters: int) -> StreamInterruptedError:
    """Make the error for a context that the service has ended without having spoken what was sent last."""
    msg = f"the service has ended context {context_id} without speaking the last {characters} characters sent to it"
    return StreamInterruptedError(msg)
