"""The documentation: its code runs, and its table is the code's."""

from __future__ import annotations

import ast
import asyncio
import inspect
import logging
import os
import shutil
import subprocess
import warnings
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from cartesia_async import Cartesia
from cartesia_async._wire.versions import AVAILABILITY, KNOWN_VERSIONS
from cartesia_async.emulator import Emulator

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "reference").glob("*.md"))]


def _blocks() -> Iterator[object]:
    for page in PAGES:
        fences = [token for token in MarkdownIt().parse(page.read_text()) if token.type == "fence"]
        for token in fences:
            if token.info == "python":
                assert token.map is not None
                yield pytest.param(page, token.map[0], token.content, id=f"{page.name}:{token.map[0] + 1}")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Undo what an example says of logging."""
    yield
    logging.getLogger("cartesia_async").setLevel(logging.NOTSET)


@pytest.mark.parametrize(("page", "line", "code"), list(_blocks()))
def test_code_runs(
    page: Path, line: int, code: str, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block of code, pasted whole, runs against the emulator without a warning."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARTESIA_API_KEY", "test")
    monkeypatch.setenv("CARTESIA_BASE_URL", emulator.base_url)
    _clip(tmp_path / "clip.wav")
    padded = "\n" * (line + 1) + code
    # A notebook's cell may await.
    compiled = compile(padded, str(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    space: dict[str, object] = {"__name__": "__main__"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            if compiled.co_flags & inspect.CO_COROUTINE:
                assert page.name == "notebooks.md"
                asyncio.run(eval(compiled, space))
            else:
                exec(compiled, space)
        except ImportError as error:
            # Drawing is all that the tests may be without: matplotlib is large.
            if "cartesia-async[plot]" not in str(error):
                raise
            pytest.skip(str(error))
    for thing in space.values():
        if isinstance(thing, Cartesia):
            thing.close()  # a client that a notebook keeps


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="this needs curl, and a shell")
def test_the_command_for_other_clients_runs(emulator: Emulator, tmp_path: Path) -> None:
    """What the page of the emulator says to type, without this package, gives a WAV file."""
    fences = MarkdownIt().parse((ROOT / "docs" / "emulator.md").read_text())
    [command] = [fence.content for fence in fences if fence.info == "console" and fence.content.startswith("curl")]
    environment = {"PATH": os.environ["PATH"], "CARTESIA_BASE_URL": emulator.base_url}
    subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, check=True, timeout=60)
    assert (tmp_path / "hello.wav").read_bytes().startswith(b"RIFF")


def _clip(path: Path) -> None:
    with Cartesia() as client:
        client.tts.bytes(
            model_id="sonic-3",
            transcript="This is a clip of a voice that speaks for a while.",
            voice="694f9389-aac1-45b6-b726-9d9369183238",
            output_format={"container": "wav", "encoding": "pcm_s16le", "sample_rate": 22050},
        ).save(path)
    with wave.open(str(path)) as clip:
        assert clip.getnframes() > 22050


def availability_table() -> str:
    """Write the table of availability as the documentation shows it."""
    rows = ["| call or argument | versions | retired | in its place |", "|---|---|---|---|"]
    for name, availability in AVAILABILITY.items():
        versions = [version for version in KNOWN_VERSIONS if availability.within(version)]
        span = (
            "all" if len(versions) == len(KNOWN_VERSIONS) else " to ".join(dict.fromkeys((versions[0], versions[-1])))
        )
        if span != "all" and availability.until is None:
            span = f"from {versions[0]}"
        rows.append(f"| `{name}` | {span} | {availability.retired or ''} | {availability.replacement or ''} |")
    return "\n".join(rows)


def test_availability_is_the_codes() -> None:
    """The table of versions in the documentation is the one that requests are made from."""
    text = (ROOT / "docs" / "versions.md").read_text()
    shown = text.split("<!-- availability -->")[1].split("<!-- /availability -->")[0].strip()
    assert availability_table() == shown
