"""The tables of the page on migrating: what they lead to is there."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cartesia_async
from cartesia_async import AsyncCartesia, Cartesia

PAGE = Path(__file__).parents[2] / "docs" / "migration.md"
CODE = re.compile(r"`([^`]+)`")


def _rows() -> Iterator[Any]:
    for number, line in enumerate(PAGE.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("| ") and not line.startswith("| there"):
            yield pytest.param(line.strip("| ").rpartition(" | ")[2], id=f"line{number}")


def _expressions(cell: str) -> Iterator[ast.expr]:
    """Give the code of a cell, in the forms in which a table can write it."""
    for code in CODE.findall(cell):
        if code.startswith("."):
            continue  # it goes on from the code before it
        text = re.sub(r"^(?:async )?for \w+ in |^await |^with (.*) as \w+:.*$", r"\1", code)
        text = text.replace("{...}", "{}").replace("...,", "*args,").replace("...)", "*args)").replace("=*args", "=0")
        for part in text.split("=", 1)[-1:] if re.match(r"^\w+=", text) else [text]:
            yield ast.parse(part, mode="eval").body


@pytest.mark.parametrize("cell", list(_rows()))
def test_what_a_row_leads_to_exists(cell: str) -> None:
    """Each call on the right is a method of the client, each argument one of its own, and each class is public."""
    with Cartesia("key") as client:
        for expression in _expressions(cell):
            for node in ast.walk(expression):
                if isinstance(node, ast.Call):
                    _check(node, client)
                elif isinstance(node, ast.Name) and node.id[0].isupper():
                    assert hasattr(cartesia_async, node.id), node.id


def _check(call: ast.Call, client: Cartesia) -> None:
    path = ast.unparse(call.func)
    if path.startswith("client.") and "(" not in path:
        called = eval(path, {"client": client})
    elif path in {"Cartesia", "AsyncCartesia", "Timeout", "RawFormat", "VoiceByEmbedding"}:
        called = getattr(cartesia_async, path)
    else:
        return
    known = inspect.signature(called).parameters
    assert {keyword.arg for keyword in call.keywords} <= set(known), path


def test_contexts_have_what_the_tables_say() -> None:
    """What the tables say of contexts and streams is there, on both clients."""
    text = PAGE.read_text(encoding="utf-8")
    for twins in (
        (cartesia_async.SpeechContext, cartesia_async.BlockingSpeechContext),
        (cartesia_async.AudioStream, cartesia_async.BlockingAudioStream),
    ):
        for kind in twins:
            subject = "context" if "Context" in kind.__name__ else r"bytes\(\.\.\.\)"
            methods = set(re.findall(rf"\| [^|]*\b{subject}\.(\w+)\(", "\n".join(_right(text))))
            assert methods
            assert [name for name in methods if not hasattr(kind, name)] == []
    assert AsyncCartesia.__name__ in text


def _right(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.startswith("| "):
            yield "| " + line.strip("| ").rpartition(" | ")[2]
