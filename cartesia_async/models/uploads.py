"""What can be uploaded."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable
from os import PathLike
from typing import Any, Protocol

import attrs


class BinaryReader(Protocol):
    """A binary file object, whose ``read`` gives bytes or an awaitable of bytes."""

    def read(self, size: int, /) -> Any:
        """Read at most *size* bytes; none at the end."""
        ...


Content = str | PathLike[str] | bytes | bytearray | memoryview | BinaryReader | Iterable[bytes] | AsyncIterable[bytes]


@attrs.frozen
class Upload:
    """
    A file to upload, where its name, its type or its progress matter.

    Attributes:
        content: A path, bytes, a binary file object (sync or async), or an iterable or async iterable of bytes.
        filename: The name sent along; guessed where left out.
        content_type: The media type sent along, such as ``"audio/wav"``; guessed where left out.
        progress: Called with (bytes sent, bytes in all or ``None``) after each piece.
    """

    content: Content
    filename: str | None = attrs.field(default=None, kw_only=True)
    content_type: str | None = attrs.field(default=None, kw_only=True)
    progress: Callable[[int, int | None], object] | None = attrs.field(default=None, kw_only=True)

    @classmethod
    def of(cls, given: Content | Upload) -> Upload:
        """
        Make an upload of what a call is given.

        Args:
            given: What holds the bytes, or an upload, which stays as it is.
        """
        return given if isinstance(given, Upload) else cls(given)


Uploadable = Content | Upload
