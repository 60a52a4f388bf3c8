"""The event loop that a blocking client keeps for itself, on a thread of its own."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
import warnings
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from .closing import closed, closed_meanwhile

T = TypeVar("T")
Call = Callable[[], Coroutine[Any, Any, Any]]
THREAD_NAME = "cartesia-async"
_DEAF = 0.25  # seconds that Ctrl-C may go unheard, at the most


class PrivateLoop:
    """
    A loop that the first call starts; after a fork, the child's first call starts another.

    Args:
        closing: What is to be done on the loop before it ends.
    """

    def __init__(self, closing: Call) -> None:
        self._closing = closing
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._closed = False
        _loops.add(self)

    def call(self, function: Callable[..., Coroutine[Any, Any, T]], *arguments: object) -> T:
        """
        Run *function* on the loop and wait for its result.

        Whatever interrupts the waiting, such as Ctrl-C, cancels what runs there.

        Raises:
            RuntimeError: The client is closed, or this is its own thread, which cannot wait for itself.
            APIConnectionError: The client is closed meanwhile.
        """
        running = self._running or self._started()
        if running.thread is threading.current_thread():
            msg = "a blocking client cannot be called from its own callbacks, which run on the thread of its loop"
            raise RuntimeError(msg)
        future = Future[T]()
        try:
            running.start(future, partial(function, *arguments))
            return _result_of(future)
        except BaseException as error:
            running.cancel(future)
            if self._closed and isinstance(error, (CancelledError, _EndedError)):
                raise closed_meanwhile() from None
            raise

    @property
    def closed(self) -> bool:
        """Whether it takes no more calls."""
        return self._closed

    def _started(self) -> _Running:
        with self._lock:
            if self._closed:
                raise closed()
            if self._running is None:
                self._running = _Running(self._closing)
            return self._running

    def close(self) -> None:
        """End the loop and its thread; a second time does nothing."""
        with self._lock:
            self._closed = True
            running, self._running = self._running, None
        if running is not None:
            running.end()
            running.wait()

    def forget(self) -> None:
        """Know nothing of the loop any more, and start another at the next call."""
        self._lock, self._running = threading.Lock(), None

    def __del__(self) -> None:
        running = getattr(self, "_running", None)
        if running is None:
            return
        # Garbage is collected at any moment on any thread, perhaps with a lock held that the loop's
        # thread needs, perhaps on that thread itself: nothing is waited for here.
        running.end()
        warnings.warn("a Cartesia client was not closed", ResourceWarning, stacklevel=1, source=self)


def _result_of(future: Future[T]) -> T:
    # A signal that comes in the very moment before a lock is waited for is heard only when the waiting ends: so it ends
    # now and then.
    while True:
        try:
            return future.result(_DEAF)
        except TimeoutError as error:
            if future.done() and not future.cancelled() and future.exception() is error:
                raise


class _EndedError(RuntimeError):
    """The loop has ended."""


class _Running:
    """A loop that runs, and the thread it runs on."""

    def __init__(self, closing: Call) -> None:
        self._closing = closing
        self._started = Future[None]()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = asyncio.Event()
        self._lock = threading.Lock()
        self._waiting = dict[Future[Any], Call]()
        self._tasks = dict[Future[Any], asyncio.Task[Any]]()
        self._over = False
        # A daemon, so that it does not hold up the interpreter's exit, which ends it in good order.
        self.thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
        self.thread.start()
        try:
            self._started.result()
        except BaseException:
            # Ctrl-C, perhaps: whoever waited will not come back for it.
            self.end()
            raise

    # anyio's portal does the same at three times the price, since it makes each call a task group's; and asyncio's
    # `run_coroutine_threadsafe` leaves each result in a circle of references, so that what is dropped stays open.

    def start(self, future: Future[T], call: Callable[[], Coroutine[Any, Any, T]]) -> None:
        """
        Start *call* on the loop, for *future*. Safe from every thread.

        Raises:
            RuntimeError: The loop has ended.
        """
        # The coroutine is made there: made here, Ctrl-C could come in between, and it would never be awaited.
        with self._lock:
            if self._over:
                msg = "the loop has ended"
                raise _EndedError(msg)
            self._waiting[future] = call
            self._post(self._begin, future)

    def cancel(self, future: Future[Any]) -> None:
        """Cancel what was started. Safe from every thread."""
        future.cancel()
        with suppress(RuntimeError):  # it has ended
            self._post(self._cancel, future)

    def _post(self, callback: Callable[..., None], *arguments: object) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(callback, *arguments)

    def _begin(self, future: Future[Any]) -> None:
        with self._lock:
            call = self._waiting.pop(future)
        if future.cancelled():
            return
        try:
            task = asyncio.get_running_loop().create_task(call())
        except Exception as error:  # noqa: BLE001 - it is told to whoever waits
            with suppress(InvalidStateError):  # nobody waits for it any more
                future.set_exception(error)
            return
        self._tasks[future] = task
        task.add_done_callback(partial(self._hand_over, future))

    def _cancel(self, future: Future[Any]) -> None:
        with self._lock:
            self._waiting.pop(future, None)  # what interrupted it may have come before it was posted
        if (task := self._tasks.get(future)) is not None:
            task.cancel()

    def _hand_over(self, future: Future[Any], task: asyncio.Task[Any]) -> None:
        del self._tasks[future]
        with suppress(InvalidStateError):  # nobody waits for it any more
            if task.cancelled():
                future.cancel()
            elif (error := task.exception()) is not None:
                future.set_exception(error)
            else:
                future.set_result(task.result())

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)
        finally:
            self._release()
            _open.discard(self)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        _open.add(self)
        self._started.set_result(None)
        await self._ending.wait()
        await self._closing()

    def _release(self) -> None:
        # What came too late to be started on the loop, which cancels all that it runs before it ends.
        with self._lock:
            self._over = True
            waiting, self._waiting = self._waiting, {}
        for future in waiting:
            future.cancel()

    def end(self) -> None:
        """Let it end soon. Safe from every thread, and at any moment."""
        if self._loop is None:
            # It has not begun, and ends as soon as it does; should it begin in this very moment, it is woken below.
            self._ending.set()
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._ending.set)

    def wait(self) -> None:
        """Wait for its end, unless this is its own thread."""
        if self.thread is not threading.current_thread():
            self.thread.join()


_loops = weakref.WeakSet[PrivateLoop]()
_open = set[_Running]()
# A forked child has its parent's loops but not their threads: they are kept, and never touched.
_parents = list[object]()


def _at_exit() -> None:
    left = list(_open)
    for running in left:
        running.end()
    for running in left:
        running.wait()
    for loop in list(_loops):
        loop.forget()


def _in_child() -> None:
    _parents.extend(_open)
    _open.clear()
    for loop in list(_loops):
        loop.forget()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
