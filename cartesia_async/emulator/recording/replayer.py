"""Answers from recordings, piece by piece as they were recorded."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import aclosing
from http import HTTPStatus

import attrs
from aiohttp import web

from ..exchange import Exchange
from ..faults.endings import cut
from ..faults.fault import Drop
from ..problems import Problem
from ..received import ReceivedFile
from .asked import Asked
from .body import FormBody, JSONBody, UploadedFile
from .library import Library, Unmatched
from .recording import Answer, RecordingError, read_recording
from .replayed_stream import by_event, open_stream, recorded_pieces
from .request_reader import RequestReader
from .secrecy import Secrets


@attrs.define(kw_only=True)
class Replayer:
    """
    Answers requests from a library.

    Attributes:
        library: The recordings.
        unmatched: Told of what was asked and is not there.
        secrets: What requests carry and is not looked for.
    """

    library: Library
    unmatched: deque[Unmatched]
    secrets: Secrets = attrs.field(factory=Secrets)

    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        """
        Answer a request as the service did.

        Raises:
            Problem: 501, `not_recorded`, where it was not recorded, or the recording is damaged.
        """
        if "upgrade" in exchange.request.headers:
            raise _not_there("WebSockets are not recorded, and so cannot be replayed.")
        asked = await self._asked(exchange)
        path = self.library.find(asked)
        if path is None:
            unmatched = self.library.explain(asked)
            self.unmatched.append(unmatched)
            raise _not_there(unmatched.message)
        try:
            recording = await exchange.shop.workers.run(read_recording, path)
        except RecordingError as error:
            raise _not_there(f"The recording has changed since the emulator was started: {error}.") from error
        return await self._replayed(exchange, recording.answer)

    async def _asked(self, exchange: Exchange) -> Asked:
        reader = RequestReader(exchange.request, self.secrets)
        await reader.read()
        asked = await exchange.shop.workers.run(reader.asked)
        _log(exchange, reader)
        return asked

    async def _replayed(self, exchange: Exchange, answer: Answer) -> web.StreamResponse:
        began = asyncio.get_running_loop().time()

        async def wait(milliseconds: float) -> None:
            if exchange.shop.realtime:
                await asyncio.sleep(max(0.0, began + milliseconds / 1_000 - asyncio.get_running_loop().time()))

        if answer.status is None:
            await wait(answer.ended_at)
            await cut(exchange.request, _drop(answer))
        await wait(answer.began)
        stream, end = open_stream(exchange, answer)
        exchange.stream = stream
        exchange.answered(stream.status)
        await stream.prepare(exchange.request)
        held = b""
        async with aclosing(exchange.shop.workers.each(recorded_pieces(answer, self.library.folder))) as walk:
            async for time, piece in walk if end is None else by_event(walk, end):
                await wait(time)
                if end is None:
                    await stream.write(piece)
                    continue
                # The stream is to know which event is the last.
                if held:
                    await stream.write(held)
                held = piece
        await wait(answer.ended_at)
        if answer.ended != "whole":
            if held:
                await stream.write(held)
            await cut(exchange.request, _drop(answer))
        await stream.write_eof(held)
        return stream


def _drop(answer: Answer) -> Drop:
    return "reset" if answer.ended == "reset" else "close"


def _not_there(message: str) -> Problem:
    return Problem(
        status=HTTPStatus.NOT_IMPLEMENTED,
        title="Not recorded",
        message=message,
        error_code="not_recorded",
        # To ask again is of no use: clients are told so, and those that do not listen need not wait.
        headers={"x-should-retry": "false", "Retry-After": "0"},
    )


def _log(exchange: Exchange, reader: RequestReader) -> None:
    match reader.body:
        case JSONBody(value):
            exchange.shop.log.amend(exchange.number, lambda record: attrs.evolve(record, json=value), size=reader.size)
        case FormBody() as body:
            form = {name: values[-1] for name, values in body.fields.items()}
            files = tuple(map(_received, body.files))
            exchange.shop.log.amend(
                exchange.number,
                lambda record: attrs.evolve(record, form=form, files=files),
                size=sum(map(len, form.values())),
            )
        case _:
            pass


def _received(file: UploadedFile) -> ReceivedFile:
    return ReceivedFile(
        field=file.field,
        filename=file.filename,
        content_type=file.content_type or "application/octet-stream",
        size=file.size,
    )
