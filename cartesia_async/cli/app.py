"""The whole command line, and what its process ends with."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Annotated, TextIO

import typer

from cartesia_async import CartesiaError, CredentialsError, UnsupportedVersionError, __version__

from . import bench, change, datasets, making, say, serving, status, voices
from .command import flowing
from .terminal import PROGRAM, complain, is_terminal, note

DONE, FAILED, BAD_USE, INTERRUPTED = 0, 1, 2, 130


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def _begin(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which version this is, and leave."),
    ] = False,
) -> None:
    """
    Speak with the Cartesia voice API, or with a local emulator of it.

    The key comes from the environment variable CARTESIA_API_KEY: a command line can be seen by others. COMMAND --help
    tells of each command, with examples. What a command gives goes to standard output, all else to standard error.

    It ends with 0 when all is done, 1 where a call failed, 2 for bad use, and 130 after Ctrl-C, which leaves no half
    file.
    """


def build() -> typer.Typer:
    """Put the commands together."""
    app = typer.Typer(
        callback=_begin,
        help=flowing(_begin),
        # Panels and colours are for a person; a program, and a page of documentation, get plain text.
        rich_markup_mode="rich" if is_terminal(sys.stdout) else None,
        pretty_exceptions_enable=False,
    )
    for top in (say.app, change.app):
        app.add_typer(top)
    of_voices = typer.Typer(help="List, make, change and delete voices.")
    for part in (voices.app, making.app):
        of_voices.add_typer(part)
    app.add_typer(of_voices, name="voices")
    app.add_typer(datasets.app, name="datasets", help="List, make and fill datasets of recordings.")
    for top in (status.app, serving.app, bench.app):
        app.add_typer(top)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the command line.

    Args:
        arguments: What to run it with; left out, the process's own arguments.

    Returns:
        The exit status: 0, 1 where a call failed, 2 for bad use, 130 after Ctrl-C.
    """
    with _retirement_noted():
        status = _run(arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        status = _nobody_reads()
    return status


def _run(arguments: Sequence[str] | None) -> int:
    try:
        left: object = typer.main.get_command(build())(args=arguments, prog_name=PROGRAM, standalone_mode=False)
    except SystemExit as leaving:  # for completion, and where standard output is closed
        return leaving.code if isinstance(leaving.code, int) else DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except typer.Abort:
        return INTERRUPTED
    except typer.TyperException as error:
        complain(f"{_plain(error.format_message())}{_way_to_help(error)}")
        return error.exit_code
    except (ValueError, ImportError, CredentialsError, UnsupportedVersionError) as error:
        complain(error)
        return BAD_USE
    except CartesiaError as error:
        complain(error)
        return FAILED
    except OSError as error:
        complain(_without_number(error))
        return FAILED
    return left if isinstance(left, int) else DONE


def _plain(text: str) -> str:
    # What checks the arguments of typer's commands puts its own words before typer's.
    return text.replace(": Value error, ", ": ")


def _without_number(error: OSError) -> str:
    if error.strerror is None:
        return str(error)
    return error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"


def _way_to_help(error: typer.TyperException) -> str:
    # What typer raises for bad use knows the command, though its public base class does not tell.
    path: object = getattr(getattr(error, "ctx", None), "command_path", None)
    return f" (see: {path} --help)" if isinstance(path, str) else ""


def _nobody_reads() -> int:
    # There is nobody to tell, and nothing to flush at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


@contextmanager
def _retirement_noted() -> Generator[None]:
    """Tell in a line of what the service has retired, however Python is told to treat warnings."""

    def show(  # noqa: PLR0917 - as Python calls it
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, DeprecationWarning):
            note(f"{PROGRAM}: note: {message}")
        else:
            before(message, category, filename, lineno, file, line)

    with warnings.catch_warnings():
        warnings.filterwarnings("always", r"\S+ was retired by the service", DeprecationWarning)
        before, warnings.showwarning = warnings.showwarning, show
        yield
