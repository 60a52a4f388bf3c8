"""The rounds: everybody in turn, each run in a process of its own, beside one server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import attrs

from tests.benchmarks import machine, starts
from tests.benchmarks.child import Task
from tests.benchmarks.contestants import ENTRIES
from tests.benchmarks.measures import SERVER, Amounts, Measure

LONGEST = 120  # seconds of one run


@attrs.frozen
class Run:
    """
    What one run of a contestant gave.

    Attributes:
        measure: The measure's name.
        contestant: The contestant's name.
        round: The number of the round, from 0.
        figures: What was measured.
        error: What went wrong, where something did.
    """

    measure: str
    contestant: str
    round: int
    figures: Mapping[str, float] = attrs.field(factory=dict)
    error: str = ""


def _environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CARTESIA_")}
    return {**ours, "PYTHONHASHSEED": "0"}


@contextmanager
def server(core: int | None, module: str = SERVER) -> Iterator[str]:
    """Run a server, bound to a core; give its URL."""
    command = [sys.executable, "-m", module, *([] if core is None else [str(core)])]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=_environment()) as process:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"


@contextmanager
def clip(size: int) -> Iterator[str]:
    """Make a file to upload; it is all zeros, and takes no room where the system knows that."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip.wav")
        with path.open("wb") as file:
            file.truncate(size)
        with path.open("rb") as file:
            while file.read(1 << 20):  # so that it is in memory for the first contestant as it is for the others
                pass
        yield str(path)


def order(names: Sequence[str], number: int) -> list[str]:
    """Order the contestants of a round: another begins each time, and every second round goes backwards."""
    place = number % len(names)
    turned = [*names[place:], *names[:place]]
    return turned[::-1] if number % 2 else turned


def taking_part(measure: Measure) -> list[str]:
    """List the contestants of a measure that can be run here."""
    return [name for name in measure.contestants if ENTRIES[name].is_here]


def _figures(task: Task, measure: Measure) -> dict[str, Any]:
    entry = ENTRIES[task.contestant]
    if measure.kind == "start":
        return starts.figures(entry.package, entry.hidden, task.url, task.core)
    command = [sys.executable, "-m", "tests.benchmarks.child"]
    asked = json.dumps(attrs.asdict(task))
    done = subprocess.run(
        command, input=asked, capture_output=True, text=True, check=True, timeout=LONGEST, env=_environment()
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _run(task: Task, measure: Measure, number: int) -> Run:
    try:
        return Run(measure.name, task.contestant, number, _figures(task, measure))
    except subprocess.CalledProcessError as error:
        return Run(measure.name, task.contestant, number, error="\n".join(error.stderr.splitlines()[-1:]) or str(error))
    except subprocess.TimeoutExpired as error:
        return Run(measure.name, task.contestant, number, error=str(error))


def rounds(
    number: int, measures: Sequence[Measure], amounts: Amounts, tell: Callable[[int, Measure, list[Run]], None]
) -> list[Run]:
    """
    Run all rounds.

    Args:
        number: How many.
        measures: What is measured, in each.
        amounts: How much of everything.
        tell: Called with the number of a round, a measure, and what it gave.

    Returns:
        Every run.
    """
    runs: list[Run] = []
    cores = machine.cores() or (None, None)
    uploads = max(measure.uploads for measure in measures)
    with ExitStack() as stack:
        path = stack.enter_context(clip(uploads))
        modules = {measure.server for measure in measures}
        urls = {module: stack.enter_context(server(cores[1], module)) for module in modules}
        for round_ in range(number):
            for measure in measures:
                tasks = [
                    Task(name, measure.name, urls[measure.server], path, cores[0], attrs.asdict(amounts))
                    for name in order(taking_part(measure), round_)
                ]
                given = [_run(task, measure, round_) for task in tasks]
                tell(round_, measure, given)
                runs += given
    return runs
