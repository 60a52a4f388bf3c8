"""The pages: what they say of the package's files, extras and errors is so."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartesia_async import errors

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_to_files(page: Path) -> None:
    """Each link of a page to another leads to a file, and to a heading where it names one."""
    for target in LINK.findall(_text(page)):
        path, _, heading = target.partition("#")
        if "://" in target or path.startswith("mailto:"):
            continue
        found = (page.parent / path).resolve() if path else page
        assert found.is_file(), target
        if heading:
            assert heading in set(_headings(_text(found))), target


def _headings(text: str) -> Iterator[str]:
    for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def test_extras_are_those_of_the_project() -> None:
    """The table of extras names each of them, and what it installs."""
    extras = tomllib.loads(_text(ROOT / "pyproject.toml"))["project"]["optional-dependencies"]
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (.*)\|$", _text(DOCS / "install.md"), re.MULTILINE))
    assert set(rows) == set(extras)
    wheels = {"espeakng-loader": "espeak-ng", "praat-parselmouth": "parselmouth"}
    for extra in set(extras) - {"all"}:
        names = {re.match(r"[\w-]+", requirement)[0] for requirement in extras[extra]}
        shown = {name.strip().lower() for name in rows[extra].split(",")}
        assert {wheels.get(name, name) for name in names} == shown, extra
    assert set(re.findall(r"\w+", extras["all"][0].partition("[")[2])) == set(extras) - {"all"}


def test_what_is_run_was_installed() -> None:
    """Where a block installs the package and goes on with its command line, the extra of that is installed too."""
    found = 0
    for page in PAGES:
        for block in re.findall(r"^```console\n(.*?)^```", _text(page), re.MULTILINE | re.DOTALL):
            installed, command = re.search(r"pip install .*\[(.*?)\]", block), "cartesia-async " in block
            if installed and command:
                found += 1
                assert "cli" in installed[1].split(","), f"{page.name}: {block}"
    assert found


def test_every_error_has_its_place() -> None:
    """The tree has every error; the table says of each that can be met by itself what to do."""
    page = _text(DOCS / "errors.md")
    tree, table = page.split("```text")[1].split("```")[0], page.split("## What to do")[1].split("\n## ")[0]
    known = [kind for kind in vars(errors).values() if isinstance(kind, type) and kind.__module__ == errors.__name__]
    assert len(known) > 15
    assert [kind.__name__ for kind in known if not re.search(rf"\b{kind.__name__}\b", tree)] == []
    general = {"CartesiaError", "APIStatusError", "StreamError"}
    rows = set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE))
    assert {kind.__name__ for kind in known} - general <= rows


def test_every_attribute_of_an_error_has_its_place() -> None:
    """The table of attributes names those of each class of error, and no others."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", _text(DOCS / "errors.md").partition("## What to do")[0], re.MULTILINE)
    told = {name.strip("`"): set(re.findall(r"`(\w+)`", attributes)) for name, attributes in rows[1:]}
    told["CartesiaError"] = told.pop("all of them")
    own = {
        kind.__name__: set(
            re.findall(r"^    (\w+): ", (inspect.getdoc(kind) or "").partition("Attributes:")[2], re.MULTILINE)
        )
        for kind in vars(errors).values()
        if isinstance(kind, type) and kind.__module__ == errors.__name__
    }
    assert told == {name: attributes for name, attributes in own.items() if attributes}


def test_the_readme_is_one_screen() -> None:
    """It has few lines, and the command that runs the tests."""
    readme = _text(ROOT / "README.md")
    assert len(readme.splitlines()) <= 66
    assert "\npython -m pip install nox && nox -s tests\n" in readme


def test_every_page_is_in_the_table_of_contents() -> None:
    """The index names each page, and the page of the reference each of its own."""
    for index, folder in ((DOCS / "index.md", DOCS), (DOCS / "reference.md", DOCS / "reference")):
        listed = re.findall(r"```\{toctree\}(.*?)```", _text(index), re.DOTALL)
        named = {line.rpartition("/")[2] for block in listed for line in block.splitlines() if line and line[0] != ":"}
        assert named == {page.stem for page in folder.glob("*.md")} - {"index"}
