"""What aiohttp raises, in our words."""

from __future__ import annotations

import errno
import os
import ssl

import aiohttp
import attrs

from ...errors import APIConnectionError, APITimeoutError

_NAMES = {
    "connect": "no connection",
    "first_byte": "no first byte of an answer",
    "idle": "nothing moved",
    "total": "the call did not end",
}


@attrs.frozen
class Failure:
    """
    An attempt that brought no answer.

    Attributes:
        error: What to raise if it is not repeated.
        repeatable: Whether the request can be sent again without paying twice.
        stale: Whether it met a reused connection that was dead, so that a new one is likely to do.
    """

    error: BaseException
    repeatable: bool = False
    stale: bool = False


class LostError(Exception):
    """A connection was lost; its cause is what aiohttp said of it."""


async def once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send *request*, and let nobody but us send it again: aiohttp would do so by itself, and count nothing."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise LostError from error


def timed_out(limit: str, seconds: float, *, request_id: str | None = None) -> APITimeoutError:
    """Make the error for the *limit* of so many *seconds*."""
    msg = f"{_NAMES[limit]} within {seconds:g} s (timeout {limit})"
    return APITimeoutError(msg, limit=limit, seconds=seconds, request_id=request_id)


def connection_failed(error: Exception, host: str) -> APIConnectionError:
    """Make the error for what aiohttp raised while there was no answer."""
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return APIConnectionError(f"{host} closed the connection without an answer")
    if isinstance(error, aiohttp.ClientResponseError):
        return APIConnectionError(f"what {host} answered is not HTTP")
    if isinstance(error, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError, ssl.SSLError)):
        return APIConnectionError(f"no secure connection to {host}: {error}")
    if isinstance(error, aiohttp.ClientConnectorError):
        return APIConnectionError(f"cannot connect to {host}: {_why(error.os_error)}")
    return APIConnectionError(f"the connection to {host} failed: {type(error).__name__}")


def _why(error: OSError) -> str:
    # asyncio writes its own text, with the address, where the system's would be.
    if error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return error.strerror or str(error)


def is_before_sending(error: Exception) -> bool:
    """Whether *error* means that no connection was had, and another try may have one."""
    return isinstance(error, aiohttp.ClientConnectorError) and not isinstance(
        error, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError)
    )


def answer_had_begun(error: Exception) -> bool:
    """Whether *error* tells of a connection that ended in the middle of an answer's headers."""
    return isinstance(error, aiohttp.ServerDisconnectedError) and not isinstance(error.message, str)
