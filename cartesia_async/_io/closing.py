"""What is said of a client that is closed."""

from __future__ import annotations

from ..errors import APIConnectionError


def closed() -> RuntimeError:
    """Make the error for a call of a client that was closed before."""
    return RuntimeError("this client is closed: make a new one")


def closed_meanwhile() -> APIConnectionError:
    """Make the error for a call that was under way when its client was closed."""
    return APIConnectionError("the client was closed while this call was under way")
