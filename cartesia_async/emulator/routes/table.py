"""Which handler answers which method and path, in which versions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from urllib.parse import unquote

import attrs
from aiohttp import web

from ..exchange import Exchange
from ..fields import shown
from ..problems import Problem, not_found

Handler = Callable[[Exchange], Awaitable[web.StreamResponse]]


@attrs.frozen
class Route:
    """
    One call.

    Attributes:
        method: Its HTTP method.
        path: Its path, without a slash at the end; a part in braces stands for any one part.
        handler: What answers it.
        feature: Its name in the table of availability, where not all versions have it.
        open: Whether it needs neither a version nor a credential.
        versioned: Whether it needs a version.
        socket: Whether it opens a WebSocket, of which the credential may stand in the query.
    """

    method: str
    path: str
    handler: Handler
    feature: str | None = None
    open: bool = False
    versioned: bool = True
    socket: bool = False


@attrs.frozen
class Table:
    """
    All calls; of two that match a path the first counts.

    Attributes:
        routes: Those that are served.
        others: The paths of those that only the service has.
    """

    routes: tuple[Route, ...]
    others: tuple[str, ...] = ()

    @property
    def paths(self) -> frozenset[str]:
        """The paths of all calls, with ids in braces."""
        return frozenset((*(route.path for route in self.routes), *self.others))

    def find(self, method: str, raw_path: str) -> tuple[Route, Mapping[str, str]]:
        """
        Find the call for a method and a path; a slash at its end makes no difference.

        Raises:
            Problem: 404 when there is no such path; 405 when it has no such method.
        """
        parts = _parts(raw_path)
        allowed: list[str] = []
        for route in self.routes:
            ids = _match(route.path, parts)
            if ids is None or not all(ids.values()):
                continue
            if route.method == method:
                return route, ids
            allowed.append(route.method)
        if allowed:
            raise _not_allowed(allowed)
        if any(_match(path, parts) is not None for path in self.others):
            raise _not_emulated(raw_path)
        raise not_found("path")


def _match(path: str, parts: list[str]) -> Mapping[str, str] | None:
    """Give the variable parts of a path, `None` where it is another path."""
    own = _parts(path)
    if len(own) != len(parts):
        return None
    found: dict[str, str] = {}
    for mine, given in zip(own, parts, strict=True):
        if mine.startswith("{"):
            found[mine[1:-1]] = unquote(given)
        elif mine != given:
            return None
    return found


def _parts(path: str) -> list[str]:
    return path.removeprefix("/").removesuffix("/").split("/")


def _not_allowed(methods: Iterable[str]) -> Problem:
    names = ", ".join(sorted(set(methods)))
    return Problem(
        status=405,
        title="Method not allowed",
        message=f"This path takes {names}.",
        headers={"Allow": names},
    )


def _not_emulated(path: str) -> Problem:
    return Problem(
        status=404,
        title="Not emulated",
        message=f"The service has {shown(path)}, the emulator has not; `emulator.fail(path, body=...)` answers for it.",
        error_code="not_emulated",
    )
