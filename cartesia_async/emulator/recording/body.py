"""What a request carried, as it is kept: JSON and fields as they are, files and all else by their digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeGuard
from urllib.parse import parse_qsl

import attrs

from .multipart import BrokenFormError, MultipartDecoder, PartHead, boundary_of

MOST_JSON = 8 * 2**20
_MOST_FIELD = 64 * 2**10
_MOST_PARTS = 1_000


@attrs.frozen(kw_only=True)
class Content:
    """
    Bytes that are not kept.

    Attributes:
        size: How many there were.
        sha256: Their digest, in hexadecimal digits.
    """

    size: int
    sha256: str


@attrs.frozen(kw_only=True)
class UploadedFile(Content):
    """
    A file of a form, or a field too long to be kept.

    Attributes:
        field: The name of the form field.
        filename: The file's name, `None` where none was sent.
        content_type: The type that was sent with it, `None` where none was.
    """

    field: str
    filename: str | None = None
    content_type: str | None = None


@attrs.frozen(kw_only=True)
class FormBody:
    """
    A form.

    Attributes:
        fields: Its text fields, each with all its values.
        files: Its files.
    """

    fields: dict[str, list[str]]
    files: list[UploadedFile] = attrs.field(factory=list[UploadedFile])


@attrs.frozen
class JSONBody:
    """
    A JSON body.

    Attributes:
        value: The value.
    """

    value: Any


Body = JSONBody | FormBody | Content


def is_array(value: object) -> TypeGuard[list[object]]:
    """Tell whether a JSON value is an array."""
    return isinstance(value, list)


class BodyReader:
    """
    Reads a body while it passes by; holds JSON of 8 MiB at most, fields of 64 KiB at most, and no files.

    Args:
        content_type: The value of the header, with its parameters.
    """

    def __init__(self, content_type: str) -> None:
        self._kind = content_type.partition(";")[0].strip().lower()
        self._digest = _Digest()
        self._kept = bytearray()
        self._form: _Form | None = None
        if self._kind == "multipart/form-data":
            self._form = _Form.of(content_type)

    def feed(self, data: bytes) -> None:
        """Take a piece."""
        self._digest.take(data)
        if self._form is not None:
            try:
                self._form.decoder.feed(data)
            except BrokenFormError:
                self._form = None
        elif len(self._kept) <= MOST_JSON:
            self._kept += data

    def close(self) -> Body | None:
        """Give what it was, `None` for nothing."""
        content = self._digest.content()
        if not content.size:
            return None
        if self._form is not None:
            return self._form.close() or content
        if content.size > MOST_JSON or self._kind.startswith("multipart/"):
            return content
        try:
            text = self._kept.decode("utf-8")
            if self._kind == "application/x-www-form-urlencoded":
                return FormBody(fields=_all_values(parse_qsl(text, keep_blank_values=True)))
            return JSONBody(json.loads(text, parse_constant=_refuse))
        except (ValueError, RecursionError):
            return content


class _Digest:
    """Counts bytes and takes their digest."""

    def __init__(self) -> None:
        self._size = 0
        self._sha256 = hashlib.sha256()

    def take(self, data: bytes) -> None:
        self._size += len(data)
        self._sha256.update(data)

    def content(self) -> Content:
        return Content(size=self._size, sha256=self._sha256.hexdigest())


class _Form:
    """A form that is being read."""

    def __init__(self) -> None:
        self._fields: list[tuple[str, str]] = []
        self._files: list[UploadedFile] = []
        self._count = 0
        self.decoder: MultipartDecoder

    @classmethod
    def of(cls, content_type: str) -> _Form | None:
        form = cls()
        try:
            form.decoder = MultipartDecoder(boundary_of(content_type), form._begin)
        except BrokenFormError:
            return None
        return form

    def close(self) -> FormBody | None:
        try:
            self.decoder.close()
        except BrokenFormError:
            return None
        return FormBody(fields=_all_values(self._fields), files=self._files)

    def _begin(self, head: PartHead) -> _Part:
        self._count += 1
        if self._count > _MOST_PARTS:
            raise BrokenFormError(f"the form has more than {_MOST_PARTS} parts")
        return _Part(head, field=lambda text: self._fields.append((head.name, text)), file=self._files.append)


class _Part:
    """A part of a form that is being read."""

    def __init__(self, head: PartHead, *, field: Callable[[str], None], file: Callable[[UploadedFile], None]) -> None:
        self._head = head
        self._field, self._file = field, file
        self._digest = _Digest()
        self._text: bytearray | None = None if head.filename is not None else bytearray()

    def take(self, data: bytes) -> None:
        self._digest.take(data)
        if self._text is not None:
            self._text += data
            if len(self._text) > _MOST_FIELD:
                self._text = None

    def end(self) -> None:
        if self._text is not None:
            try:
                self._field(self._text.decode("utf-8"))
            except UnicodeDecodeError:
                pass
            else:
                return
        head, content = self._head, self._digest.content()
        self._file(
            UploadedFile(
                field=head.name,
                filename=head.filename,
                content_type=head.content_type,
                size=content.size,
                sha256=content.sha256,
            )
        )


def _all_values(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")
