"""The command `status`."""

from __future__ import annotations

import typer

from .command import command
from .connection import Connection, connected
from .showing import JsonOption, show_item

app = typer.Typer()


@command(app, examples=("cartesia-async status", "cartesia-async status --base-url http://127.0.0.1:8020"))
@connected
def status(connection: Connection, as_json: JsonOption = False) -> None:
    """Ask whether the service is up, and which API version it speaks."""
    with connection.open() as client:
        show_item(client.api_status.get(), as_json=as_json)
