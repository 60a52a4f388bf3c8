"""The event loop that a blocking client keeps for itself, on a thread of its own."""

from __future__ import annotations

import os
import threading
import warnings
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

T = TypeVar("T")
Closing = Callable[[], Coroutine[Any, Any, None]]
THREAD_NAME = "cartesia-async"

# A forked child has its parent's portals but not their threads: they are kept, and never touched.
_parents: list[object] = []


class PrivateLoop:
    """
    A loop that the first call starts; after a fork, the child's first call starts another.

    Args:
        closing: What is to be done on the loop before it ends.
    """

    def __init__(self, closing: Closing) -> None:
        self._closing = closing
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._portal: BlockingPortal | None = None
        self._finalizer: weakref.finalize[..., PrivateLoop] | None = None
        self._closed = False

    def call(self, function: Callable[..., Coroutine[Any, Any, T]], *arguments: object) -> T:
        """
        Run *function* on the loop and wait for its result.

        Whatever interrupts the waiting, such as Ctrl-C, cancels what runs there.
        """
        portal = self._started()
        future: Future[T] | None = None
        try:
            future = portal.start_task_soon(function, *arguments)
            return future.result()
        except BaseException:
            if future is not None:
                future.cancel()
            raise

    def _started(self) -> BlockingPortal:
        if self._pid != os.getpid():
            self._leave_to_parent()
        portal = self._portal
        if portal is None:
            with self._lock:
                portal = self._portal or self._start()
        return portal

    def _leave_to_parent(self) -> None:
        _parents.append((self._portal, self._finalizer))
        if self._finalizer is not None:
            self._finalizer.detach()
        self._lock, self._pid, self._portal, self._finalizer = threading.Lock(), os.getpid(), None, None

    def _start(self) -> BlockingPortal:
        if self._closed:
            msg = "this client is closed: make a new one"
            raise RuntimeError(msg)
        manager = start_blocking_portal(name=THREAD_NAME)
        portal = self._portal = manager.__enter__()
        # The thread is a daemon, so it does not hold up the interpreter's exit; this ends it there in good order.
        self._finalizer = weakref.finalize(self, _end, manager, portal, self._closing)
        return portal

    def close(self) -> None:
        """End the loop and its thread; a second time does nothing."""
        if self._pid != os.getpid():
            self._leave_to_parent()
        with self._lock:
            self._closed = True
            finalizer, self._finalizer, self._portal = self._finalizer, None, None
        if finalizer is not None:
            finalizer()

    def __del__(self) -> None:
        finalizer = getattr(self, "_finalizer", None)
        if finalizer is not None and finalizer.alive and self._pid == os.getpid():
            warnings.warn("a Cartesia client was not closed", ResourceWarning, stacklevel=1, source=self)


def _end(manager: AbstractContextManager[BlockingPortal], portal: BlockingPortal, closing: Closing) -> None:
    def end() -> None:
        try:
            portal.call(closing)
        finally:
            manager.__exit__(None, None, None)

    if threading.current_thread().name == THREAD_NAME:
        # The garbage of a forgotten client was collected on its own thread, which cannot wait for itself.
        threading.Thread(target=end, daemon=True).start()
    else:
        end()
