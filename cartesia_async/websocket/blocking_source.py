"""A source of text that blocks, asked on a thread that nothing waits for."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

END = object()
_NAME = "cartesia-async-text"


class BlockingSource:
    """
    An iterable whose next piece may take its time, or never come.

    Neither the loop nor the threads that all share wait for it, nor does the end of the program: its thread, which none of the
    pools of Python's joins at exit, is a daemon.

    Args:
        text: The iterable.
    """

    def __init__(self, text: Iterable[object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._text = text
        self._asked = queue.SimpleQueue[asyncio.Future[object] | None]()
        self._thread: threading.Thread | None = None

    async def next(self) -> object:
        """
        Wait for the next piece; `END` where there is none.

        Raises:
            Exception: What the iterable raised.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=_NAME, daemon=True)
            self._thread.start()
        answer: asyncio.Future[object] = self._loop.create_future()
        self._asked.put(answer)
        return await answer

    def close(self) -> None:
        """Close the iterable as soon as it comes back from the piece it may be working on, without waiting for that."""
        self._asked.put(None)

    def _run(self) -> None:
        iterator: Any = None
        while (answer := self._asked.get()) is not None:
            piece: object = END
            failure: BaseException | None = None
            try:
                if iterator is None:
                    iterator = iter(self._text)
                piece = next(iterator, END)
            except BaseException as error:  # noqa: BLE001 - it is raised where the piece is waited for
                failure = error
            with suppress(RuntimeError):  # the loop was closed, and nobody waits
                self._loop.call_soon_threadsafe(_hand_over, answer, piece, failure)
            del answer, piece, failure
        if (close := getattr(iterator, "close", None)) is not None:
            with suppress(Exception):  # nobody is there to be told
                close()


def _hand_over(answer: asyncio.Future[object], piece: object, failure: BaseException | None) -> None:
    if answer.done():
        return
    if failure is None:
        answer.set_result(piece)
    elif isinstance(failure, StopIteration):
        # A future takes none.
        answer.set_exception(RuntimeError("the text raised StopIteration"))
    else:
        answer.set_exception(failure)
