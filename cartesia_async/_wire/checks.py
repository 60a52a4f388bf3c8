"""Refusing, before anything is sent, what is known to be wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard, cast
from urllib.parse import quote


def is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether *value* is a mapping, such as a JSON object."""
    return type(value) is dict or isinstance(value, Mapping)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether *value* is a list, such as a JSON array."""
    return isinstance(value, list)


def refuse(name: str, value: object, allowed: str) -> ValueError:
    """Make the error for the argument *name*, whose *value* is not what is *allowed*."""
    shown = repr(value)
    return ValueError(f"{name} must be {allowed}, not {shown if len(shown) <= 100 else shown[:97] + '...'}")


def names(call: str, given: Mapping[str, Any], known: Any) -> None:
    """
    Check that the arguments *given* to a *call* are those that a typed dictionary lists.

    Raises:
        TypeError: One is missing or unknown.
    """
    if known.__required_keys__ <= given.keys() <= known.__annotations__.keys():
        return
    missing = sorted(known.__required_keys__ - given.keys())
    unknown = sorted(given.keys() - known.__annotations__.keys())
    what = f"is missing {', '.join(missing)}" if missing else f"has no argument {', '.join(unknown)}"
    msg = f"{call}() {what}"
    raise TypeError(msg)


def text(name: str, value: object) -> str:
    """Return *value* if it is a string with something in it besides white space."""
    if not isinstance(value, str) or not value.strip():
        raise refuse(name, value, "a string that is not empty")
    _check_encodable(name, value)
    return value


def sendable(name: str, value: object) -> str:
    """Return *value* if it is a string that can be sent, be it empty."""
    if not isinstance(value, str):
        raise refuse(name, value, "a string")
    _check_encodable(name, value)
    return value


def _check_encodable(name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise refuse(name, value, "text that can be sent (it holds a lone surrogate)") from None


def identifier(name: str, value: object) -> str:
    """Return *value* if it can stand as one segment of a path."""
    if not isinstance(value, str) or not value.strip() or value in {".", ".."}:
        raise refuse(name, value, "an id that is not empty and stays one segment of the path")
    if not value.isprintable():
        raise refuse(name, value, "an id of printable characters")
    return value


def numbers(name: str, value: object) -> list[float]:
    """Return *value* as a list if it is a sequence of finite numbers."""
    if isinstance(value, (str, bytes, Mapping)) or not hasattr(value, "__iter__"):
        raise refuse(name, cast(Any, value), "a sequence of finite numbers")
    listed: list[Any] = list(cast(Any, value))
    for position, number in enumerate(listed):
        if isinstance(number, bool) or not _is_finite(number):
            raise refuse(f"{name}[{position}]", number, "a finite number")
    return [number if isinstance(number, int) else float(number) for number in listed]


def _is_finite(number: object) -> bool:
    try:
        return math.isfinite(number)  # type: ignore[arg-type]  # what is no number is refused below
    except (TypeError, OverflowError):
        return False


def number(name: str, value: object, *, above: float | None = None) -> float:
    """Return *value* if it is a finite number, *above* the bound where one is given."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_finite(value):
        raise refuse(name, value, "a finite number")
    if above is not None and value <= above:
        raise refuse(name, value, f"a number above {above:g}")
    return value


def whole(name: str, value: object) -> int:
    """Return *value* if it is a whole number that is not negative."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise refuse(name, value, "a whole number from 0")
    return value


def page_size(name: str, value: int | None) -> int | None:
    """Return *value* if it is left out or above 0; the largest page is the service's affair."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise refuse(name, value, "a whole number from 1")
    return value


def one_of(name: str, given: Mapping[str, Any]) -> str:
    """Return the one name of *given* whose value is there."""
    there = [key for key, value in given.items() if value is not None]
    if len(there) != 1:
        raise refuse(name, there, f"exactly one of {', '.join(given)}")
    return there[0]


def sequence(name: str, value: object) -> Sequence[Any]:
    """Return *value* if it is a sequence with something in it, and not a string."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence) or not value:
        raise refuse(name, cast(Any, value), "a sequence that is not empty")
    found: Sequence[Any] = cast(Any, value)
    return found


def method(name: str, value: object) -> str:
    """Return *value* in capitals if it can be an HTTP method."""
    if not isinstance(value, str) or not value.isascii() or not value.isalpha():
        raise refuse(name, value, "a word such as 'GET'")
    return value.upper()


def path_below(name: str, value: object) -> str:
    """Return *value*, quoted where it is not yet, if it is a path that stays below the base URL."""
    if not isinstance(value, str) or not value.startswith("/") or value.startswith("//") or not value.isprintable():
        raise refuse(name, value, "a path that begins with one slash")
    if any(segment in {".", ".."} for segment in value.split("/")):
        raise refuse(name, value, "a path that stays below the base URL")
    if "?" in value or "#" in value:
        raise refuse(name, value, "a path without a query, which is given as params")
    return quote(value, safe="/%:@!$&'()*+,;=~")
