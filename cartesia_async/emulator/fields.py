"""The one place where a field of a JSON body, a form or a query is read, checked and, if wrong, named."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar, cast, overload

import attrs

from .problems import Problem, invalid

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
D = TypeVar("D")


class Unfit(Exception):
    """A value that a kind does not take; the text says what it would take."""


def _as_it_is(text: str) -> object:
    return text


@attrs.frozen
class Kind(Generic[T_co]):
    """
    A kind of value.

    Attributes:
        read: Checks a JSON value and returns it typed, or raises `Unfit`.
        parse: Makes the JSON value of the text that a form or a query holds.
    """

    read: Callable[[object], T_co]
    parse: Callable[[str], object] = _as_it_is


@attrs.frozen
class Fields:
    """
    Named values that came with a request.

    Attributes:
        values: The values by name.
        textual: Whether all values are text (form and query), to be parsed by their kind.
        prefix: What stands before a name in an error (`output_format.`).
    """

    values: Mapping[str, object]
    textual: bool = False
    prefix: str = ""

    def required(self, name: str, kind: Kind[T]) -> T:
        """Read a field that must be there; `Problem` (400) if it is not, or is not of the kind."""
        if self.values.get(name) is None:
            raise invalid(f"`{self._full(name)}` is required.")
        return self._read(name, kind)

    @overload
    def optional(self, name: str, kind: Kind[T]) -> T | None: ...
    @overload
    def optional(self, name: str, kind: Kind[T], default: D) -> T | D: ...
    def optional(self, name: str, kind: Kind[T], default: D | None = None) -> T | D | None:
        """Read a field that may be left out or null; `Problem` (400) if it is not of the kind."""
        return default if self.values.get(name) is None else self._read(name, kind)

    def has(self, name: str) -> bool:
        """Tell whether the field was sent, be it null."""
        return name in self.values

    def within(self, name: str) -> Fields | None:
        """
        Give the fields inside a field: of the object in JSON, of `name[...]` in a form; `None` where there is none.

        Raises:
            Problem: 400, when the value is not an object.
        """
        if self.textual:
            start = f"{name}["
            inner: dict[str, object] = {
                key.removeprefix(start)[:-1]: value
                for key, value in self.values.items()
                if key.startswith(start) and key.endswith("]")
            }
            return Fields(inner, textual=True, prefix=f"{self._full(name)}.") if inner else None
        found = self.optional(name, OBJECT)
        return None if found is None else Fields(found, prefix=f"{self._full(name)}.")

    def refuse(self, name: str, reason: str, *, title: str = "Invalid request", code: str | None = None) -> Problem:
        """Make the problem (400) of a field that is well formed and still not acceptable."""
        return invalid(f"`{self._full(name)}` {reason}.", title=title, code=code)

    def _full(self, name: str) -> str:
        return f"{self.prefix}{name}"

    def _read(self, name: str, kind: Kind[T]) -> T:
        value = self.values[name]
        try:
            return kind.read(kind.parse(value) if self.textual and isinstance(value, str) else value)
        except Unfit as unfit:
            raise self.refuse(name, f"must be {unfit}, but is {shown(value)}") from None


def shown(value: object) -> str:
    """Show a value of any size in an error: shortened, and in ASCII."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    brief = ascii(value[:_SHOWN]) if isinstance(value, str) else ascii(value)
    return brief if len(brief) <= _SHOWN else f"{brief[:_SHOWN]}..."


_SHOWN = 60


def text(*, limit: int = 200_000, blank: bool = False) -> Kind[str]:
    """A string of at most `limit` characters, not blank unless allowed, of whole characters without NUL."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Unfit("a string")
        if len(value) > limit:
            raise Unfit(f"at most {limit} characters")
        if not blank and not value.strip():
            raise Unfit("a string that is not empty")
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise Unfit("text without NUL and without half surrogate pairs")
        return value

    return Kind(read)


def one_of(*names: str) -> Kind[str]:
    """One of the strings given."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            raise Unfit(f"one of {', '.join(names)}")
        return value

    return Kind(read)


def _number_in(value: str) -> object:
    try:
        return int(value) if value.isascii() and value.isdigit() else float(value)
    except ValueError:
        return value


def number(*, low: float = -math.inf, high: float = math.inf, above: float = -math.inf) -> Kind[float]:
    """A finite number from `low` to `high`, greater than `above`."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unfit("a number")
        # Compared before it is converted: an integer of any size compares, but not all fit in a float.
        if not (low <= value <= high and value > above) or value != value or abs(value) > 1e300:  # noqa: PLR0124
            raise Unfit(_range(low, high, above))
        return float(value)

    return Kind(read, parse=_number_in)


def _range(low: float, high: float, above: float) -> str:
    parts = ["a finite number"]
    if above > -math.inf:
        parts.append(f"above {above:g}")
    if low > -math.inf:
        parts.append(f"of at least {low:g}")
    if high < math.inf:
        parts.append(f"of at most {high:g}")
    return " ".join(parts)


def whole(*, low: int = 0, high: int = 2**31, among: Sequence[int] = ()) -> Kind[int]:
    """A whole number from `low` to `high`, or one of those given."""

    def read(value: object) -> int:
        known = isinstance(value, int | float) and not isinstance(value, bool)
        if among and (not known or value not in among):
            raise Unfit(f"one of {', '.join(map(str, among))}")
        if not isinstance(value, int | float) or not known or not low <= value <= high or value != int(value):
            raise Unfit(f"a whole number from {low} to {high}")
        return int(value)

    return Kind(read, parse=_number_in)


def _read_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit("true or false")
    return value


def _flag_in(value: str) -> object:
    return {"true": True, "false": False}.get(value.lower(), value)


FLAG: Kind[bool] = Kind(_read_flag, parse=_flag_in)


def json_object(value: object) -> dict[str, object] | None:
    """Give a JSON value as an object, `None` where it is another."""
    # isinstance() cannot tell what a dict holds; json.loads() makes no other keys than strings.
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def json_list(value: object) -> list[object] | None:
    """Give a JSON value as a list, `None` where it is another."""
    return cast("list[object]", value) if isinstance(value, list) else None  # isinstance() cannot tell what it holds


def _read_object(value: object) -> Mapping[str, object]:
    found = json_object(value)
    if found is None:
        raise Unfit("an object")
    return found


OBJECT: Kind[Mapping[str, object]] = Kind(_read_object)


def items(kind: Kind[T], *, most: int, least: int = 0) -> Kind[tuple[T, ...]]:
    """A list of `least` to `most` values of a kind."""

    def read(value: object) -> tuple[T, ...]:
        values = json_list(value)
        if values is None or not least <= len(values) <= most:
            raise Unfit(f"a list of {least} to {most} values")
        try:
            return tuple(kind.read(one) for one in values)
        except Unfit as unfit:
            raise Unfit(f"a list, each value of it {unfit}") from None

    return Kind(read)
