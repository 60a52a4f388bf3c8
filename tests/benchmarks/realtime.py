"""Many streams in real time: how long they take to open, and then each event's delay and cost."""

from __future__ import annotations

import asyncio
import time
from statistics import quantiles
from typing import Any

from tests.benchmarks import meter
from tests.benchmarks.answers import EVERY
from tests.benchmarks.measures import Measure
from tests.benchmarks.tally import check

LOOK = 0.005  # seconds between two looks whether all are open
SETTLED = 0.2  # seconds from then on, before anything is counted


async def watch(measure: Measure, contestant: Any, url: str) -> dict[str, Any]:
    """Open all streams, and watch them for a while: `first` in seconds till all are open, `p50` and `p99` in seconds of delay."""
    delays: list[list[float]] = [[] for _ in range(measure.at_once)]
    begun = time.monotonic()
    streams = [asyncio.ensure_future(contestant.events(measure.argument, own)) for own in delays]
    while not all(delays):
        await asyncio.sleep(LOOK)
    await asyncio.sleep(SETTLED)
    with meter.measured(url) as figures:
        before = [len(own) for own in delays]
        await asyncio.wait(streams, timeout=measure.window, return_when=asyncio.FIRST_COMPLETED)
        counted = [delay for own, start in zip(delays, before, strict=True) for delay in own[start:]]
    tallies = await asyncio.gather(*streams)
    for tally in tallies:
        check(tally, items=measure.items, size=measure.size)
    events = len(counted) * (1 + 1 / EVERY)
    cuts = quantiles(counted, n=100, method="inclusive")
    return {
        **figures,
        "cpu": figures["cpu"] / events,
        "first": max(tally.first for tally in tallies) - begun,
        "p50": cuts[49],
        "p99": cuts[98],
    }
