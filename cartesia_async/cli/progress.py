"""Bars on standard error that show how far a command is; there are none where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from .terminal import error_console, is_terminal, single_line

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn


class Advance(Protocol):
    """Shows how far a command is."""

    def __call__(self, done: float, total: float | None = None, /) -> None:
        """Show that so much was *done*, of *total* where that is known."""
        ...


def _nothing(done: float, total: float | None = None) -> None:
    """Show nothing."""


@contextmanager
def transferring(description: str) -> Generator[Advance]:
    """
    Show how many bytes were sent or have come.

    Args:
        description: What is under way.

    Yields:
        What to call with the bytes so far and, where they are known, the bytes in all; from any thread.
    """
    if not _wanted():
        yield _nothing
        return
    from rich.progress import BarColumn, DownloadColumn, TransferSpeedColumn

    with _bar(description, BarColumn(), DownloadColumn(), TransferSpeedColumn()) as advance:
        yield advance


@contextmanager
def speaking() -> Generator[Advance]:
    """
    Show how many words were spoken.

    Yields:
        What to call with the words spoken and, where they are known, the words in all.
    """
    if not _wanted():
        yield _nothing
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

    with _bar("Speaking", BarColumn(), MofNCompleteColumn(), TextColumn("words"), TimeElapsedColumn()) as advance:
        yield advance


@contextmanager
def counting(description: str, total: int) -> Generator[Advance]:
    """
    Show how many of *total* things were done.

    Yields:
        What to call with how many were.
    """
    if not _wanted():
        yield _nothing
        return
    from rich.progress import BarColumn, MofNCompleteColumn

    with _bar(description, BarColumn(), MofNCompleteColumn(), total=total) as advance:
        yield advance


def _wanted() -> bool:
    return is_terminal(sys.stderr) and not error_console().is_dumb_terminal


@contextmanager
def _bar(description: str, *columns: ProgressColumn, total: float | None = None) -> Generator[Advance]:
    from rich.markup import escape
    from rich.progress import Progress, SpinnerColumn

    shown = escape(single_line(description))
    with Progress(SpinnerColumn(), "{task.description}", *columns, console=error_console(), transient=True) as progress:
        yield _advancing(progress, shown, total)


def _advancing(progress: Progress, description: str, total: float | None) -> Advance:
    task = progress.add_task(description, total=total)

    def advance(done: float, total: float | None = None) -> None:
        if total is not None:
            progress.update(task, total=total)
        progress.update(task, completed=done)

    return advance
