"""
The left column of the page on migrating: what it says of a package is looked for in that package.

Nothing is called. A call is followed through the annotation of what it returns, as far as that is known.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

PAGE = Path(__file__).parents[2] / "docs" / "migration.md"
UNKNOWN = object()  # of which anything may be
_CODE = re.compile(r"`([^`]+)`")
_LEFT_OUT = re.compile(r"(?<=\()\.\.\.(?=\))|\.\.\., |, \.\.\.(?=\))")
_LAST_CALL = re.compile(r"\.\w+\([^()]*\)$")
_STATEMENT = re.compile(r"^(?:(?:async )?for \w+ in |await )")
_KEYWORD = re.compile(r"^(\w+)=")


@attrs.frozen(kw_only=True)
class Package:
    """
    A release of the official package.

    Attributes:
        heading: The heading of its table.
        release: How the table of errors calls it.
        names: What the names in its table stand for: an object, a class, or `UNKNOWN`.
        takers: The calls that an argument which stands alone may be one of.
        errors: Modules in which its errors are.
    """

    heading: str
    release: str
    names: Mapping[str, Any]
    takers: tuple[Callable[..., Any], ...]
    errors: tuple[Any, ...]

    def check(self, cell: str) -> int:
        """Look for all that the code of a cell names, and give how many pieces of code there were."""
        found = _CODE.findall(cell)
        before = ""
        for code in found:
            if code.startswith("."):  # it goes on from the code before it, in place of its last call
                code = _LAST_CALL.sub("", before) + code
            before = code
            plain = _STATEMENT.sub("", code).replace("{...}", "{}").replace("=...", "=0")
            text = _LEFT_OUT.sub("", plain)
            if keyword := _KEYWORD.match(text):
                self._check_keyword(keyword[1], text[keyword.end() :])
            else:
                self._follow(ast.parse(text, mode="eval").body)
        return len(found)

    def check_error(self, cell: str) -> None:
        """Look for the errors that a cell of the table of errors names."""
        for name in _CODE.findall(cell):
            if name[0].isupper():
                assert any(hasattr(place, name) for place in (builtins, *self.errors)), name

    def _check_keyword(self, name: str, value: str) -> None:
        takers = [taker for taker in self.takers if name in inspect.signature(taker).parameters]
        assert takers, name
        if value.startswith("{") and "TypedDict" in str(type(hint := _plain(_hints(takers[0]).get(name)))):
            given = {key.value for key in ast.parse(value, mode="eval").body.keys}  # type: ignore[attr-defined]
            assert given <= set(hint.__annotations__)

    def _follow(self, node: ast.expr) -> Any:
        match node:
            case ast.Name():
                return self.names[node.id]
            case ast.Attribute():
                return _member(self._follow(node.value), node.attr)
            case ast.Call():
                called = self._follow(node.func)
                for part in (*node.args, *(keyword.value for keyword in node.keywords)):
                    self._follow(part)
                return _result(called, [keyword.arg for keyword in node.keywords])
            case ast.Subscript():
                self._follow(node.value)
        return UNKNOWN


def _member(owner: Any, name: str) -> Any:
    if owner is UNKNOWN:
        return UNKNOWN
    if inspect.isclass(owner) and name in getattr(owner, "model_fields", {}):
        return UNKNOWN
    assert hasattr(owner, name), f"{owner} has no {name}"
    return getattr(owner, name)


def _result(called: Any, keywords: list[str | None]) -> Any:
    if called is UNKNOWN:
        return UNKNOWN
    assert callable(called), called
    known = inspect.signature(called).parameters
    open_ended = any(each.kind is each.VAR_KEYWORD for each in known.values())
    assert open_ended or set(keywords) <= set(known), (called, keywords)
    if inspect.isclass(called):
        return called
    hint = _plain(_hints(called).get("return"))
    return hint if inspect.isclass(hint) and hint.__module__.startswith("cartesia") else UNKNOWN


def _hints(called: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(called)
    except (NameError, TypeError):  # what is imported for type checkers only
        return {}


def _plain(hint: Any) -> Any:
    # `X | None` is X, and `X[Y]` is X.
    kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
    if typing.get_origin(hint) is typing.Union and len(kinds) == 1:
        return _plain(kinds[0])
    return typing.get_origin(hint) or hint


def cells(heading: str) -> list[str]:
    """Give the left cells of the table under a *heading*."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    return [row.strip("| ").partition(" | ")[0] for row in rows[1:]]
