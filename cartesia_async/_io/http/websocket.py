"""One WebSocket: messages out, messages in, and the moment when it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, NoReturn

import aiohttp

from ..._wire.status import request_id_in, without_secrets
from .intake import messages_at_hand

_NORMAL = (1000).to_bytes(2, "big")  # https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1
# To look up a member of an enumeration for each message would cost more than all else here.
_TEXT, _BINARY, _PING, _PONG = (
    aiohttp.WSMsgType.TEXT,
    aiohttp.WSMsgType.BINARY,
    aiohttp.WSMsgType.PING,
    aiohttp.WSMsgType.PONG,
)
_LONGEST_NUMBER = 18  # digits
_UNSAID = 1005  # no code was in the closing frame


class LostError(Exception):
    """The connection is over; its text says why."""


class WebSocket:
    """
    A WebSocket that is open.

    Attributes:
        headers: The headers of the handshake's answer.
        request_id: The service's name for the handshake, where a header tells it.
        attempts: How many handshakes were tried.
        secrets: What no error may hold, should the service repeat it.
        heard: When anything came last, in the loop's time.
        sent: When a message was sent last.
        answered: The number of the last ping that was answered; 0 before.
    """

    def __init__(
        self, raw: aiohttp.ClientWebSocketResponse[Any], headers: Mapping[str, str], secrets: tuple[str, ...]
    ) -> None:
        self._raw = raw
        self._clock = asyncio.get_running_loop().time
        transport: Any = getattr(getattr(raw, "_writer", None), "transport", None)
        self._transport: asyncio.Transport | None = transport
        self.headers = headers
        self.request_id = request_id_in(headers)
        self.attempts = 0
        self.secrets = secrets
        self.heard = self.sent = self._clock()
        self._pings = self.answered = 0

    async def listen(self, take: Callable[[bytes], Awaitable[None] | None]) -> NoReturn:
        """
        Hand each message to *take*, and wait for what that gives, if anything, before the next; pings are answered meanwhile.

        Raises:
            LostError: The connection is over.
        """
        receive, clock = self._raw.receive, self._clock
        at_hand, next_at_hand = messages_at_hand(self._raw)
        while True:
            if at_hand and at_hand[0][0].type is _TEXT:
                message = await next_at_hand()
            else:
                message = await receive()
                self.heard = clock()
            kind, data = message.type, message.data
            if kind is _TEXT or kind is _BINARY:
                wait = take(data.encode() if isinstance(data, str) else bytes(data))
                # While the next is waited for, nothing of this one is held.
                del message, data
                if wait is not None:
                    await wait
                    self.heard = clock()
            elif kind is _PING:
                self._post(self._raw.pong(data))
            elif kind is _PONG:
                self._note_answer(bytes(data))
            else:
                raise LostError(self._farewell(message))

    def _note_answer(self, data: bytes) -> None:
        # The service may send others that nobody asked for.
        if data.isdigit() and self.answered < (number := int(data[:_LONGEST_NUMBER])) <= self._pings:
            self.answered = number

    def _farewell(self, message: Any) -> str:
        if message.type is aiohttp.WSMsgType.ERROR:
            return f"what came is no WebSocket frame ({type(message.data).__name__})"
        if message.type is not aiohttp.WSMsgType.CLOSE:
            return "the connection broke off"
        code = self._raw.close_code
        said = f": {without_secrets(self.secrets, message.extra)}" if message.extra else ""
        return f"the service closed the connection ({'no code' if code in {None, 0, _UNSAID} else code}{said})"

    async def send(self, message: bytes) -> None:
        """
        Send a message, and wait while the connection is slow.

        Raises:
            LostError: The connection is over.
        """
        self.sent = self._clock()
        try:
            slow = self._write(self._raw.send_frame(message, aiohttp.WSMsgType.TEXT))
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            msg = f"the connection broke off ({type(error).__name__})"
            raise LostError(msg) from error
        if slow is not None:
            # All who send wait for the same future: one of them that is cancelled must not cancel it.
            await asyncio.wait([slow])
            if self._transport is None or self._transport.is_closing():
                msg = "the connection broke off"
                raise LostError(msg)

    def post(self, message: bytes) -> None:
        """Send a message without waiting; where the connection is over, do nothing."""
        self.sent = self._clock()
        self._post(self._raw.send_frame(message, aiohttp.WSMsgType.TEXT))

    def ping(self) -> int:
        """Ask whether the other end is there; give the number of the question."""
        self._pings += 1
        self._post(self._raw.ping(b"%d" % self._pings))
        return self._pings

    def _post(self, sending: Coroutine[Any, Any, None]) -> None:
        with suppress(aiohttp.ClientError, OSError, RuntimeError):
            self._write(sending)

    def _write(self, sending: Coroutine[Any, Any, None]) -> asyncio.Future[None] | None:
        # What is sent is written at the first step; the coroutine would then only wait for a slow connection.
        try:
            given: object = sending.send(None)
        except StopIteration:
            return None
        finally:
            sending.close()
        if not asyncio.isfuture(given):
            return None
        slow: asyncio.Future[None] = given
        slow._asyncio_future_blocking = False  # noqa: SLF001 - nobody awaits it: the next who does is to find it so
        slow.add_done_callback(_heard)
        return slow

    def close(self) -> None:
        """Take leave and close the connection, without waiting."""
        self._post(self._raw.send_frame(_NORMAL, aiohttp.WSMsgType.CLOSE))
        if self._transport is not None and self._transport.get_write_buffer_size():
            # The other end does not read: the leave would keep the connection open, and who sends would wait on.
            self.kill()
        else:
            self._let_go()

    def kill(self) -> None:
        """Close the connection to a peer that is gone: what is left to send would be kept for it in vain."""
        with suppress(RuntimeError):  # its loop was closed
            if self._transport is not None:
                self._transport.abort()
            self._let_go()

    def _let_go(self) -> None:
        # The public way waits for the other end's leave.
        response: aiohttp.ClientResponse | None = getattr(self._raw, "_response", None)
        if response is not None:
            response.close()


def _heard(slow: asyncio.Future[None]) -> None:
    # Or the loop would tell of a connection that was lost while nobody waited for it any more.
    if not slow.cancelled():
        slow.exception()
