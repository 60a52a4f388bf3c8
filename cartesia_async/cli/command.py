"""Adding a command, with examples that its help shows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TypeVar

import typer

F = TypeVar("F", bound=Callable[..., None])


def flowing(function: Callable[..., object]) -> str:
    """Give the docstring of a function without its line breaks, at which a terminal would break lines too."""
    return "\n\n".join(" ".join(part.split()) for part in (inspect.getdoc(function) or "").split("\n\n"))


def command(app: typer.Typer, name: str | None = None, *, examples: Sequence[str] = ()) -> Callable[[F], F]:
    """
    Add a function to *app* as a command; its docstring is what the help begins with.

    Args:
        app: Where to add it.
        name: The command; the function's name, if left out.
        examples: Lines to type, which the help ends with.
    """

    def add(function: F) -> F:
        text = flowing(function)
        # Given, it stands whole in the list of commands, and is not cut off after so many characters.
        summary = text.partition("\n\n")[0]
        if examples:
            # The mark keeps each line as it is.
            text += "\n\nExamples:\n\n\b\n" + "\n".join(f"  {example}" for example in examples)
        return app.command(name, help=text, short_help=summary)(function)

    return add
