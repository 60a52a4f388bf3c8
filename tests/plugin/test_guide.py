"""The guide to testing: its tests pass, and so do those of the app that it works through."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.plugin.conftest import Run

pytest_plugins = ["pytester"]

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "examples" / "testing_fastapi"


def test_the_tests_of_the_guide_pass(run: Run) -> None:
    """Each test in the text, pasted into a module, passes with nothing else set up."""
    fences = MarkdownIt().parse((DOCS / "testing.md").read_text())
    modules = [fence.content for fence in fences if fence.info == "python" and "def test_" in fence.content]
    assert len(modules) == 4
    run(*modules, arguments=("-p", "no:asyncio")).assert_outcomes(passed=6)


def test_the_worked_example_passes(run: Run, pytester: pytest.Pytester) -> None:
    """The tests of the FastAPI app pass, without a warning, and leave nothing open."""
    shutil.copy(EXAMPLE / "app.py", pytester.path)
    run((EXAMPLE / "test_app.py").read_text(), arguments=("-p", "no:asyncio")).assert_outcomes(passed=6)
