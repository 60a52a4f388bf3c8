"""Pages of things, cut by `limit`, `starting_after` and `ending_before`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from .fields import Fields, text, whole
from .state import Shelf, StoredDataset, StoredFile, StoredVoice

T = TypeVar("T", StoredVoice, StoredDataset, StoredFile)

_ID = text(limit=200)
_LIMIT = whole(low=1, high=100)


def page(
    shelf: Shelf[T],
    query: Fields,
    shape: Callable[[T], Mapping[str, object]],
    *,
    wanted: Callable[[T], bool] = lambda _: True,
) -> dict[str, object]:
    """
    Lay out the page that a query asks for.

    Args:
        shelf: What there is, in its order.
        query: The query's parameters.
        shape: Lays out one thing.
        wanted: Tells which things are listed at all.

    Returns:
        `{"data": [...], "has_more": bool, "next_page": id or null}`.

    Raises:
        Problem: 400, when a parameter is out of range or a cursor is not an id known.
    """
    limit = query.optional("limit", _LIMIT, 10)
    after = _place(shelf, query, "starting_after")
    before = _place(shelf, query, "ending_before")
    if after is not None and before is not None:
        raise query.refuse("ending_before", "excludes `starting_after`")
    listed = [thing for thing in shelf if wanted(thing)]
    if before is not None:
        found = [thing for thing in listed if (shelf.place(thing.id) or 0) < before]
        chosen, has_more = found[-limit:], len(found) > limit
        cursor = chosen[0].id if chosen else None
    else:
        found = [thing for thing in listed if after is None or (shelf.place(thing.id) or 0) > after]
        chosen, has_more = found[:limit], len(found) > limit
        cursor = chosen[-1].id if chosen else None
    return {"data": [shape(thing) for thing in chosen], "has_more": has_more, "next_page": cursor if has_more else None}


def whole_list(things: Sequence[T], shape: Callable[[T], Mapping[str, object]]) -> dict[str, object]:
    """Lay out everything as the single page that versions without paging answer."""
    return {"data": [shape(thing) for thing in things], "has_more": False}


def _place(shelf: Shelf[T], query: Fields, name: str) -> int | None:
    cursor = query.optional(name, _ID)
    if cursor is None:
        return None
    place = shelf.place(cursor)
    if place is None:
        raise query.refuse(name, "is not the id of anything listed here")
    return place
