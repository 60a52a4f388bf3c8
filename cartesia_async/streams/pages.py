"""Item after item over many pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Sequence
from typing import Any, Generic, NoReturn, TypeVar, overload

import attrs

from ..errors import APIResponseError

T = TypeVar("T")


@attrs.frozen
class Leaf(Generic[T]):
    """
    One page as it came.

    Attributes:
        items: Its items.
        cursor: What the next is asked for with: a parameter's name and its value; ``None`` on the last page.
    """

    items: tuple[T, ...]
    cursor: tuple[str, str] | None


Turn = Callable[["tuple[str, str] | None"], Awaitable[Leaf[T]]]


def _refuse_circle(cursor: tuple[str, str] | None) -> NoReturn:
    msg = f"the service names {cursor} as the way from a page to one that was read already"
    raise APIResponseError(msg)


class LeafSequence(Sequence[T]):
    """A page as a sequence."""

    def __init__(self, leaf: Leaf[T]) -> None:
        self._leaf = leaf

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return self._leaf.cursor is not None

    def __len__(self) -> int:
        return len(self._leaf.items)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self._leaf.items[index]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)}{', more follow' if self.has_more else ''}>"

    def _next_cursor(self) -> tuple[str, str]:
        if self._leaf.cursor is None:
            msg = "this is the last page"
            raise IndexError(msg)
        return self._leaf.cursor


class Page(LeafSequence[T], Generic[T]):
    """One page: a sequence of items, with the way to the next."""

    def __init__(self, leaf: Leaf[T], turn: Turn[T], asked: tuple[str, str] | None = None) -> None:
        super().__init__(leaf)
        self._turn, self._asked = turn, asked

    async def next_page(self) -> Page[T]:
        """
        Ask for the page that follows.

        Raises:
            IndexError: This is the last page.
            CartesiaError: The request failed, or the service names this page as the next.
        """
        cursor = self._next_cursor()
        if cursor == self._asked:
            _refuse_circle(cursor)
        return Page(await self._turn(cursor), self._turn, cursor)


class Pages(Generic[T]):
    """
    Items over many pages, of which each is asked for only when it is needed.

    ``async for`` walks over all items; awaiting gives the first page.
    """

    def __init__(self, turn: Turn[T]) -> None:
        self._turn = turn
        self._walked = False

    async def first_page(self) -> Page[T]:
        """
        Ask for the first page.

        Raises:
            CartesiaError: The request failed.
        """
        return Page(await self._turn(None), self._turn)

    def __await__(self) -> Generator[Any, Any, Page[T]]:
        return self.first_page().__await__()

    def __aiter__(self) -> AsyncIterator[T]:
        return self._walk()

    def _walk(self) -> Walk[T]:
        if self._walked:
            msg = "these pages were walked over already, and can be read only once: make the call again"
            raise RuntimeError(msg)
        self._walked = True
        return Walk(self._turn)


class Walk(Generic[T]):
    """All items, page by page."""

    def __init__(self, turn: Turn[T]) -> None:
        self._turn = turn
        self._items: Sequence[T] = ()
        self._at = 0
        self._next: tuple[str, str] | None = None
        self._asked = set[tuple[str, str] | None]()
        self.over = False

    def __aiter__(self) -> Walk[T]:
        return self

    async def __anext__(self) -> T:
        while self._at == len(self._items):
            if self.over:
                raise StopAsyncIteration
            await self.fill()
        item = self._items[self._at]
        self._at += 1
        return item

    async def fill(self) -> None:
        """Ask for the next page; `over` tells whether it was the last."""
        cursor = self._next
        if cursor in self._asked:
            _refuse_circle(cursor)
        leaf = await self._turn(cursor)
        self._asked.add(cursor)
        self._items, self._at = leaf.items, 0
        self._next, self.over = leaf.cursor, leaf.cursor is None

    def batch(self) -> Sequence[T]:
        """Take what is left of the page."""
        taken = self._items[self._at :]
        self._at = len(self._items)
        return taken
