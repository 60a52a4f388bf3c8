"""The figures, as tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from tests.benchmarks import machine, table
from tests.benchmarks.contestants import ENTRIES
from tests.benchmarks.measures import Measure
from tests.benchmarks.rounds import Run
from tests.benchmarks.table import NONE, Figures

FIRST = (
    ("total", "from the first token to the first sample"),
    ("own", "the emulator's own time"),
    ("beyond", "beyond the emulator's own"),
    ("client", "of it, not waiting for the second token"),
)


def spread(values: Sequence[float], scale: float = 1) -> str:
    """Write the median of values, and the lowest and highest of them."""
    if not values:
        return NONE
    low, middle, high = (table.number(value / scale) for value in (min(values), median(values), max(values)))
    return f"{middle} ({low}–{high})" if len(values) > 1 else middle


def _titles(names: Sequence[str]) -> list[str]:
    return [ENTRIES[name].title for name in names]


def _first(measure: Measure, figures: Figures) -> str:
    names = [name for name in measure.contestants if name in figures.contestants]
    rows = [
        [title, *(spread(figures.all(measure.name, name, figure), 1e-3) for name in names)] for figure, title in FIRST
    ]
    return table.markdown([f"{measure.title}, ms", *_titles(names)], rows)


def _events(measures: Sequence[Measure], figures: Figures) -> str:
    names = [name for name in measures[0].contestants if name in figures.contestants]
    rows = []
    for measure in measures:
        rates = [spread([1 / cpu for cpu in figures.all(measure.name, name, "cpu")]) for name in names]
        ratios = [spread(figures.ratios(measure.name, name, "bare")) for name in names]
        rows.append([f"{measure.title}: events in a second of processor time", *rates])
        rows.append([f"{measure.title}: processor time ÷ bare aiohttp's", *ratios])
    return table.markdown(["events with 4 KiB of audio, on one connection", *_titles(names)], rows)


def page(measures: Sequence[Measure], runs: Sequence[Run], rounds: int) -> str:
    """Write all tables, and under them what was measured, when, and on what."""
    figures = Figures(runs)
    texts = [measure for measure in measures if measure.kind == "tokens"]
    contexts = [measure for measure in measures if measure.kind == "calls"]
    parts = [_first(measure, figures) for measure in texts]
    if contexts:
        parts.append(_events(contexts, figures))
    spread_of = " In brackets: the lowest and the highest of the rounds." if rounds > 1 else ""
    return "\n\n".join([*parts, f"Measured on {machine.described()} {table.method(rounds, figures)}{spread_of}"])
