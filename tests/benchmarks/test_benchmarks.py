"""The benchmark itself: next to nothing of everything, so that it does not rot."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import command, starts, table
from tests.benchmarks.__main__ import BENCH
from tests.benchmarks.child import figures_of
from tests.benchmarks.contestants import ACCELERATORS, ENTRIES
from tests.benchmarks.measures import TINY, Amounts, measures
from tests.benchmarks.rounds import Run, clip, order, server
from tests.benchmarks.tally import Tally, WrongCountError, check

ROOT = Path(__file__).parents[2]
KNOWN = measures(TINY)
STARTS = [name for name, measure in KNOWN.items() if measure.kind == "start"]
RUNS = [
    (measure.name, name)
    for measure in KNOWN.values()
    for name in ("bare", "ours", "ours-blocking")
    if name in measure.contestants and measure.kind != "start"
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server(None) as running:
        yield running


@pytest.fixture(scope="module")
def path() -> Iterator[str]:
    with clip(TINY.clip) as file:
        yield file


@pytest.mark.parametrize(("measure", "contestant"), RUNS)
def test_each_measure(measure: str, contestant: str, url: str, path: str) -> None:
    """Every call gets all that the server sent, and has its figures."""
    figures = figures_of(ENTRIES[contestant], KNOWN[measure], url, path)
    assert figures["cpu"] > 0
    assert figures["first"] > 0
    assert 0 <= figures["server"]
    assert ("p50" in figures) == (KNOWN[measure].kind == "realtime")


@pytest.mark.parametrize("package", ["aiohttp", "cartesia_async"])
def test_a_start(package: str, url: str) -> None:
    """What a program costs that imports, and one that calls, is known."""
    figures = starts.figures(package, ACCELERATORS, url, None)
    assert 0 < figures["import"] < figures["cpu"] * 10
    assert figures["modules"] > 50


def test_a_call_that_gives_less_is_refused() -> None:
    """A benchmark of a client that loses something fails."""
    with pytest.raises(WrongCountError, match=r"\(1, 10\).*\(1, 11\)"):
        check(Tally(1, 10, 0.0), items=1, size=11)


def test_accelerators_are_the_extras() -> None:
    """What is hidden from the plain client is what the extra installs."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert [requirement.partition(">")[0] for requirement in extras["speed"]] == list(ACCELERATORS)


def test_everybody_begins_in_turn() -> None:
    """In as many rounds as there are contestants, each is the first or the last in one at least."""
    names = ["a", "b", "c", "d", "e"]
    turns = [order(names, number) for number in range(5)]
    assert all(sorted(turn) == names for turn in turns)
    assert {turn[0] for turn in turns} | {turn[-1] for turn in turns} == set(names)
    assert len({turn[0] for turn in turns}) >= 3


def test_ratios_are_of_the_same_round() -> None:
    """A ratio is the median of those within a round, and leaves out a round in which one of both failed."""
    spent = {"bare": [1.0, 10.0, 2.0, 4.0], "ours": [2.0, 30.0, None, 4.0]}
    runs = [
        Run("call", name, number, {"cpu": cpu} if cpu else {}, "" if cpu else "broken")
        for name, row in spent.items()
        for number, cpu in enumerate(row)
    ]
    assert table.Figures(runs).ratio("call", "ours", "bare") == "2.00"
    assert table.Figures(runs).ratio("call", "official", "bare") == table.NONE


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It runs each contestant in a process of its own, prints the table, and puts it in the page and the figures in a file."""
    page, figures = tmp_path / "page.md", tmp_path / "figures.json"
    page.write_text(f"Before\n{command.BEGIN}\nold\n{command.END}\nAfter\n")
    options = ["--rounds", "1", "--only", "call", "--json", str(figures), "--docs", str(page)]
    assert BENCH.main([*options, "--tiny"]) == 0
    out, err = capsys.readouterr()
    assert "| small call, warm |" in out
    assert "100%" in err
    assert page.read_text() == f"Before\n{command.BEGIN}\n\n{out.strip()}\n\n{command.END}\nAfter\n"
    contestants = {run["contestant"] for run in json.loads(figures.read_text())["runs"]}
    assert contestants == {name for name in measures(Amounts())["call"].contestants if ENTRIES[name].is_here}


def test_the_documentation_has_a_place_for_the_table() -> None:
    """The command fills it."""
    text = (ROOT / "docs" / "speed.md").read_text()
    assert text.index(command.BEGIN) < text.index(command.END)


def test_an_unknown_measure(capsys: pytest.CaptureFixture[str]) -> None:
    """The command names those that it knows."""
    with pytest.raises(SystemExit):
        BENCH.main(["--only", "everything"])
    assert "sse-small" in capsys.readouterr().err
