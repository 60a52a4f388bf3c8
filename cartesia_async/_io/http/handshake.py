"""One attempt at a WebSocket: the socket, or the reason why there is none."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import aiohttp
from yarl import URL

from ..._wire.request import Outgoing
from ..._wire.status import status_error
from ...errors import APIConnectionError, APIStatusError
from ..scope import Scope
from ..secrecy import secrets_in
from .failures import Failure, connection_failed, is_before_sending, timed_out
from .sending import Sending, current
from .sessions import LoopSession
from .websocket import WebSocket

_LARGEST_MESSAGE = 64 * 1024 * 1024
_ERROR_BODY = 64 * 1024
# Text that is not decoded here need not be encoded again.
_KEEPS_BYTES = "decode_text" in inspect.signature(aiohttp.ClientSession.ws_connect).parameters
_OPTIONS: Mapping[str, Any] = {"decode_text": False} if _KEEPS_BYTES else {}


async def shake_hands(
    outgoing: Outgoing, url: str, headers: Mapping[str, str], session: LoopSession, deadline: float | None, *, own: bool
) -> WebSocket | Failure:
    """
    Ask the service for a WebSocket.

    Args:
        outgoing: The request.
        url: Where it goes; ``http`` gives ``ws``.
        headers: The headers, the credential among them.
        session: Whose connections are used.
        deadline: When all must be over, in the loop's time.
        own: Whether the session is the user's.
    """
    limits = outgoing.options.timeout
    target = URL(url, encoded=True)
    target = target.with_scheme("wss" if target.scheme == "https" else "ws")
    scope = Scope()
    sending = Sending(scope, session.timer, deadline, limits.total)
    sending.first_byte = limits.first_byte
    refusal = _Refusal()
    derived = _derived(session.session, refusal, limits.connect if own else None, own=own)
    connect: Any = derived.ws_connect  # whose result depends on an option that not every version has
    token = current.set(sending)
    try:
        with scope:
            if own:
                # A session of the user's does not tell when it has connected: it keeps that limit by itself.
                both = (limits.connect, limits.first_byte)
                sending.expect("first_byte", None if None in both else sum(filter(None, both)))
            else:
                sending.expect("connect", limits.connect)
            raw = await connect(
                target,
                headers=headers,
                autoping=False,
                autoclose=False,
                max_msg_size=_LARGEST_MESSAGE,
                **_OPTIONS,
            )
            sending.answered = True
    except Exception as error:  # noqa: BLE001 - each is judged, and raised unless it is tried again
        failure = _failure(
            error, sending, refusal, secrets_in(headers), target.host_port_subcomponent or "", was_cut=scope.was_cut
        )
        failure.error.__cause__ = error
        return failure
    finally:
        current.reset(token)
        sending.over()
        derived.detach()
    return WebSocket(raw, refusal.headers, secrets_in(headers))


class _Refusal:
    """What aiohttp does not tell of the answer to a handshake."""

    def __init__(self) -> None:
        self.body = b""
        self.headers: Mapping[str, str] = {}

    async def note(self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Send *request*, and keep what a refusal says."""
        response = await send(request)
        self.headers = response.headers
        if response.status == 101:
            return response
        body = bytearray()
        while len(body) < _ERROR_BODY and (piece := await response.content.readany()):
            body += piece
        self.body = bytes(body[:_ERROR_BODY])
        if 300 <= response.status < 400:
            # To be sent elsewhere would take the credential there.
            response.close()
            raise _RedirectedError(response.status)
        return response


class _RedirectedError(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


def _derived(
    session: aiohttp.ClientSession, refusal: _Refusal, connect: float | None, *, own: bool
) -> aiohttp.ClientSession:
    # The same connections, and what the user's own session adds to every request, with a look at the answer.
    timeout = aiohttp.ClientTimeout(total=None, connect=connect)
    if not own:
        return aiohttp.ClientSession(
            connector=session.connector,
            connector_owner=False,
            cookie_jar=session.cookie_jar,
            timeout=timeout,
            middlewares=(refusal.note,),
        )
    return aiohttp.ClientSession(
        connector=session.connector,
        connector_owner=False,
        cookie_jar=session.cookie_jar,
        headers=session.headers,
        auth=session.auth,
        trust_env=session.trust_env,
        trace_configs=session.trace_configs,
        timeout=timeout,
        proxy=getattr(session, "_default_proxy", None),
        proxy_auth=getattr(session, "_default_proxy_auth", None),
        middlewares=(*getattr(session, "_middlewares", ()), refusal.note),
    )


def _failure(
    error: Exception, sending: Sending, refusal: _Refusal, secrets: tuple[str, ...], host: str, *, was_cut: bool
) -> Failure:
    if isinstance(error, _RedirectedError):
        return _refused(error.status, refusal, secrets)
    if isinstance(error, aiohttp.WSServerHandshakeError):
        if error.status < 300:
            why = f"it answered the handshake with status {error.status}" if error.status != 101 else error.message
            return Failure(APIConnectionError(f"{host} gives no WebSocket: {why}"))
        return _refused(error.status, refusal, secrets)
    if was_cut and isinstance(error, TimeoutError):
        return Failure(timed_out(*sending.limit), repeatable=sending.limit[0] == "connect")
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return Failure(timed_out("connect", sending.limit[1]), repeatable=True)
    if not isinstance(error, (aiohttp.ClientError, OSError, RuntimeError, ValueError)):
        return Failure(error)
    # A handshake that is not answered costs nothing: it can be tried again.
    lost = isinstance(error, (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError))
    return Failure(connection_failed(error, host), repeatable=is_before_sending(error) or lost)


def _refused(status: int, refusal: _Refusal, secrets: tuple[str, ...]) -> Failure:
    error: APIStatusError = status_error(status, refusal.headers, refusal.body, secrets=secrets)
    return Failure(error)
