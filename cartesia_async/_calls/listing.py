"""Calls that are answered page by page."""

from __future__ import annotations

from functools import partial
from typing import Any, Generic, TypeVar

import attrs

from .._io.private_loop import PrivateLoop
from .._io.transport import Transport
from .._wire.codec import structure_page
from .._wire.request import Outgoing, Request
from ..streams.blocking_pages import BlockingPages
from ..streams.pages import Leaf, Pages
from .binding import Call
from .fetch import document

T = TypeVar("T")


@attrs.frozen
class Listing(Call[Pages[T], BlockingPages[T]], Generic[T]):
    """
    Answered by items on pages.

    Attributes:
        request: What to send for the first page.
        into: The class of an item.
    """

    request: Request
    into: type[T]

    def run(self, transport: Transport, outgoing: Outgoing) -> Pages[T]:
        """Give the pages on the caller's loop."""

        async def turn(cursor: tuple[str, str] | None) -> Leaf[T]:
            return await _leaf(transport, outgoing, self.into, cursor)

        return Pages(turn)

    def run_blocking(self, transport: Transport, outgoing: Outgoing, loop: PrivateLoop) -> BlockingPages[T]:
        """Give the pages on *loop*."""
        return BlockingPages(loop, self.run(transport, outgoing))


async def _leaf(transport: Transport, outgoing: Outgoing, into: type[T], cursor: tuple[str, str] | None) -> Leaf[T]:
    request = outgoing.request
    backwards = any(name == "ending_before" for name, _ in request.params)
    if cursor is not None:
        kept = tuple(pair for pair in request.params if pair[0] not in {"starting_after", "ending_before"})
        request = attrs.evolve(request, params=(*kept, cursor))
    shaped = partial(_leaf_in, into, backwards)
    leaf: Leaf[T] = await document(transport, attrs.evolve(outgoing, request=request), Any, shaped)
    return leaf


def _leaf_in(into: type[T], backwards: bool, answer: Any) -> Leaf[T]:
    items, has_more, next_page = structure_page(answer, into)
    following: tuple[str, str] | None = None
    if has_more and backwards and items:
        following = "ending_before", _id_of(items[0])
    elif has_more and not backwards and (next_page or items):
        following = "starting_after", next_page or _id_of(items[-1])
    return Leaf(tuple(items), following)


def _id_of(item: Any) -> str:
    return str(item.id)
