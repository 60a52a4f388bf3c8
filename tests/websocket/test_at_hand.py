"""Messages that have come are taken without making ready for a wait, and are the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from cartesia_async._io.http import handshake
from cartesia_async._io.http.websocket import LostError, WebSocket
from tests.servers import WAIT

TEXTS = [f"message {number}" for number in range(100)]


async def _say_all(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(autoping=False)
    await socket.prepare(request)
    for number, text in enumerate(TEXTS):
        # aiohttp's writer does not wait here: what is said leaves together.
        await socket.send_str(text)
        if number % 10 == 5:
            await socket.ping(b"%d" % number)
    await socket.close(code=4000, message=b"that was all")
    return socket


@asynccontextmanager
async def _connected(*, decode_text: bool) -> AsyncGenerator[aiohttp.ClientWebSocketResponse[Any]]:
    app = web.Application()
    app.router.add_get("/", _say_all)
    options: Any = {} if decode_text else handshake._OPTIONS
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield await session.ws_connect(server.make_url("/"), autoping=False, autoclose=False, **options)


@pytest.mark.parametrize("keeps", [True, False], ids=["kept where they are known to be", "kept elsewhere"])
@pytest.mark.parametrize("decode_text", [True, False], ids=["text", "bytes"])
async def test_they_come_in_order_with_all_between_them(keeps: bool, decode_text: bool) -> None:
    """However they are taken, each comes once and in its order, and after them why the connection is over."""
    async with _connected(decode_text=decode_text) as raw:
        waits = 0
        receive = raw.receive

        async def counted(*arguments: Any) -> Any:
            nonlocal waits
            waits += 1
            return await receive(*arguments)

        raw.receive = counted  # type: ignore[method-assign,assignment]  # pyright: ignore[reportAttributeAccessIssue]
        if not keeps:
            queue = raw._reader
            raw._reader = _Elsewhere(queue)  # type: ignore[assignment]
        socket, heard = WebSocket(raw, {}, ()), list[bytes]()
        with pytest.raises(LostError, match="4000: that was all"):
            await asyncio.wait_for(socket.listen(heard.append), WAIT)
        socket.close()
    assert heard == [text.encode() for text in TEXTS]
    # A ping, or the end, is left to aiohttp, as is each for which it has to be waited.
    assert waits < 50 if keeps else waits == len(TEXTS) + 11


class _Elsewhere:
    """A queue whose messages cannot be seen before they are taken."""

    def __init__(self, queue: Any) -> None:
        self.read = queue.read
