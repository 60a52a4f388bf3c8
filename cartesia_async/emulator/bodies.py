"""Reading what a request carries: a JSON object, or a form whose files are never held in memory."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncGenerator
from typing import Protocol

import aiohttp
import attrs
from aiohttp import HttpVersion11, web
from aiohttp.http_exceptions import HttpProcessingError

from .fields import Fields, json_object, shown
from .problems import Problem, invalid, too_large
from .received import ReceivedFile

_MOST_JSON = 8 * 2**20
_MOST_TEXT = 64 * 2**10
_MOST_PARTS = 200
# Of less, aiohttp may have to put some back, and warns of it: with warnings as errors that would break the form.
_MORE_THAN_IS_BUFFERED = 2**30
_FORM_TYPES = ("multipart/", "application/x-www-form-urlencoded")

# What aiohttp raises for a body that is cut, wrongly compressed, or a form that is not one; it also warns of bad
# headers, which is an error where warnings are.
_BROKEN = (
    aiohttp.ClientError,
    HttpProcessingError,
    web.RequestPayloadError,
    zlib.error,
    AssertionError,
    EOFError,
    LookupError,
    RuntimeError,
    ValueError,
    Warning,
)


async def go_ahead(request: web.BaseRequest) -> None:
    """Ask for the body of a client that waits to be asked."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # It is no part of the answer, which aiohttp would otherwise take to have begun.
        request.writer.output_size = 0


async def read_body(request: web.BaseRequest) -> bytes:
    """
    Read a whole body of at most 8 MiB.

    Raises:
        Problem: 413 when it is larger; 400 when it cannot be read.
    """
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > _MOST_JSON:
                raise too_large("The body", _MOST_JSON)
    except _BROKEN as error:
        raise invalid("The body could not be read to its end.") from error
    return bytes(body)


def read_object(body: bytes, content_type: str) -> dict[str, object]:
    """
    Read a JSON object.

    Raises:
        Problem: 415 when the type of the body is another; 400 when it is not strict JSON in UTF-8 or not an object.
    """
    if content_type.startswith(_FORM_TYPES):
        raise Problem(
            status=415,
            title="Unsupported media type",
            message=f"The body must be application/json, but is {shown(content_type)}.",
        )
    try:
        value: object = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except RecursionError:
        raise invalid("The body is nested too deeply.", title="Invalid JSON") from None
    except ValueError as error:
        reason = str(error).encode("ascii", "backslashreplace").decode()
        raise invalid(f"The body is not JSON: {reason[:200]}.", title="Invalid JSON") from None
    found = json_object(value)
    if found is None:
        raise invalid("The body must be a JSON object.", title="Invalid JSON")
    return found


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")


class _Sink(Protocol):
    async def write(self, chunk: bytes, /) -> None: ...


@attrs.frozen
class Form:
    """
    A form.

    Attributes:
        fields: Its text fields.
        files: What is known of its files.
    """

    fields: Fields
    files: tuple[ReceivedFile, ...]

    def file(self, name: str) -> ReceivedFile:
        """Give the file of a field; `Problem` (400) where there is none."""
        for file in self.files:
            if file.field == name:
                return file
        raise invalid(f"`{name}` is required, as a file in a multipart form.")


class Counted:
    """Takes the bytes of a file of any size and keeps none."""

    async def write(self, chunk: bytes, /) -> None:
        """Take a chunk."""


async def read_form(request: web.BaseRequest, file_field: str, sink: _Sink) -> Form:
    """
    Read a multipart form.

    Args:
        request: The request.
        file_field: The field whose bytes go to the sink; those of other files are counted and dropped.
        sink: Takes the bytes.

    Raises:
        Problem: 415 when it is no multipart form; 400 when it is broken, 413 when it is too much.
    """
    if not request.content_type.startswith("multipart/form-data"):
        raise Problem(
            status=415,
            title="Unsupported media type",
            message=f"The body must be multipart/form-data, but is {shown(request.content_type)}.",
        )
    texts: dict[str, object] = {}
    files: list[ReceivedFile] = []
    async for part, name, filename in _parts(request):
        if filename is None and name != file_field:
            texts[name] = await _text(part)
            continue
        target: _Sink = sink if name == file_field and not any(file.field == name for file in files) else Counted()
        size = 0
        async for chunk in _chunks(part):
            size += len(chunk)
            await target.write(chunk)
        content_type = part.headers.get("Content-Type", "application/octet-stream")
        files.append(ReceivedFile(field=name, filename=filename, content_type=content_type, size=size))
    return Form(Fields(texts, textual=True), tuple(files))


def _broken_form() -> Problem:
    return invalid("The multipart form is broken.", title="Invalid form")


async def _parts(request: web.BaseRequest) -> AsyncGenerator[tuple[aiohttp.BodyPartReader, str, str | None]]:
    count = 0
    try:
        reader = await request.multipart()
    except _BROKEN as error:
        raise _broken_form() from error
    while True:
        count += 1
        try:
            part = await reader.next()
            if part is None:
                return
            if not isinstance(part, aiohttp.BodyPartReader) or count > _MOST_PARTS:
                raise _broken_form()
            name, filename = part.name or "", part.filename
        except _BROKEN as error:
            raise _broken_form() from error
        yield part, name, filename


async def _chunks(part: aiohttp.BodyPartReader) -> AsyncGenerator[bytes]:
    while True:
        try:
            chunk = await part.read_chunk(_MORE_THAN_IS_BUFFERED)
        except _BROKEN as error:
            raise _broken_form() from error
        if not chunk:
            return
        yield chunk


async def _text(part: aiohttp.BodyPartReader) -> str:
    value = bytearray()
    async for chunk in _chunks(part):
        value += chunk
        if len(value) > _MOST_TEXT:
            raise too_large("A text field", _MOST_TEXT)
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise invalid("A text field of the form is not UTF-8.", title="Invalid form") from None
