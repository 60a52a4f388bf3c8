"""One contestant, one measure, in a process of its own; it prints the figures as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from statistics import median
from time import monotonic
from typing import Any

import attrs

from tests.benchmarks import machine, meter
from tests.benchmarks.contestants import ENTRIES, Entry
from tests.benchmarks.latency import first_sample
from tests.benchmarks.latency.measures import measures as latency_measures
from tests.benchmarks.measures import CLIP, Amounts, Measure, measures
from tests.benchmarks.realtime import watch
from tests.benchmarks.tally import Tally, check

WARM = 20  # calls before the first that counts
Calls = list[tuple[float, Tally]]


@attrs.frozen
class Task:
    """
    What a child does.

    Attributes:
        contestant: The name of who takes part.
        measure: The name of what is measured.
        url: Where the server is.
        clip: The path of the file to upload.
        core: The core to run on.
        amounts: How much of everything.
    """

    contestant: str
    measure: str
    url: str
    clip: str
    core: int | None
    amounts: dict[str, Any]


def _figures(measure: Measure, figures: dict[str, Any], calls: Calls) -> dict[str, Any]:
    for _, tally in calls:
        check(tally, items=measure.items, size=measure.size)
    assert len(calls) == measure.times
    assert figures["uploaded"] >= measure.uploads
    units = measure.times * measure.units
    first = median(tally.first - begun for begun, tally in calls)
    return {**figures, "cpu": figures["cpu"] / units, "first": first}


def _arguments(argument: str, clip: str) -> list[str]:
    return [clip if argument == CLIP else argument] if argument else []


async def run(measure: Measure, contestant: Any, url: str, clip: str = "") -> dict[str, Any]:
    """Measure a contestant; the figures are those of `meter.measured`, the processor time by unit, and `first`, in seconds."""
    calls: Calls = []

    async def hand(method: Any, arguments: list[str], times: int) -> None:
        for _ in range(times):
            begun = monotonic()
            calls.append((begun, await method(*arguments)))

    async def hands(name: str, argument: str, times: int) -> None:
        method, arguments = getattr(contestant, name), _arguments(argument, clip)
        share = times // measure.at_once
        await asyncio.gather(*(hand(method, arguments, share) for _ in range(measure.at_once)))

    if measure.kind == "realtime":
        await contestant.events(measure.warm_up[1])
        return await watch(measure, contestant, url)
    if measure.kind == "tokens":
        return await first_sample.watch(measure, contestant, url)
    await hands(*measure.warm_up, max(WARM, measure.at_once))
    calls.clear()
    with meter.measured(url) as figures:
        await hands(measure.method, measure.argument, measure.times)
    return _figures(measure, figures, calls)


def run_blocking(measure: Measure, contestant: Any, url: str, clip: str = "") -> dict[str, Any]:
    """Measure a blocking contestant, with the same figures."""
    if measure.kind == "tokens":
        return first_sample.watch_blocking(measure, contestant, url)
    calls: Calls = []
    warm, argument = measure.warm_up
    for _ in range(WARM):
        getattr(contestant, warm)(*_arguments(argument, clip))
    method, arguments = getattr(contestant, measure.method), _arguments(measure.argument, clip)
    with meter.measured(url) as figures:
        for _ in range(measure.times):
            begun = monotonic()
            calls.append((begun, method(*arguments)))
    return _figures(measure, figures, calls)


def figures_of(entry: Entry, measure: Measure, url: str, clip: str = "") -> dict[str, Any]:
    """Make a contestant, measure it, and close it."""
    contestant = entry.make(url)
    if entry.blocking:
        try:
            return run_blocking(measure, contestant, url, clip)
        finally:
            contestant.close()

    async def main() -> dict[str, Any]:
        try:
            return await run(measure, contestant, url, clip)
        finally:
            await contestant.close()

    if entry.uvloop:
        import uvloop

        return uvloop.run(main())
    return asyncio.run(main())


def main() -> None:
    """Do the task that standard input tells."""
    task = Task(**json.load(sys.stdin))
    if task.core is not None:
        machine.pin(task.core)
    entry = ENTRIES[task.contestant]
    for name in entry.hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    amounts = Amounts(**task.amounts)
    measure = {**measures(amounts), **latency_measures(amounts)}[task.measure]
    print(json.dumps(figures_of(entry, measure, task.url, task.clip)))


if __name__ == "__main__":
    main()
