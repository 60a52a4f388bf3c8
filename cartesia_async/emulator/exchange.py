"""One request and all that its answer is made from."""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import attrs
from aiohttp import web

from .bodies import Counted, Form, go_ahead, read_body, read_form, read_object
from .engines.protocol import Engine
from .faults.concurrency import Concurrency
from .faults.fault import Fault
from .faults.playing import FaultyStream, Frame
from .fields import Fields
from .problems import Problem, voice_not_found
from .received import RequestLog
from .spooling import Spooled, spooled
from .state import State, StoredVoice
from .wav_sizes import WavSizes
from .workers import Workers

logger = logging.getLogger("cartesia_async.emulator")
# A library's records go nowhere unless the program that uses it says where.
logger.addHandler(logging.NullHandler())

_LARGE = 2**16


@attrs.frozen(kw_only=True)
class Workshop:
    """
    What one running emulator works with.

    Attributes:
        engine: What speaks.
        workers: The threads for heavy work.
        state: The voices and datasets.
        log: The requests received.
        crashes: The newest exceptions that nothing foresaw; none, as long as the emulator is right.
        realtime: Whether streams are paced as speech.
        base_url: The address of the emulator.
        concurrency: How much may be spoken at once.
        wav_sizes: What the header of a WAV answer says of its length.
        websocket_idle: How long a WebSocket on which nothing is said may lie idle, seconds.
        context_expiry: How long a context that has nothing to say is kept open, seconds; `None`: as its version has it.
    """

    engine: Engine
    workers: Workers
    state: State
    log: RequestLog
    crashes: deque[Exception]
    realtime: bool
    base_url: str
    concurrency: Concurrency
    wav_sizes: WavSizes = "streamed"
    websocket_idle: float = 300.0
    context_expiry: float | None = None


@attrs.define(kw_only=True)
class Exchange:
    """
    One request being answered.

    Attributes:
        request: The request.
        request_id: The id by which the answer names it.
        number: Its number in the log.
        shop: What the answer is made with.
        version: The API version served; empty where the route needs none and none was sent.
        ids: The values of the variable parts of the path.
        stream: The answer, once its head has been sent.
        fault: What the request met; `None` where nothing goes wrong.
    """

    request: web.BaseRequest
    request_id: str
    number: int
    shop: Workshop
    version: str = ""
    ids: Mapping[str, str] = attrs.field(factory=dict[str, str])
    stream: web.StreamResponse | None = None
    fault: Fault | None = None

    @property
    def state(self) -> State:
        """The emulator's state."""
        return self.shop.state

    @property
    def query(self) -> Fields:
        """The query's parameters."""
        return Fields(dict(self.request.query), textual=True)

    async def json(self) -> Fields:
        """Read the body as a JSON object; `Problem` (4xx) when it is none."""
        body = await read_body(self.request)
        content_type = self.request.content_type
        if len(body) > _LARGE:
            value = await self.shop.workers.run(read_object, body, content_type)
        else:
            value = read_object(body, content_type)
        self.shop.log.amend(self.number, lambda record: attrs.evolve(record, json=value), size=len(body))
        return Fields(value)

    @asynccontextmanager
    async def clip_form(self) -> AsyncGenerator[tuple[Form, Spooled]]:
        """Read the body as a form with a file `clip`, there to be read until left; `Problem` (4xx) if it is not so."""
        async with spooled(self.shop.workers) as place:
            form = await read_form(self.request, "clip", place)
            self._log(form)
            form.file("clip")
            yield form, place

    async def counted_form(self, file_field: str) -> Form:
        """Read the body as a form with a file of any size, which is counted and not kept; `Problem` (4xx) if not so."""
        form = await read_form(self.request, file_field, Counted())
        self._log(form)
        return form

    def voice(self, id: str) -> StoredVoice:
        """Give a voice; `Problem` (404, or 400 before 2026-03-01) where there is none with the id."""
        voice = self.state.voice(id)
        if voice is None:
            raise voice_not_found(self.version)
        return voice

    def answer(self, body: object, *, status: int = 200) -> web.Response:
        """Make a JSON answer."""
        return web.Response(status=status, text=json.dumps(body, allow_nan=False), content_type="application/json")

    async def go_ahead(self) -> None:
        """Ask for the body of a client that waits to be asked."""
        await go_ahead(self.request)

    async def begin(
        self, content_type: str, headers: Mapping[str, str] | None = None, *, frame: Frame | None = None
    ) -> web.StreamResponse:
        """
        Send the head (200) of an answer whose body follows bit by bit.

        Args:
            content_type: The type of the body.
            headers: Headers beside the usual ones.
            frame: How an event is laid out, where each write is to be one event, and the last is handed to `write_eof`.
        """
        all_headers = {**(headers or {}), "x-request-id": self.request_id}
        fault = self.fault
        if fault is not None and fault.plays:
            stream: web.StreamResponse = FaultyStream(self.request, fault, headers=all_headers, frame=frame)
        else:
            stream = web.StreamResponse(headers=all_headers)
        stream.content_type = content_type
        if fault is not None:
            stream.headers.update(fault.headers)
        self.stream = stream
        self.answered(stream.status)
        await stream.prepare(self.request)
        return stream

    def answered(self, status: int) -> None:
        """Note the status of the answer in the log."""
        self.shop.log.amend(self.number, lambda record: attrs.evolve(record, status=status))

    def problem_of(self, error: Exception) -> Problem:
        """Give the problem to tell the client of: the error itself, or, where nothing foresaw it, a 500, recorded."""
        if isinstance(error, Problem):
            return error
        logger.error("%s %s failed", self.request.method, self.request.path, exc_info=error)
        self.shop.crashes.append(error)
        return Problem(status=500, title="Unexpected error", message="An unexpected error occurred.")

    def _log(self, form: Form) -> None:
        texts = {name: str(value) for name, value in form.fields.values.items()}
        self.shop.log.amend(
            self.number,
            lambda record: attrs.evolve(record, form=texts, files=form.files),
            size=sum(map(len, texts.values())),
        )
