"""One request to the service, as a value: ready to be sent, free of any transport."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import quote, urlencode

import attrs

from ..models.timeouts import Timeout
from ..models.uploads import Upload


class Versioned(abc.ABC):
    """A body whose shape depends on the API version."""

    @abc.abstractmethod
    def document(self, version: str) -> Mapping[str, Any]:
        """Give the JSON body in the shape of *version*."""


@attrs.frozen
class Form:
    """
    A multipart form: a description, from which a body is made anew for each attempt.

    Attributes:
        fields: Names and texts, in order.
        files: Names and files, sent after the fields.
    """

    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, Upload], ...] = ()


@attrs.frozen
class Request:
    """
    What to send.

    Attributes:
        method: The HTTP method.
        path: The path, quoted.
        needs: The features that it uses, named as in `AVAILABILITY`.
        params: The query's names and values, in order.
        json: The JSON body.
        form: Or the multipart body.
    """

    method: str
    path: str
    needs: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    params: tuple[tuple[str, str], ...] = attrs.field(default=(), kw_only=True)
    json: Mapping[str, Any] | Versioned | None = attrs.field(default=None, kw_only=True)
    form: Form | None = attrs.field(default=None, kw_only=True)

    @property
    def target(self) -> str:
        """The path and the query."""
        return f"{self.path}?{urlencode(self.params)}" if self.params else self.path

    def document(self, version: str) -> Mapping[str, Any] | None:
        """Give the JSON body in the shape of *version*."""
        return self.json.document(version) if isinstance(self.json, Versioned) else self.json


@attrs.frozen(kw_only=True)
class Options:
    """
    What `with_options` changes.

    Attributes:
        timeout: The time limits.
        max_retries: How often a failed request is repeated.
        api_version: The version that every call is sent with; ``None`` chooses for each.
        headers: Headers added to every call; ``None`` removes one.
    """

    timeout: Timeout = attrs.field(factory=Timeout)
    max_retries: int = 2
    api_version: str | None = None
    headers: Mapping[str, str | None] = attrs.field(factory=dict[str, "str | None"], repr=False)


@attrs.frozen
class Outgoing:
    """A request with the version and the options it goes out with."""

    request: Request
    version: str
    options: Options


def path(*segments: str) -> str:
    """
    Join *segments*, each quoted so that it stays one segment.

    Raises:
        ValueError: A segment is empty or would leave its place in the path.
    """
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


def params(given: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Give the query for the *given* values; ``None`` is left out, a sequence is repeated under ``name[]``."""
    return tuple(_pairs(given.items()))


def _pairs(given: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, str]]:
    for name, value in given:
        if value is None:
            continue
        if isinstance(value, (list, tuple)):
            yield from ((f"{name}[]", str(item)) for item in cast("Iterable[object]", value))
        else:
            yield name, str(value).lower() if isinstance(value, bool) else str(value)


def used(call: str, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the features that a *call* uses: itself and each of the *given* arguments that is there."""
    return (call, *(f"{call} {name}" for name, value in given.items() if value is not None))
