"""The reference: every public name is in it, under the path from which it is imported, and nothing else."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = [DOCS / "reference.md", *sorted((DOCS / "reference").glob("*.md"))]
DIRECTIVE = re.compile(r"^\.\. (?:auto\w+|py:type):: (cartesia_async[\w.]*)(?:\(\))?$", re.MULTILINE)


def _documented() -> list[str]:
    return [name for page in REFERENCE for name in DIRECTIVE.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("module", ["cartesia_async", "cartesia_async.emulator", "cartesia_async.fastapi"])
def test_every_public_name_is_in_the_reference(module: str) -> None:
    """What `__all__` names, the reference has; what the reference shows of a module, its `__all__` names."""
    names = importlib.import_module(module).__all__
    shown = {path.rpartition(".")[2] for path in _documented() if path.rpartition(".")[0] == module}
    assert set(names) - shown == set()
    assert shown - set(names) == set()


def test_nothing_is_shown_twice() -> None:
    """Each name has one place."""
    documented = _documented()
    assert sorted(documented) == sorted(set(documented))


def test_every_fixture_is_in_the_reference() -> None:
    """The fixtures that the pytest plugin brings are all there, and in the guide to testing."""
    plugin = (DOCS.parent / "cartesia_async" / "pytest_plugin.py").read_text(encoding="utf-8")
    fixtures = re.findall(r"^@pytest\.fixture.*\ndef (\w+)", plugin, re.MULTILINE)
    assert fixtures
    guide = (DOCS / "testing.md").read_text(encoding="utf-8")
    for fixture in fixtures:
        assert f"cartesia_async.pytest_plugin.{fixture}" in _documented()
        assert f"`{fixture}`" in guide


def test_what_is_shown_exists() -> None:
    """Every path in the reference leads to something."""
    for path in _documented():
        home, _, name = path.rpartition(".")
        try:
            importlib.import_module(path)
        except ModuleNotFoundError:
            assert hasattr(importlib.import_module(home), name), path


def test_every_family_of_calls_is_in_the_reference() -> None:
    """Each family of calls of a client has its class in the reference, under the name that it has on a client."""
    from cartesia_async.families import Client

    calls = (DOCS / "reference" / "calls.md").read_text(encoding="utf-8")
    families = [name for name, kind in Client.__annotations__.items() if "[R]" in str(kind)]
    assert len(families) == 5
    for family in families:
        assert f"\n## client.{family}\n" in calls
        assert f"cartesia_async.resources.{family}." in calls
