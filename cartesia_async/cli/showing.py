"""What a command found: a table for a person, tab-separated lines or JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import attrs
import typer

from .terminal import is_terminal, output_console, single_line

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def show_list(items: Iterable[attrs.AttrsInstance], columns: Sequence[str], *, as_json: bool) -> None:
    """
    Print *items*, one on a line.

    Args:
        items: Models of the package.
        columns: The fields to print; in JSON, all of them.
        as_json: Whether to print JSON.
    """
    if as_json:
        print_json([fields_of(item) for item in items])
        return
    rows = ([single_line(_text(getattr(item, name))) for name in columns] for item in items)
    show_rows(rows, [name.replace("_", " ") for name in columns])


def show_rows(rows: Iterable[Sequence[str]], headings: Sequence[str]) -> None:
    """Print *rows*: at a terminal as a table, else separated by tabs and without the *headings*."""
    if not is_terminal(sys.stdout):
        for row in rows:
            print_line("\t".join(row))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        # An id that is cut cannot be copied.
        table.add_column(Text(heading), no_wrap=heading == "id", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    output_console().print(table)


def show_item(item: attrs.AttrsInstance, *, as_json: bool) -> None:
    """Print all that is known of one *item*, a field on a line."""
    fields = fields_of(item)
    if as_json:
        print_json(fields)
    else:
        show_rows([(name, single_line(_text(value))) for name, value in fields.items()], ("field", "value"))


def fields_of(item: attrs.AttrsInstance) -> dict[str, Any]:
    """Give the fields of a model that have a value, and those that the package does not know."""
    fields = attrs.asdict(item, filter=lambda field, value: value is not None and (field.name != "extra" or value))
    return {**fields, **fields.pop("extra", {})}


def print_json(value: object) -> None:
    """Print *value* as JSON."""
    print_line(json.dumps(value, indent=2, ensure_ascii=False))


def print_line(text: str) -> None:
    """Print a line to standard output."""
    sys.stdout.write(f"{text}\n")


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case Mapping() | list() | tuple():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)
