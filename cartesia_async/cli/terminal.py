"""Standard output and standard error: what a person reads, and what a program reads."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

PROGRAM = "cartesia-async"


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at *stream*; one that was closed is none."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def output_console() -> Console:
    """Give what draws on standard output."""
    from rich.console import Console

    return Console(highlight=False)


def error_console() -> Console:
    """Give what draws on standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def single_line(text: object) -> str:
    """Give *text* on one line, without what a terminal would obey."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in str(text)).split())


def note(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{single_line(text)}\n")
    sys.stderr.flush()


def complain(text: object) -> None:
    """Say on one line of standard error what is wrong."""
    note(f"{PROGRAM}: {text}")
