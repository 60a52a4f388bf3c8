"""A folder of recordings: which one answers a request, and which is nearest where none does."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import attrs

from .asked import Asked
from .recording import RecordingError, read_recording

_MOST_DIFFERENCES = 4

_Key = frozenset[tuple[str, str]]


@attrs.frozen(kw_only=True)
class Unmatched:
    """
    A request that was not recorded.

    Attributes:
        method: `GET`, `POST`, ...
        path: The path, without the query.
        message: What was asked, what is nearest to it among what was recorded, and in what it differs.
        nearest: The file of that recording, `None` where none is near.
        differences: Each difference to it: what was asked, and what was recorded.
    """

    method: str
    path: str
    message: str
    nearest: Path | None
    differences: tuple[str, ...] = ()


@attrs.define
class _Shelf:
    """The recordings of one request, in the order in which they were asked."""

    paths: list[Path] = attrs.field(factory=list[Path])
    taken: int = 0

    def take(self) -> Path:
        """Give the next; once all have been given, the last again."""
        path = self.paths[min(self.taken, len(self.paths) - 1)]
        self.taken += 1
        return path


class Library:
    """
    The recordings in a folder, each looked up by what was asked; their answers stay on disk.

    Args:
        folder: The folder; blocks while it is read.

    Raises:
        RecordingError: The folder is not there, holds no recordings, or one of them is damaged.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._asked: dict[Path, Asked] = {}
        self._shelves: defaultdict[_Key, _Shelf] = defaultdict(_Shelf)
        # Of these, what the body was does not matter.
        self._unread: defaultdict[_Key, _Shelf] = defaultdict(_Shelf)
        for path in _recordings(self.folder):
            asked = read_recording(path).request
            self._asked[path] = asked
            shelves = self._unread if asked.unread else self._shelves
            shelves[_key(asked.parts)].paths.append(path)

    def find(self, asked: Asked) -> Path | None:
        """Give the recording that answers a request, in the order they were made; `None` where there is none."""
        shelf = self._shelves.get(_key(asked.parts)) or self._unread.get(_key(asked.without_body))
        return None if shelf is None else shelf.take()

    def rewind(self) -> None:
        """Begin again with the first recording of each request."""
        for shelf in (*self._shelves.values(), *self._unread.values()):
            shelf.taken = 0

    def explain(self, asked: Asked) -> Unmatched:
        """Tell of a request that was not recorded which recording is nearest to it."""
        start = f"{asked} is not among the recordings in {self.folder}."
        path = min(self._asked, key=lambda path: asked.distance(self._asked[path]))
        recorded = self._asked[path]
        if recorded.method != asked.method:
            message = f"{start} Nothing was recorded of {asked.method}."
            return Unmatched(method=asked.method, path=asked.path, message=message, nearest=None)
        differences = asked.differences(recorded)
        more = len(differences) - _MOST_DIFFERENCES
        told = "; ".join(differences[:_MOST_DIFFERENCES]) + (f"; and {more} more" if more > 0 else "")
        return Unmatched(
            method=asked.method,
            path=asked.path,
            message=f"{start} The nearest is {path.name}, which differs in {told}.",
            nearest=path,
            differences=tuple(differences),
        )


def _key(parts: Mapping[str, str]) -> _Key:
    return frozenset(parts.items())


def _recordings(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise RecordingError(f"replay must be a folder with recordings, and {folder} is {_what(folder)}")
    paths = [path for path in folder.iterdir() if path.suffix == ".json" and not path.name.startswith(".")]
    if not paths:
        raise RecordingError(f"replay must be a folder with recordings, and there are none in {folder}")
    return sorted(paths, key=_order)


def _order(path: Path) -> tuple[float, str]:
    number = re.match(r"[0-9]+", path.name)
    return (int(number[0]) if number else float("inf"), path.name)


def _what(folder: Path) -> str:
    return "a file" if folder.exists() else "not there"
