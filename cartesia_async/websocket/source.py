"""Where text comes from: a string, or pieces that come one by one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from typing import TypeAlias, cast

from .._wire import checks
from .blocking_source import END, BlockingSource

Text: TypeAlias = str | Iterable[str] | AsyncIterable[str]


def checked(text: Text) -> Text:
    """
    Return *text* if it is one.

    Raises:
        ValueError: It is an empty string.
        TypeError: It is neither a string nor iterable.
    """
    if isinstance(text, str):
        return checks.text("text", text)
    if isinstance(text, (bytes, bytearray, memoryview)) or not isinstance(text, (Iterable, AsyncIterable)):
        msg = f"text must be a string, an iterable or an asynchronous iterable of strings, not {type(text).__name__}"
        raise TypeError(msg)
    return text


async def pieces_of(text: Iterable[str] | AsyncIterable[str]) -> AsyncGenerator[str]:
    """
    Give the pieces one by one; however it is left, a source that can be closed is.

    Raises:
        ValueError: A piece cannot be sent.
        TypeError: A piece is no string.
    """
    if isinstance(text, AsyncIterable):
        async for piece in _asynchronous(text):
            yield _checked(piece)
    elif isinstance(text, (list, tuple)):
        for piece in cast("Iterable[object]", text):
            yield _checked(piece)
    else:
        async for piece in _on_a_thread(text):
            yield _checked(piece)


async def _asynchronous(text: AsyncIterable[object]) -> AsyncGenerator[object]:
    iterator = aiter(text)
    try:
        async for piece in iterator:
            yield piece
    finally:
        if (aclose := getattr(iterator, "aclose", None)) is not None:
            await aclose()


async def _on_a_thread(text: Iterable[object]) -> AsyncGenerator[object]:
    source = BlockingSource(text)
    try:
        while (piece := await source.next()) is not END:
            yield piece
    finally:
        source.close()


def _checked(piece: object) -> str:
    if not isinstance(piece, str):
        msg = f"text must give strings, not {type(piece).__name__}"
        raise TypeError(msg)
    return checks.sendable("text", piece)
