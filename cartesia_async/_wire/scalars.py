"""The types of single values in JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

# What JSON gives for each: an exact type, since true and false are numbers to Python, but not to us.
SCALARS: Mapping[Any, tuple[type, ...]] = {str: (str,), int: (int,), float: (float, int), bool: (bool,)}


def scalars_of(kind: Any) -> tuple[type, ...]:
    """Give the types of values that fit *kind*: a scalar, an open set of names, or either or nothing; else none."""
    if get_origin(kind) not in {Union, UnionType}:
        return SCALARS.get(kind, ()) if isinstance(kind, type) else ()
    types: list[type] = []
    for part in get_args(kind):
        if part is NoneType:
            types.append(NoneType)
        elif get_origin(part) is Literal:
            types += map(type, get_args(part))
        elif scalars := scalars_of(part):
            types += scalars
        else:
            return ()
    return tuple(types)


def scalar_hook(kind: Any) -> Callable[[Any, Any], Any]:
    """Give what lets a value of *kind* through, and nothing else; it raises `TypeError`."""
    types = scalars_of(kind)
    fitting = frozenset(types)

    def check(value: Any, _: Any) -> Any:
        if type(value) in fitting:
            return value
        msg = f"expected {types[0].__name__}, not {type(value).__name__}"
        raise TypeError(msg)

    return check
