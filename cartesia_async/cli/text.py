"""Where the text to speak comes from."""

from __future__ import annotations

import codecs
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from threading import Thread

from .terminal import is_terminal

STDIN = "-"
_PIECE = 4096
_MOST_PIECES = 8


def text_source(text: str | None, file: str | None) -> str | None:
    """
    Decide which file the text is read from.

    Args:
        text: The text as an argument, ``-`` for standard input, ``None`` where there is none.
        file: A file, ``-`` for standard input, ``None`` where there is none.

    Returns:
        The file, or ``None`` where *text* is the text itself.

    Raises:
        ValueError: There is none, or more than one.
    """
    if text is not None and file is not None:
        msg = "TEXT and --file exclude each other"
        raise ValueError(msg)
    if text is not None:
        return STDIN if text == STDIN else None
    if file is not None:
        return file
    if is_terminal(sys.stdin):
        msg = "give a TEXT, or a file by -f FILE, or - to read standard input"
        raise ValueError(msg)
    return STDIN


def whole_text(source: str) -> str:
    """
    Read all the text of a file, or of standard input.

    Raises:
        ValueError: It cannot be read, or is not text in UTF-8.
    """
    return "".join(pieces_of_text(source))


def pieces_of_text(source: str) -> Iterator[str]:
    """
    Read text as it comes, from a file or from standard input.

    Raises:
        ValueError: It cannot be read, or is not text in UTF-8.
    """
    decode = codecs.getincrementaldecoder("utf-8-sig")().decode
    try:
        for piece in _pieces(source):
            yield decode(piece)
        yield decode(b"", True)  # noqa: FBT003 - its only way to tell the end
    except UnicodeDecodeError as error:
        name = "standard input" if source == STDIN else repr(source)
        msg = f"{name} is not text in UTF-8"
        raise ValueError(msg) from error
    except OSError as error:
        msg = f"cannot read {source!r}: {error.strerror}"
        raise ValueError(msg) from error


def _pieces(source: str) -> Iterator[bytes]:
    # Standard input itself would wait for more than there is, and hold a lock meanwhile.
    stdin = source == STDIN
    with open(sys.stdin.fileno() if stdin else source, "rb", buffering=0, closefd=not stdin) as file:
        while piece := file.read(_PIECE):
            yield piece


async def arriving_text(source: str) -> AsyncIterator[str]:
    """
    Read text as it comes, so that nobody need wait for more of it.

    Raises:
        ValueError: It cannot be read, or is not text in UTF-8.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    arrived = asyncio.Queue[str | ValueError | None](_MOST_PIECES)

    def hand_over(piece: str | ValueError | None) -> None:
        putting = arrived.put(piece)
        try:
            asyncio.run_coroutine_threadsafe(putting, loop).result()
        except RuntimeError:
            putting.close()
            raise

    def read() -> None:
        # Whoever was to hear of it may have left.
        with suppress(RuntimeError, CancelledError):
            try:
                for piece in pieces_of_text(source):
                    hand_over(piece)
                hand_over(None)
            except ValueError as error:
                hand_over(error)

    # A daemon: what waits for standard input cannot be told to stop.
    Thread(target=read, daemon=True).start()
    while (piece := await arrived.get()) is not None:
        if isinstance(piece, ValueError):
            raise piece
        yield piece
