"""What the plugin costs a test run that has no use for it."""

from __future__ import annotations

import json
import sys
from importlib.metadata import entry_points

import pytest

from tests.plugin.conftest import Run

pytest_plugins = ["pytester"]

_HEAVY = {"aiohttp", "attr", "attrs", "cattrs", "multidict", "numpy", "yarl"}
_OWN = ["cartesia_async", "cartesia_async.pytest_plugin"]
_LOADED = """
import json, pathlib, sys

def test_nothing(pytestconfig):
    assert pytestconfig.pluginmanager.has_plugin("cartesia_async")
    pathlib.Path("loaded.json").write_text(json.dumps(sorted(sys.modules)))
"""


def test_pytest_finds_it() -> None:
    """The package registers the plugin: nothing is to be configured."""
    [entry] = [entry for entry in entry_points(group="pytest11") if entry.name == "cartesia_async"]
    assert entry.value == "cartesia_async.pytest_plugin"


def test_it_loads_nothing(run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that uses none of its fixtures loads neither what the package is made of, nor what that is built on."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # other plugins load what they like
    run(_LOADED, arguments=("-p", "cartesia_async")).assert_outcomes(passed=1)
    loaded = json.loads((pytester.path / "loaded.json").read_text())
    assert [name for name in loaded if name.partition(".")[0] in _HEAVY] == []
    assert [name for name in loaded if name.partition(".")[0] == "cartesia_async"] == _OWN


def test_loading_it_adds_two_modules(pytester: pytest.Pytester) -> None:
    """Beyond pytest's own modules come the plugin and the package's front door, and no other."""
    script = (
        "import sys, pytest\n"
        "before = set(sys.modules)\n"
        "import cartesia_async.pytest_plugin\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    result = pytester.run(sys.executable, "-W", "error", "-c", script)
    assert (result.ret, result.outlines, result.errlines) == (0, [" ".join(_OWN)], [])


def test_it_can_be_left_out(run: Run) -> None:
    """`-p no:cartesia_async` takes the fixtures away."""
    result = run("def test_it(cartesia_emulator): ...", arguments=("-p", "no:cartesia_async", "-p", "no:asyncio"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'cartesia_emulator' not found*"])
