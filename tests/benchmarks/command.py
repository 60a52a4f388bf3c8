"""A benchmark as a command: what it is told, how far it is, and where its tables go."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs

from tests.benchmarks import machine, table
from tests.benchmarks.measures import TINY, Amounts, Measure
from tests.benchmarks.rounds import Run, rounds

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


class Progress:
    """Tells on standard error what was measured, and how long the rest takes."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0
        self._begun = time.monotonic()

    def __call__(self, round_: int, measure: Measure, runs: list[Run]) -> None:
        """Tell of a measure."""
        self._done += 1
        spent = time.monotonic() - self._begun
        left = spent / self._done * (self._total - self._done)
        told = ", ".join(
            f"{run.contestant} {run.error or table.amount(run.figures['cpu'])}"
            for run in sorted(runs, key=lambda run: measure.contestants.index(run.contestant))
        )
        line = f"[{self._done / self._total:4.0%}, {left:.0f} s left] round {round_ + 1}, {measure.title}: {told}"
        print(line, file=sys.stderr, flush=True)


@attrs.frozen
class Benchmark:
    """
    A benchmark.

    Attributes:
        session: The session of nox that runs it.
        about: What it does, in a line.
        measures: Lists the measures, by name.
        page: Writes the tables of measures, their runs, and a number of rounds.
    """

    session: str
    about: str
    measures: Callable[[Amounts], Mapping[str, Measure]]
    page: Callable[[Sequence[Measure], Sequence[Run], int], str]

    def main(self, arguments: list[str] | None = None) -> int:
        """Do what the command line asks; return the exit status."""
        known = self.measures(Amounts())
        parser = self._arguments(list(known))
        options = parser.parse_args(arguments)
        amounts = TINY if options.tiny else Amounts()
        names = options.only.split(",") if options.only else list(known)
        if unknown := sorted(set(names) - set(known)):
            parser.error(f"no measure is called {', '.join(unknown)}; there are {', '.join(known)}")
        if options.rounds < 1:
            parser.error(f"--rounds must be 1 or more, not {options.rounds}")
        chosen = [measure for name, measure in self.measures(amounts).items() if name in names]
        runs = rounds(options.rounds, chosen, amounts, Progress(options.rounds * len(chosen)))
        text = self.page(chosen, runs, options.rounds)
        print(text)
        if options.json:
            about = {"about": machine.described(), "versions": machine.versions(), "rounds": options.rounds}
            options.json.write_text(json.dumps({**about, "runs": [attrs.asdict(run) for run in runs]}, indent=1))
        if options.docs:
            _into(options.docs, text)
        failed = [run for run in runs if run.error]
        for run in failed:
            print(f"{run.contestant}, {run.measure}, round {run.round + 1}: {run.error}", file=sys.stderr)
        return 1 if failed else 0

    def _arguments(self, known: list[str]) -> argparse.ArgumentParser:
        place = f"put the tables in a page, between {BEGIN} and {END}"
        parser = argparse.ArgumentParser(prog=f"nox -s {self.session} --", description=self.about)
        parser.add_argument("--rounds", type=int, default=5, help="how many rounds (default: 5)")
        parser.add_argument("--only", metavar="NAMES", help=f"measure only these, joined by commas: {', '.join(known)}")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of every run there, too")
        parser.add_argument("--docs", type=Path, metavar="FILE", help=place)
        parser.add_argument(
            "--tiny", action="store_true", help="next to nothing of everything, to see whether it works"
        )
        return parser


def _into(page: Path, text: str) -> None:
    before, _, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        sys.exit(f"{page} has no {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
