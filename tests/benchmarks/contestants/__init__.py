"""Who takes part; how each is run and what it needs."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import attrs

ACCELERATORS = ("orjson", "pybase64")


@attrs.frozen
class Entry:
    """
    A contestant.

    Attributes:
        name: What it is called in the command.
        title: What it is called in the table.
        module: The module in this folder that drives it.
        package: The package that is imported.
        needs: What must be installed for it.
        hidden: What is kept out of its sight, although it is installed.
        blocking: Whether its calls block.
        uvloop: Whether it runs on uvloop.
    """

    name: str
    title: str
    module: str
    package: str
    needs: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    blocking: bool = False
    uvloop: bool = False

    @property
    def is_here(self) -> bool:
        """Whether all that it needs is installed."""
        return all(importlib.util.find_spec(name) for name in self.needs)

    def make(self, url: str) -> Any:
        """Make the contestant."""
        return importlib.import_module(f"tests.benchmarks.contestants.{self.module}").Contestant(url)


OURS, OFFICIAL, BARE = "cartesia_async", "cartesia", "aiohttp"
ENTRIES = {
    entry.name: entry
    for entry in (
        Entry("bare", "bare aiohttp", "bare", BARE),
        Entry("bare-speed", "bare aiohttp, orjson, pybase64", "bare_speed", BARE, needs=ACCELERATORS),
        Entry("official", "official `cartesia`", "official", OFFICIAL, needs=(OFFICIAL,)),
        Entry("ours", "`cartesia_async`", "ours", OURS, hidden=ACCELERATORS),
        Entry("ours-speed", "with `speed`", "ours", OURS, needs=ACCELERATORS),
        Entry("ours-uvloop", "with `speed`, on uvloop", "ours", OURS, needs=(*ACCELERATORS, "uvloop"), uvloop=True),
        Entry(
            "official-blocking",
            "official `cartesia`, blocking",
            "official_blocking",
            OFFICIAL,
            needs=(OFFICIAL,),
            blocking=True,
        ),
        Entry("ours-blocking", "blocking", "ours_blocking", OURS, hidden=ACCELERATORS, blocking=True),
        Entry(
            "ours-blocking-speed", "blocking, with `speed`", "ours_blocking", OURS, needs=ACCELERATORS, blocking=True
        ),
    )
}
