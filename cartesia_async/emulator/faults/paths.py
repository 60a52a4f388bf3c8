"""The paths that faults are for: patterns, which paths they stand for, and whether there is one."""

from __future__ import annotations

import difflib
import fnmatch
import itertools
import re
from collections.abc import Collection, Iterator
from functools import lru_cache

_PLACE = re.compile(r"\{[^{}/]*\}")
# Stands for a place while the rest of a pattern is made an expression.
_MARK = "\ue000"
_NEAREST = 3


def matches(pattern: str, path: str) -> bool:
    """Tell whether a path is of a pattern; a slash at the end of either makes no difference."""
    return _expression(_bare(pattern)).match(_bare(path)) is not None


def has_events(path: str) -> bool:
    """Tell whether a call at a path answers with events or messages."""
    return _bare(path).rpartition("/")[2] in {"sse", "websocket"}


def stands_for_one(pattern: str, calls: Collection[str]) -> bool:
    """Tell whether a pattern may stand for a path of one of the calls, which have their ids in braces."""
    ids = {re.sub(r"[*{}\[\]]", "", part) or "x" for part in pattern.split("/")}
    return any(matches(pattern, path) for call in calls for path in _filled(call, ids))


def nearest(path: str, calls: Collection[str]) -> list[str]:
    """Give those calls whose paths are most like another."""
    return difflib.get_close_matches(path.lower(), sorted(calls), n=_NEAREST, cutoff=0)


@lru_cache(maxsize=256)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(_PLACE.sub(_MARK, pattern)).replace(_MARK, "[^/]+"))


def _filled(call: str, ids: Collection[str]) -> Iterator[str]:
    fixed = _PLACE.split(call)
    for chosen in itertools.product(ids, repeat=len(fixed) - 1):
        yield "".join(itertools.chain.from_iterable(itertools.zip_longest(fixed, chosen, fillvalue="")))


def _bare(path: str) -> str:
    return path.rstrip("/") or "/"
