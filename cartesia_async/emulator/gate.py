"""The one function through which every request passes."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Collection

import aiohttp
import attrs
from aiohttp import HttpVersion11, web

from .asked_version import has, served_version
from .exchange import Exchange, Workshop
from .problems import Problem, error_answer, not_found, version_required
from .received import Named, ReceivedRequest
from .routes import TABLE
from .state import new_id


@attrs.define(kw_only=True)
class Gate:
    """
    Answers every request: records it, checks version and credential, calls what is asked, and tells what went wrong.

    Attributes:
        shop: What answers are made with.
        api_keys: The credentials accepted; `None` for any that is not empty.
        under_way: The tasks of requests that are being answered.
    """

    shop: Workshop
    api_keys: Collection[str] | None
    under_way: set[asyncio.Task[object]] = attrs.field(factory=set["asyncio.Task[object]"])

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        task = asyncio.current_task()
        if task is not None:
            self.under_way.add(task)
        exchange = self._received(request)
        try:
            response = await self._answer(exchange)
            exchange.answered(response.status)
        finally:
            if task is not None:
                self.under_way.discard(task)
        return response

    def _received(self, request: web.BaseRequest) -> Exchange:
        request_id = new_id()
        asked = request.query.get("cartesia_version") or request.headers.get("Cartesia-Version")
        version = served_version(asked)
        record = ReceivedRequest(
            method=request.method,
            path=request.path,
            query=Named(request.query),
            headers=Named(request.headers),
            api_version=version,
            request_id=request_id,
        )
        number = self.shop.log.add(record)
        return Exchange(request=request, request_id=request_id, number=number, shop=self.shop, version=version or "")

    async def _answer(self, exchange: Exchange) -> web.StreamResponse:
        try:
            response = await self._ask(exchange)
        except (asyncio.CancelledError, ConnectionError, aiohttp.ClientConnectionError):
            # The client has left, or the emulator is stopping: there is nobody to answer.
            raise
        except Exception as error:  # noqa: BLE001 (recorded, and told to the client)
            return _refuse(exchange, exchange.problem_of(error))
        if not response.prepared:
            response.headers["x-request-id"] = exchange.request_id
        return response

    async def _ask(self, exchange: Exchange) -> web.StreamResponse:
        request = exchange.request
        route, exchange.ids = TABLE.find(request.method, request.rel_url.raw_path)
        if not route.open:
            if not exchange.version and route.versioned:
                raise version_required()
            self._check_credential(request)
            if route.feature is not None and not has(route.feature, exchange.version):
                raise not_found("path in this version")
        await _go_ahead(request)
        return await route.handler(exchange)

    def _check_credential(self, request: web.BaseRequest) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        given = [request.headers.get("X-API-Key", ""), token.strip() if scheme.lower() == "bearer" else ""]
        if self.api_keys is None:
            known = any(given)
        else:
            known = any(_same(one, key) for one in given if one for key in self.api_keys)
        if not known:
            raise Problem(status=401, title="Unauthorized", message="A valid API key or access token is required.")


async def _go_ahead(request: web.BaseRequest) -> None:
    """Ask for the body of a client that waits to be asked."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # It is no part of the answer, which aiohttp would otherwise take to have begun.
        request.writer.output_size = 0


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def _refuse(exchange: Exchange, problem: Problem) -> web.StreamResponse:
    stream = exchange.stream
    if stream is not None:
        # Too late for a status: only a cut can tell the client that what it has is not whole.
        if exchange.request.transport is not None:
            exchange.request.transport.abort()
        return stream
    answer = error_answer(problem, exchange.version or None, exchange.request_id)
    answer.headers["x-request-id"] = exchange.request_id
    return answer
