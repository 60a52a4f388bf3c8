"""Adding a command, with examples that its help shows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TypeVar

import typer

F = TypeVar("F", bound=Callable[..., None])


def command(app: typer.Typer, name: str | None = None, *, examples: Sequence[str] = ()) -> Callable[[F], F]:
    """
    Add a function to *app* as a command; its docstring is what the help begins with.

    Args:
        app: Where to add it.
        name: The command; the function's name, if left out.
        examples: Lines to type, which the help ends with.
    """

    def add(function: F) -> F:
        text = inspect.getdoc(function) or ""
        # Given, it stands whole in the list of commands, and is not cut off after so many characters.
        summary = text.partition("\n\n")[0]
        if examples:
            # The mark keeps each line as it is.
            text += "\n\nExamples:\n\n\b\n" + "\n".join(f"  {example}" for example in examples)
        return app.command(name, help=text, short_help=summary)(function)

    return add
