"""The command `datasets`."""

from __future__ import annotations

from typing import Annotated

import typer

from .command import command
from .connection import Connection, connected
from .showing import JsonOption, show_item, show_list
from .uploading import upload

app = typer.Typer()

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help="The dataset's id.")]


@command(app, "list", examples=("cartesia-async datasets list", "cartesia-async datasets list --json"))
@connected
def list_datasets(connection: Connection, as_json: JsonOption = False) -> None:
    """List your datasets: a table, or lines of id, name, description and date."""
    with connection.open() as client:
        show_list(client.datasets.list(), ("id", "name", "description", "created_at"), as_json=as_json)


@command(app, examples=('cartesia-async datasets create "Recordings of my voice"',))
@connected
def create(
    connection: Connection,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The dataset's name.")],
    description: Annotated[str | None, typer.Option(metavar="TEXT", help="What is in it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a dataset of recordings to train a voice on."""
    with connection.open() as client:
        show_item(client.datasets.create(name=name, description=description), as_json=as_json)


@command(app, examples=("cartesia-async datasets files DATASET",))
@connected
def files(connection: Connection, dataset: DatasetArgument, as_json: JsonOption = False) -> None:
    """List the files of a dataset: a table, or lines of id, name, size in bytes and date."""
    with connection.open() as client:
        found = client.datasets.list_files(dataset)
        show_list(found, ("id", "filename", "size", "created_at"), as_json=as_json)


@command(app, "upload", examples=("cartesia-async datasets upload DATASET one.wav two.wav",))
@connected
def upload_files(
    connection: Connection,
    dataset: DatasetArgument,
    paths: Annotated[list[str], typer.Argument(metavar="FILE...", help="Recordings.")],
    purpose: Annotated[str, typer.Option(metavar="NAME", help="What they are for.")] = "fine_tune",
) -> None:
    """Add files to a dataset, one after the other; the first that fails ends it."""
    with connection.open() as client:
        for path in paths:
            with upload(path) as sent:
                client.datasets.upload_file(sent, dataset, purpose=purpose)
