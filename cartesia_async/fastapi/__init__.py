"""Speech in a FastAPI or Starlette app: one client for its life, and answers that stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..audio.extras import library

library("starlette", extra="fastapi", purpose=__name__)

from .audio import AudioResponse  # noqa: E402 - the line above says what is missing
from .bridge import bridge_speech  # noqa: E402
from .errors import add_exception_handlers, error_response  # noqa: E402
from .events import EventResponse  # noqa: E402
from .lifespan import cartesia_lifespan, get_cartesia  # noqa: E402
from .problems import status_for  # noqa: E402

if TYPE_CHECKING:
    from .dependency import CartesiaDep

__all__ = [
    "AudioResponse",
    "CartesiaDep",
    "EventResponse",
    "add_exception_handlers",
    "bridge_speech",
    "cartesia_lifespan",
    "error_response",
    "get_cartesia",
    "status_for",
]


def __getattr__(name: str) -> object:
    # Starlette does without FastAPI, which this alone needs.
    if name != "CartesiaDep":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    library("fastapi", extra="fastapi", purpose="CartesiaDep")
    from .dependency import CartesiaDep

    return CartesiaDep
