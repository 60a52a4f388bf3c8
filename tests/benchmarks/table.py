"""The figures, as tables in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from tests.benchmarks import machine
from tests.benchmarks.contestants import ENTRIES
from tests.benchmarks.measures import ASYNC, Measure
from tests.benchmarks.rounds import Run

NONE = "–"
# What a blocking client is compared with.
TWINS = (
    ("ours-blocking", "ours", "blocking ÷ async"),
    ("ours-blocking", "official-blocking", "blocking ÷ official blocking"),
    ("ours-blocking-speed", "ours-speed", "with `speed`, blocking ÷ async"),
    ("ours-blocking-speed", "official-blocking", "with `speed`, blocking ÷ official blocking"),
)
WAITS = (
    ("call", "first", "answer to a small call"),
    ("opening", "first", "first event of a call"),
    ("realtime", "first", "{} open"),
    ("realtime", "p50", "delay of their events, median"),
    ("realtime", "p99", "delay of their events, 99th percentile"),
)
GROWS = ("stream", "read", "upload-file", "upload", "voices")


def number(value: float) -> str:
    """Write a number with about three digits."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def amount(seconds: float) -> str:
    """Write a time in a fitting unit."""
    for unit, size in (("s", 1), ("ms", 1e-3)):
        if seconds >= size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds / 1e-6)} µs"


class Figures:
    """The figures of all rounds."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs: Mapping[tuple[str, str, int], Run] = {
            (run.measure, run.contestant, run.round): run for run in runs if not run.error
        }
        self._rounds = sorted({run.round for run in runs})
        self.contestants = {run.contestant for run in runs}

    def all(self, measure: str, contestant: str, figure: str) -> list[float]:
        """List a figure, round by round, as far as it is known."""
        runs = (self._runs.get((measure, contestant, number)) for number in self._rounds)
        return [run.figures[figure] for run in runs if run and figure in run.figures]

    def median(self, measure: str, contestant: str, figure: str, scale: float = 1) -> str:
        """Write the median of a figure."""
        values = self.all(measure, contestant, figure)
        return number(median(values) / scale) if values else NONE

    def ratios(self, measure: str, contestant: str, reference: str) -> list[float]:
        """List the ratios, each within a round, of processor times."""
        ratios = []
        for round_ in self._rounds:
            run, other = self._runs.get((measure, contestant, round_)), self._runs.get((measure, reference, round_))
            if run and other:
                ratios.append(run.figures["cpu"] / other.figures["cpu"])
        return ratios

    def ratio(self, measure: str, contestant: str, reference: str) -> str:
        """Write the median of the ratios."""
        ratios = self.ratios(measure, contestant, reference)
        return number(median(ratios)) if ratios else NONE

    def busiest(self) -> float:
        """Tell how busy the server's core was, at most."""
        return max((run.figures.get("server", 0) for run in self._runs.values()), default=0)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _columns(figures: Figures) -> tuple[list[str], list[str]]:
    names = [name for name in ASYNC if name in figures.contestants]
    return names, [ENTRIES[name].title for name in names]


def _cost(measures: Sequence[Measure], figures: Figures) -> str:
    names, titles = _columns(figures)
    rows = []
    for measure in measures:
        cells = [figures.ratio(measure.name, name, "bare") for name in names[1:]]
        bare = figures.all(measure.name, "bare", "cpu")
        rows.append([measure.title, *cells, f"{amount(median(bare))} per {measure.unit}" if bare else NONE])
    return markdown(["processor time ÷ bare aiohttp's", *titles[1:], "bare aiohttp itself"], rows)


def _waits(measures: Mapping[str, Measure], figures: Figures) -> str:
    names, titles = _columns(figures)
    rows = [
        [
            title.format(measures[measure].title),
            *(figures.median(measure, name, figure, 1e-3) for name in names),
        ]
        for measure, figure, title in WAITS
        if measure in measures
    ]
    return markdown(["waiting time, ms", *titles], rows) if rows else ""


def _growth(measures: Mapping[str, Measure], figures: Figures) -> str:
    names, titles = _columns(figures)
    rows = [
        [measures[measure].title, *(figures.median(measure, name, "growth") for name in names)]
        for measure in GROWS
        if measure in measures
    ]
    return markdown(["growth of memory at its peak, MB", *titles], rows) if rows else ""


def _start(measures: Mapping[str, Measure], figures: Figures) -> str:
    if "start" not in measures:
        return ""
    names = measures["start"].contestants
    present = [name for name in names if name in figures.contestants]
    rows = [
        ["time, ms (by `-X importtime`)", *(figures.median("start", name, "import", 1e-3) for name in present)],
        ["modules", *(figures.median("start", name, "modules") for name in present)],
    ]
    return markdown(["import", *(ENTRIES[name].title for name in present)], rows)


def _blocking(measures: Sequence[Measure], figures: Figures) -> str:
    pairs = [pair for pair in TWINS if figures.contestants.issuperset(pair[:2])]
    rows = [
        [measure.title, *(figures.ratio(measure.name, one, other) for one, other, _ in pairs)]
        for measure in measures
        if "ours-blocking" in measure.contestants
    ]
    return markdown(["processor time", *(title for *_, title in pairs)], rows) if rows and pairs else ""


def method(rounds: int, figures: Figures) -> str:
    """Say in a sentence how it was measured."""
    cores = machine.cores()
    apart = "bound to a core each" if cores and cores[0] != cores[1] else "not bound to cores of their own"
    medians = f"Medians of {rounds} rounds" if rounds > 1 else "One round"
    return f"{medians}; client and server were {apart}, and the server was busy for at most {figures.busiest():.0%} of the time."


def page(measures: Sequence[Measure], runs: Sequence[Run], rounds: int) -> str:
    """Write all tables, and under them what was measured, when, and on what."""
    figures = Figures(runs)
    by_name = {measure.name: measure for measure in measures}
    parts = [
        _cost(measures, figures),
        _blocking(measures, figures),
        _waits(by_name, figures),
        _growth(by_name, figures),
        _start(by_name, figures),
        f"Measured on {machine.described()} {method(rounds, figures)}",
    ]
    return "\n\n".join(part for part in parts if part)
