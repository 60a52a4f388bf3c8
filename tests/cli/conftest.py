"""What the tests of the command line share: an emulator it is pointed at, and ways to run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

from cartesia_async.__main__ import main
from cartesia_async.emulator import Emulator
from tests.processes import complaints

PACKAGE = str(Path(__file__).parents[2])
COMMAND = [sys.executable, "-X", "dev", "-W", "error", "-m", "cartesia_async"]
KEY = "sk_car_test_0123456789"


def environment(**more: str) -> dict[str, str]:
    """Give what a process of its own is started with; *more* on top."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COMP_", "PYTHON"))}
    return {**kept, "PYTHONPATH": PACKAGE, "COLUMNS": "100", **more}


def run(*arguments: str, text: str | bytes | None = None, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own, where a warning is an error."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=text.encode() if isinstance(text, str) else text,
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        env=environment(**more),
        timeout=60,
        check=False,
    )
    done.stderr = complaints(done.stderr)
    return done


@attrs.frozen
class Outcome:
    """What a command came to, in this process."""

    status: int
    out: str
    err: str


Cli = Callable[..., Outcome]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(engine="tone") as running:
        yield running


@pytest.fixture
def pointed(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """Point the command line at an emulator that is as new, and quick."""
    emulator.reset()
    monkeypatch.setenv("CARTESIA_API_KEY", KEY)
    monkeypatch.setenv("CARTESIA_BASE_URL", emulator.base_url)
    return emulator


@pytest.fixture
def cli(pointed: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command in this process, in an empty folder, and without a terminal."""
    monkeypatch.chdir(tmp_path)

    def go(*arguments: str) -> Outcome:
        status = main(arguments)
        printed = capsys.readouterr()
        assert KEY not in printed.out + printed.err
        return Outcome(status, printed.out, printed.err)

    return go
