"""The threads on which everything heavy is done, a step at a time, so that many streams share them."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar, TypeVarTuple

import attrs

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_THREADS = 8
_PATIENCE = 5.0


@attrs.frozen
class _Step(Generic[T]):
    """One item of a generator; `None` instead of a step means the end."""

    item: T


class _Steps(Generic[T]):
    """A generator of which one step is taken at a time, on any thread, and which can be left from any other."""

    def __init__(self, source: Generator[T]) -> None:
        self._source = source
        self._lock = threading.Lock()

    def take(self) -> _Step[T] | None:
        with self._lock:
            for item in self._source:
                return _Step(item)
            return None

    def close(self) -> None:
        with self._lock:
            self._source.close()


class Workers:
    """A few threads of one emulator; started with the first work, joined by `close`."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="cartesia-emulator")

    async def run(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        """Do one piece of work on a thread and give its result or error."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)

    async def each(self, source: Generator[T]) -> AsyncGenerator[T]:
        """
        Walk a blocking generator, each step on a thread.

        The next step is taken only when the next item is asked for: a slow reader holds the source back. When the walk
        is left early, the source is closed as soon as the step under way has ended.
        """
        steps = _Steps(source)
        try:
            while (step := await self.run(steps.take)) is not None:
                yield step.item
        except BaseException:
            # Not awaited: whoever leaves must not wait for a step that is still being worked on.
            with contextlib.suppress(RuntimeError):  # the workers have ended, and no step is under way
                self._pool.submit(steps.close)
            raise

    async def close(self) -> None:
        """Drop the work not begun, wait for what is under way (5 seconds at most) and end the threads."""
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()

        def end() -> None:
            self._pool.shutdown(wait=True, cancel_futures=False)
            with contextlib.suppress(RuntimeError):  # the loop was closed, when nobody waited any more
                loop.call_soon_threadsafe(ended.set)

        ender = threading.Thread(target=end, name="cartesia-emulator-end", daemon=True)
        ender.start()
        try:
            async with asyncio.timeout(_PATIENCE):
                await ended.wait()
        except TimeoutError:
            return
        ender.join()
