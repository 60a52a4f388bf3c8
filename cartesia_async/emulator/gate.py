"""The one function through which every request passes."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Collection

import aiohttp
import attrs
from aiohttp import web

from .asked_version import has, served_version
from .exchange import Exchange, Workshop
from .faults.answering import meet, note_body, played
from .faults.chaos import Chaos
from .faults.concurrency import too_many
from .faults.connections import Connections
from .faults.fault import Fault
from .faults.playing import AnswerOver
from .faults.script import FaultScript
from .problems import Problem, error_answer, not_found, version_required
from .received import Named, ReceivedRequest
from .recording.replayer import Replayer
from .routes import TABLE
from .routes.table import Handler, Route
from .state import new_id


@attrs.define(kw_only=True)
class Gate:
    """
    Answers every request: records it, checks version and credential, calls what is asked, and tells what went wrong.

    Attributes:
        shop: What answers are made with.
        api_keys: The credentials accepted; `None` for any that is not empty.
        faults: What is to go wrong.
        chaos: What goes wrong by chance, `None` where nothing does.
        connections: The account of connections.
        replayer: What answers instead of the emulator's own calls, `None` where these do.
        under_way: The tasks of requests that are being answered.
    """

    shop: Workshop
    api_keys: Collection[str] | None
    faults: FaultScript
    chaos: Chaos | None
    connections: Connections
    replayer: Replayer | None
    under_way: set[asyncio.Task[object]] = attrs.field(factory=set["asyncio.Task[object]"])

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        task = asyncio.current_task()
        if task is not None:
            self.under_way.add(task)
        connection = request.protocol
        exchange = self._received(request, reused=self.connections.asked(connection))
        try:
            response = await self._answer(exchange)
            exchange.answered(response.status)
        finally:
            self.connections.answered(connection)
            if task is not None:
                self.under_way.discard(task)
        return response

    def _received(self, request: web.BaseRequest, *, reused: bool) -> Exchange:
        request_id = new_id()
        asked = request.query.get("cartesia_version") or request.headers.get("Cartesia-Version")
        version = served_version(asked)
        fault = self._fault(request, version, reused=reused)
        record = ReceivedRequest(
            method=request.method,
            path=request.path,
            query=Named(request.query),
            headers=Named(request.headers),
            api_version=version,
            request_id=request_id,
            fault=fault,
        )
        return Exchange(
            request=request,
            request_id=request_id,
            number=self.shop.log.add(record),
            shop=self.shop,
            version=version or "",
            fault=fault,
        )

    def _fault(self, request: web.BaseRequest, version: str | None, *, reused: bool) -> Fault | None:
        fault, line = self.faults.meet(request.path, reused=reused)
        if fault is None and self.chaos is not None:
            fault = self.chaos.meet(request.method, request.path, version)
        return line if fault is None else fault.over(line)

    async def _answer(self, exchange: Exchange) -> web.StreamResponse:
        try:
            response = await self._met(exchange)
            if not response.prepared:
                response.headers["x-request-id"] = exchange.request_id
            return await played(exchange, response)
        except AnswerOver as over:
            return over.stream

    async def _met(self, exchange: Exchange) -> web.StreamResponse:
        try:
            own = await meet(exchange)
            return await self._ask(exchange) if own is None else own
        except (asyncio.CancelledError, ConnectionError, aiohttp.ClientConnectionError, AnswerOver):
            # The client has left, the emulator is stopping, or all has been said: there is nobody to answer.
            raise
        except Exception as error:  # noqa: BLE001 (recorded, and told to the client)
            return _refuse(exchange, exchange.problem_of(error))

    async def _ask(self, exchange: Exchange) -> web.StreamResponse:
        if self.replayer is not None:
            # What was recorded holds its own refusals; keys are asked for only where the emulator was given some.
            if self.api_keys is not None:
                self._check_credential(exchange.request, in_query=True)
            path = exchange.request.path
            handler: Handler = self.replayer.answer
        else:
            route = self._route(exchange)
            path, handler = route.path, route.handler
        if self.shop.concurrency.full(path):
            await note_body(exchange)
            raise too_many()
        with self.shop.concurrency.place(path):
            await exchange.go_ahead()
            return await handler(exchange)

    def _route(self, exchange: Exchange) -> Route:
        request = exchange.request
        route, exchange.ids = TABLE.find(request.method, request.rel_url.raw_path)
        if not route.open:
            if not exchange.version and route.versioned:
                raise version_required()
            self._check_credential(request, in_query=route.socket)
            if route.feature is not None and not has(route.feature, exchange.version):
                raise not_found("path in this version")
        return route

    def _check_credential(self, request: web.BaseRequest, *, in_query: bool) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        given = [request.headers.get("X-API-Key", ""), token.strip() if scheme.lower() == "bearer" else ""]
        if in_query:
            given += [request.query.get("api_key", ""), request.query.get("access_token", "")]
        if self.api_keys is None:
            known = any(given)
        else:
            known = any(_same(one, key) for one in given if one for key in self.api_keys)
        if not known:
            raise Problem(status=401, title="Unauthorized", message="A valid API key or access token is required.")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def _refuse(exchange: Exchange, problem: Problem) -> web.StreamResponse:
    stream = exchange.stream
    if stream is not None:
        # Too late for a status: only a cut can tell the client that what it has is not whole.
        if exchange.request.transport is not None:
            exchange.request.transport.abort()
        return stream
    return error_answer(problem, exchange.version or None, exchange.request_id)
