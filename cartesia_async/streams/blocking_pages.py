"""The blocking twins of pages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, Self, TypeVar

from .._io.private_loop import PrivateLoop
from .pages import Leaf, LeafSequence, Page, Pages, Walk

T = TypeVar("T")


class BlockingPage(LeafSequence[T], Generic[T]):
    """One page: a sequence of items, with the way to the next."""

    def __init__(self, loop: PrivateLoop, page: Page[T]) -> None:
        leaf: Leaf[T] = page._leaf  # noqa: SLF001 - its twin
        super().__init__(leaf)
        self._loop, self._page = loop, page

    def next_page(self) -> BlockingPage[T]:
        """
        Ask for the page that follows.

        Raises:
            IndexError: This is the last page.
            CartesiaError: The request failed.
        """
        return BlockingPage(self._loop, self._loop.call(self._page.next_page))


class BlockingPages(Generic[T]):
    """Items over many pages, of which each is asked for only when it is needed."""

    def __init__(self, loop: PrivateLoop, pages: Pages[T]) -> None:
        self._loop, self._pages = loop, pages

    def first_page(self) -> BlockingPage[T]:
        """
        Ask for the first page.

        Raises:
            CartesiaError: The request failed.
        """
        return BlockingPage(self._loop, self._loop.call(self._pages.first_page))

    def __iter__(self) -> Iterator[T]:
        return _BlockingWalk(self._loop, self._pages._walk())  # noqa: SLF001 - its twin


class _BlockingWalk(Generic[T]):
    """All items, of which each page crosses threads once."""

    def __init__(self, loop: PrivateLoop, walk: Walk[T]) -> None:
        self._loop, self._walk = loop, walk
        self._ready = deque[T]()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        while not self._ready:
            if self._walk.over:
                raise StopIteration
            self._loop.call(self._walk.fill)
            self._ready.extend(self._walk.batch())
        return self._ready.popleft()
