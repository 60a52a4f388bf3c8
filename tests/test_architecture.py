"""Who imports whom: only downwards, and the outside world only in its own rooms."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import cartesia_async

PACKAGE = Path(cartesia_async.__file__).parent
# From top to bottom. What stands on one line is on one floor, and does not know its neighbours.
FLOORS = (
    ("__main__",),
    ("__init__",),
    ("client",),
    ("families",),
    ("resources",),
    ("_calls",),
    ("websocket",),
    ("streams",),
    ("audio",),
    ("_io",),
    ("_wire",),
    ("models",),
    ("errors", "hooks", "unset", "_about"),
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# What is built beside the house, upon its public face.
ANNEXES = {"cli", "emulator", "fastapi", "pytest_plugin"}
LONGEST = 300
SDK = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if (path.relative_to(PACKAGE).parts[0].removesuffix(".py") not in ANNEXES) and path.name != "__main__.py"
)


@attrs.frozen
class Arrow:
    """
    An import.

    Attributes:
        line: Where it stands.
        module: The module that is imported, in full.
        at_run_time: Whether it is carried out when the program runs.
        lazy: Whether it stands in a function.
    """

    line: int
    module: str
    at_run_time: bool
    lazy: bool


def _module(path: Path) -> tuple[str, ...]:
    return ("cartesia_async", *path.relative_to(PACKAGE).with_suffix("").parts)


def _is_for_types(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def arrows(tree: ast.Module, module: tuple[str, ...]) -> list[Arrow]:
    """Find every import in *tree*, the source of *module*: at the top, in functions, for type checkers."""
    found: list[Arrow] = []

    def look(node: ast.AST, at_run_time: bool, lazy: bool) -> None:
        for name in _imported(node, module):
            found.append(Arrow(node.lineno, name, at_run_time, lazy))  # type: ignore[attr-defined]
        if isinstance(node, ast.If) and _is_for_types(node.test):
            for child in node.body:
                look(child, False, lazy)
            for child in node.orelse:
                look(child, at_run_time, lazy)
            return
        inside = lazy or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for child in ast.iter_child_nodes(node):
            look(child, at_run_time, inside)

    look(tree, True, False)
    return found


def _imported(node: ast.AST, module: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        start = module[: -node.level] if node.level else ()
        base = ".".join((*start, *([node.module] if node.module else [])))
        # `from . import x` names a module or one of its names: the longer one decides where it is a room.
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module":
        if node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def _arrows_of(path: Path) -> list[Arrow]:
    return arrows(ast.parse(path.read_text()), _module(path))


def _room(module: str) -> str | None:
    parts = module.split(".")
    if parts[0] != "cartesia_async":
        return None
    return parts[1] if len(parts) > 1 and (parts[1] in FLOOR_OF or parts[1] in ANNEXES) else "__init__"


def upward(arrow: Arrow, room: str) -> bool:
    """Whether an import leads up, or to a neighbour, from *room*."""
    target = _room(arrow.module)
    if target is None or target == room:
        return False
    return target in ANNEXES or FLOOR_OF[target] <= FLOOR_OF[room]


def _id(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", SDK, ids=_id)
def test_imports_lead_down(path: Path) -> None:
    """A module imports only from its own room and those below it, in functions and for type checkers too."""
    room = _room(".".join(_module(path)))
    assert room is not None
    assert [arrow for arrow in _arrows_of(path) if upward(arrow, room)] == []


def test_every_module_has_a_floor() -> None:
    """No module stands outside the plan."""
    names = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in PACKAGE.rglob("*.py")}
    assert names <= set(FLOOR_OF) | ANNEXES


@pytest.mark.parametrize(
    ("source", "module", "wrong"),
    [
        ("from ..streams import audio", "_io.x", True),
        ("def f():\n    from ..streams.audio import AudioStream", "_io.x", True),
        ("if TYPE_CHECKING:\n    from ..client import Cartesia", "models.x", True),
        ("import cartesia_async.client", "_wire.x", True),
        ("from cartesia_async import Cartesia", "streams.x", True),
        ("from .. import client", "streams.x", True),
        ("from . import hooks", "errors", True),
        ("from .emulator import Emulator", "client", True),
        ("import_module('cartesia_async.client')", "_io.x", True),
        ("from ..errors import CartesiaError", "_io.x", False),
        ("from . import y", "_io.x", False),
        ("from ..._wire.codec import dumps", "_io.http.x", False),
        ("import json", "errors", False),
    ],
)
def test_a_wrong_arrow_is_found(source: str, module: str, wrong: bool) -> None:
    """The rule finds each way to write an import that leads up, and no other."""
    found = arrows(ast.parse(source), ("cartesia_async", *module.split(".")))
    assert len(found) == 1
    assert upward(found[0], module.partition(".")[0]) is wrong


@pytest.mark.parametrize("path", SDK, ids=_id)
def test_the_outside_world_has_its_rooms(path: Path) -> None:
    """Only `_io/http` knows aiohttp when the program runs, and only `audio` numpy."""
    here = _id(path).replace("\\", "/")
    used = {arrow.module for arrow in _arrows_of(path) if arrow.at_run_time}
    libraries = {name.partition(".")[0] for name in used}
    allowed = {"attrs", "cattrs"} if here.startswith("_wire/") else {"attrs"}
    if here in {"_wire/status.py", "_io/secrecy.py"}:
        allowed |= {"multidict"}
    if here.startswith("_io/http/"):
        allowed |= {"aiohttp", "multidict", "yarl"}
    if here.startswith("audio/"):
        # Where it is needed, and only then: they are no part of the base install.
        allowed |= {arrow.module.partition(".")[0] for arrow in _arrows_of(path) if arrow.lazy} & {"numpy"}
    third_party = {"aiohttp", "anyio", "attr", "attrs", "cattrs", "multidict", "numpy", "soundfile", "soxr", "yarl"}
    assert (libraries & third_party) - allowed == set()


@pytest.mark.parametrize("path", [PACKAGE / "__main__.py", *sorted((PACKAGE / "cli").glob("*.py"))], ids=_id)
def test_the_command_line_takes_what_is_heavy_lazily(path: Path) -> None:
    """The command line imports the emulator only where it starts one, and Rich only where it draws."""
    for arrow in _arrows_of(path):
        heavy = "cartesia_async.emulator" in arrow.module or arrow.module.partition(".")[0] == "rich"
        assert arrow.lazy or not arrow.at_run_time or not heavy


@pytest.mark.parametrize("path", SDK, ids=_id)
def test_modules_are_short(path: Path) -> None:
    """A module of the SDK has fewer than 300 lines."""
    assert len(path.read_text().splitlines()) < LONGEST
