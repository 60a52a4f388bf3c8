"""
The parts of a form, out of bytes that are cut anywhere and pass by on their way to somewhere else.

https://www.rfc-editor.org/rfc/rfc7578 and https://www.rfc-editor.org/rfc/rfc2046#section-5.1.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from email.message import Message
from typing import Protocol

import attrs
from aiohttp import content_disposition_filename, parse_content_disposition
from multidict import CIMultiDict

_LONGEST_HEAD = 16 * 2**10


class BrokenFormError(ValueError):
    """A body that is no form."""


@attrs.frozen(kw_only=True)
class PartHead:
    """
    What is said of a part before it comes.

    Attributes:
        name: The name of the form field.
        filename: The file's name, `None` for a part that is none.
        content_type: Its type, `None` where none was sent.
    """

    name: str
    filename: str | None
    content_type: str | None


class PartTaker(Protocol):
    """Takes one part."""

    def take(self, data: bytes, /) -> None:
        """Take a piece of it."""

    def end(self) -> None:
        """Hear that it is whole."""


class MultipartDecoder:
    """
    Hands the parts of a form on, piece by piece; holds no more than a head, or a boundary, that is not whole.

    Args:
        boundary: What stands between the parts.
        begin: Called for each part; gives what takes it.
    """

    def __init__(self, boundary: bytes, begin: Callable[[PartHead], PartTaker]) -> None:
        # The first boundary needs no line end before it.
        self._buffer = b"\r\n"
        self._delimiter = b"\r\n--" + boundary
        self._begin = begin
        self._part: PartTaker | None = None
        self._step: Callable[[], bool] = self._body

    def feed(self, data: bytes) -> None:
        """
        Take a piece of the form.

        Raises:
            BrokenFormError: It is none.
        """
        self._buffer += data
        while self._step():
            pass

    def close(self) -> None:
        """
        Hear that the form has ended.

        Raises:
            BrokenFormError: It is not whole.
        """
        if self._step != self._epilogue:
            raise BrokenFormError("the form has no end")

    def _body(self) -> bool:
        end = self._buffer.find(self._delimiter)
        # What may be the beginning of a boundary waits for the rest.
        sure = max(len(self._buffer) - len(self._delimiter) + 1, 0) if end < 0 else end
        if self._part is not None and sure:
            self._part.take(self._buffer[:sure])
        if end < 0:
            self._buffer = self._buffer[sure:]
            return False
        if self._part is not None:
            self._part.end()
            self._part = None
        self._buffer = self._buffer[end + len(self._delimiter) :]
        self._step = self._after_boundary
        return True

    def _after_boundary(self) -> bool:
        rest = self._buffer.lstrip(b" \t")
        if len(rest) < len(b"--"):
            self._check_head()
            return False
        if rest.startswith(b"--"):
            self._step = self._epilogue
            return True
        if not rest.startswith(b"\r\n"):
            raise BrokenFormError("a boundary does not stand on a line of its own")
        # The line end stays: a head without lines ends with it.
        self._buffer = rest
        self._step = self._head
        return True

    def _head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            self._check_head()
            return False
        head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
        self._part = self._begin(_part_head(head))
        self._step = self._body
        return True

    def _check_head(self) -> None:
        if len(self._buffer) > _LONGEST_HEAD:
            raise BrokenFormError("the head of a part has no end")

    def _epilogue(self) -> bool:
        self._buffer = b""
        return False


def boundary_of(content_type: str) -> bytes:
    """
    Give the boundary that the content type of a form names.

    Raises:
        BrokenFormError: There is none.
    """
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_boundary()
    if not boundary or not boundary.isascii():
        raise BrokenFormError("the form has no boundary")
    return boundary.encode("ascii")


def _part_head(head: bytes) -> PartHead:
    headers = CIMultiDict[str]()
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        headers.add(name.strip(), value.strip())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is wrong in a header, which then has no parameters
        _, parameters = parse_content_disposition(headers.get("Content-Disposition"))
    return PartHead(
        name=parameters.get("name", ""),
        filename=content_disposition_filename(parameters),
        content_type=headers.get("Content-Type"),
    )
