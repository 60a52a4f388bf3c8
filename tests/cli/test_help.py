"""What the command line tells of itself."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

from cartesia_async import __version__
from cartesia_async.__main__ import main
from tests.cli.conftest import Cli, environment, run

COMMANDS = {
    "say": (),
    "change": (),
    "voices": ("list", "search", "show", "update", "delete", "clone", "localize", "mix", "create"),
    "datasets": ("list", "create", "files", "upload"),
    "status": (),
    "emulator": (),
    "record": (),
    "bench": (),
}
ALL = [[top, *rest] for top, parts in COMMANDS.items() for rest in ([[part] for part in parts] or [[]])]


def test_all_commands_are_listed(cli: Cli) -> None:
    """`--help` lists every command, tells where the key comes from, and what the statuses mean."""
    outcome = cli("--help")
    assert (0, "") == (outcome.status, outcome.err)
    listed = re.findall(r"^  ([a-z]+)  ", outcome.out.partition("Commands:")[2], re.MULTILINE)
    assert list(COMMANDS) == sorted(listed, key=list(COMMANDS).index)
    assert "CARTESIA_API_KEY" in outcome.out
    assert "130 after Ctrl-C" in " ".join(outcome.out.split())


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_help_has_examples_that_are_right(cli: Cli, command: list[str]) -> None:
    """The help of each command has examples, and each option in them is one of that command."""
    text = cli(*command, "--help").out
    examples = re.findall(r"^ +(?:.*\| )?(cartesia-async .*)$", text.partition("Examples:")[2], re.MULTILINE)
    own = [example for example in examples if shlex.split(example)[1 : len(command) + 1] == command]
    assert own
    known = text.partition("Options:")[2]
    for example in own:
        for option in re.findall(r"(?<!\S)(--?[a-z][a-z-]*)", example.partition(" | ")[0]):
            assert re.search(rf"(?<!\S){option}\b", known), option


@pytest.mark.parametrize("group", [[], ["voices"], ["datasets"]], ids=["all", "voices", "datasets"])
def test_what_a_command_does_is_told_to_the_end(cli: Cli, group: list[str]) -> None:
    """The list of commands has a whole sentence for each."""
    told = cli(*group, "--help").out.partition("Commands:")[2]
    lines = re.split(r"^  (?=[a-z])", told, flags=re.MULTILINE)[1:]
    assert lines
    assert [line for line in lines if not line.rstrip().endswith(".") or line.rstrip().endswith("..")] == []


def test_an_option_that_is_needed_has_no_default(cli: Cli) -> None:
    """`change` wants a voice, and does not tell of a usual one as `say` does."""
    assert "[default: (Sarah)]" in cli("say", "--help").out
    assert "Sarah" not in cli("change", "--help").out


def test_the_version(cli: Cli) -> None:
    """`--version` prints the version."""
    assert cli("--version").out == f"{__version__}\n"


def test_help_is_quick() -> None:
    """Help loads neither what makes requests, nor the emulator, nor, in a pipe, what draws."""
    program = """
import sys
from cartesia_async.__main__ import main
main(["say", "--help"])
heavy = {"aiohttp", "anyio", "asyncio", "cattrs", "numpy", "rich", "ssl", "cartesia_async.emulator"}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=environment(), timeout=60, check=True
    )
    assert done.stderr == b"[]\n"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("cartesia-async vo", ["voices"]),
        ("cartesia-async voices cl", ["clone"]),
        ("cartesia-async emulator --engine ", ["espeak", "tone"]),
        ("cartesia-async say --base", ["--base-url"]),
    ],
)
def test_completion(
    line: str, offered: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shell is offered commands, options and the values of options."""
    monkeypatch.setenv("_CARTESIA_ASYNC_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    assert main([]) == 0
    assert capsys.readouterr().out.split() == offered


def test_the_completion_of_a_shell() -> None:
    """`--show-completion` prints what a shell takes."""
    done = run("--show-completion", "bash", SHELL="/bin/bash")
    assert done.returncode == 0
    checked = subprocess.run(["bash", "-n"], input=done.stdout, capture_output=True, check=False, timeout=20)
    assert (0, b"") == (checked.returncode, checked.stderr)
