"""What was asked, and in what one request differs from another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from functools import cached_property

import attrs

from ..._wire.checks import is_object
from .body import Body, Content, FormBody, JSONBody, is_array

_MOST_SHOWN = 60


@attrs.define(kw_only=True, slots=False)
class Asked:
    """
    A request, without what is secret.

    Attributes:
        method: `GET`, `POST`, ...
        path: The path, without the query.
        query: The query's parameters, each with all its values.
        version: The API version, as it was named; `None` where none was.
        headers: The headers that say something of the request.
        body: What it carried, `None` for nothing.
        unread: Whether it was answered before its body was read to the end, so that the body says nothing.
    """

    method: str
    path: str
    query: dict[str, list[str]] = attrs.field(factory=dict[str, list[str]])
    version: str | None = None
    headers: list[str] = attrs.field(factory=list[str])
    body: Body | None = None
    unread: bool = False

    def __str__(self) -> str:
        version = "no version" if self.version is None else f"version {self.version}"
        return f"{self.method} {self.path} ({version})"

    @cached_property
    def parts(self) -> Mapping[str, str]:
        """Everything by which it is told from others, by name: two requests are the same if all of it is."""
        parts = {
            "method": self.method,
            "path": self.path.rstrip("/") or "/",
            "version": "none" if self.version is None else self.version,
        }
        for name, values in self.query.items():
            parts.update(_numbered(f"query.{name}", map(_shown, values)))
        return parts if self.unread else parts | _body_parts(self.body)

    @cached_property
    def without_body(self) -> Mapping[str, str]:
        """Its parts but for those of its body."""
        return attrs.evolve(self, unread=True).parts

    def differences(self, recorded: Asked) -> list[str]:
        """Say in what it differs from what was recorded, the most telling first."""
        own = self.without_body if recorded.unread else self.parts
        names = [name for name in {**own, **recorded.parts} if own.get(name) != recorded.parts.get(name)]
        return [f"{name}: {_told(own.get(name))}, recorded {_told(recorded.parts.get(name))}" for name in names]

    def distance(self, recorded: Asked) -> tuple[float, ...]:
        """Tell how far a recorded request is from it; to be compared with others."""
        own, other = self.parts, recorded.parts
        path = SequenceMatcher(None, own["path"], other["path"], autojunk=False).ratio()
        wrong = [name for name in {**own, **other} if own.get(name) != other.get(name)]
        near = sum(_likeness(own[name], other[name]) for name in wrong if name in own and name in other)
        return (own["method"] != other["method"], 1 - path, len(wrong) - near)


def _body_parts(body: Body | None) -> dict[str, str]:
    match body:
        case None:
            return {}
        case JSONBody(value):
            return dict(_leaves("json", value))
        case FormBody():
            parts: dict[str, str] = {}
            for name, values in body.fields.items():
                parts.update(_numbered(f"form.{name}", map(_shown, values)))
            for name in dict.fromkeys(file.field for file in body.files):
                parts.update(_numbered(f"file.{name}", (_content(file) for file in body.files if file.field == name)))
            return parts
        case Content():
            return {"body": _content(body)}


def _content(content: Content) -> str:
    return f"{content.size} bytes, sha256 {content.sha256}"


def _numbered(name: str, values: Iterator[str]) -> dict[str, str]:
    return {name if number == 0 else f"{name}#{number + 1}": value for number, value in enumerate(values)}


def _leaves(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Give each value in a JSON value by the way that leads to it."""
    if is_object(value) and value:
        for key, part in value.items():
            yield from _leaves(f"{name}.{key}" if key.isidentifier() else f"{name}[{_shown(key)}]", part)
    elif is_array(value) and value:
        for number, part in enumerate(value):
            yield from _leaves(f"{name}[{number}]", part)
    else:
        yield name, _shown(value)


def _shown(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        # JavaScript writes 1 where Python writes 1.0.
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


def _told(value: str | None) -> str:
    if value is None:
        return "left out"
    return value if len(value) <= _MOST_SHOWN else f"{value[:_MOST_SHOWN]}..."


def _likeness(one: str, other: str) -> float:
    """From 0 to less than 1; of long texts only the beginnings are compared."""
    return 0.9 * SequenceMatcher(None, one[:200], other[:200], autojunk=False).ratio()
