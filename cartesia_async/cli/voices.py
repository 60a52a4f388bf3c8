"""The command `voices`: those that there are."""

from __future__ import annotations

import sys
from itertools import islice
from typing import Annotated

import typer

from .command import command
from .connection import Connection, connected
from .showing import JsonOption, print_line, show_item, show_list
from .terminal import complain, is_terminal, single_line
from .voice import voice_id

app = typer.Typer()

_COLUMNS = ("id", "name", "language", "gender", "description")
_PAGE = 100

VoiceArgument = Annotated[str, typer.Argument(metavar="VOICE", help="Its id, its name, or a part of its name.")]
NamedArgument = Annotated[str, typer.Argument(metavar="VOICE", help="Its id, or its name.")]
LanguageFilter = Annotated[
    str | None, typer.Option(metavar="CODE", help="Only those of a language, such as en or en-GB.")
]
GenderFilter = Annotated[str | None, typer.Option(metavar="NAME", help="Only masculine, feminine or gender_neutral.")]
MineFilter = Annotated[bool | None, typer.Option("--mine/--others", help="Only yours, or only others'.")]
LimitOption = Annotated[int | None, typer.Option(metavar="COUNT", min=1, help="At most so many; all, if left out.")]


@command(
    app,
    "list",
    examples=(
        "cartesia-async voices list",
        "cartesia-async voices list --language fr --gender feminine",
        "cartesia-async voices list --mine --json",
    ),
)
@connected
def list_voices(
    connection: Connection,
    *,
    language: LanguageFilter = None,
    gender: GenderFilter = None,
    mine: MineFilter = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the voices you can use: a table, or lines of id, name, language, gender and description."""
    _list(connection, None, language=language, gender=gender, mine=mine, limit=limit, as_json=as_json)


@command(app, examples=("cartesia-async voices search calm", "cartesia-async voices search calm | cut -f1"))
@connected
def search(
    connection: Connection,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="Looked for in name, description and id.")],
    *,
    language: LanguageFilter = None,
    gender: GenderFilter = None,
    mine: MineFilter = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the voices that some words are found in."""
    _list(connection, words, language=language, gender=gender, mine=mine, limit=limit, as_json=as_json)


def _list(
    connection: Connection,
    words: str | None,
    *,
    language: str | None,
    gender: str | None,
    mine: bool | None,
    limit: int | None,
    as_json: bool,
) -> None:
    with connection.open() as client:
        if all(each is None for each in (words, language, gender, mine, limit)):
            found = client.voices.list()
        else:
            page = min(limit or _PAGE, _PAGE)
            found = client.voices.list(q=words, language=language, gender=gender, is_owner=mine, limit=page)
        show_list(islice(found, limit), _COLUMNS, as_json=as_json)


@command(app, examples=("cartesia-async voices show Katie", "cartesia-async voices show Katie --json"))
@connected
def show(connection: Connection, voice: VoiceArgument, as_json: JsonOption = False) -> None:
    """Tell all that is known of a voice."""
    with connection.open() as client:
        show_item(client.voices.get(voice_id(client, voice)), as_json=as_json)


@command(
    app,
    examples=(
        'cartesia-async voices update "My voice" --name "My new voice"',
        'cartesia-async voices update "My new voice" --gender none',
    ),
)
@connected
def update(
    connection: Connection,
    voice: NamedArgument,
    *,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Its new name.")] = None,
    description: Annotated[str | None, typer.Option(metavar="TEXT", help="Its new description.")] = None,
    gender: Annotated[
        str | None, typer.Option(metavar="NAME", help="masculine, feminine or gender_neutral; none resets it.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Change a voice of yours; what is left out stays as it is."""
    if name is description is gender is None:
        msg = "say what to change: --name, --description or --gender"
        raise ValueError(msg)
    with connection.open() as client:
        chosen = voice_id(client, voice, whole_name=True)
        changes = {"name": name, "description": description}
        given = {key: value for key, value in changes.items() if value is not None}
        if gender is None:
            changed = client.voices.update(chosen, **given)
        else:
            changed = client.voices.update(chosen, **given, gender=None if gender == "none" else gender)
        show_item(changed, as_json=as_json)


@command(app, examples=('cartesia-async voices delete "My voice"', "cartesia-async voices delete ID --yes"))
@connected
def delete(
    connection: Connection,
    voice: NamedArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a voice of yours, for good; it asks first."""
    if not yes and not is_terminal(sys.stdin):
        msg = "nobody can be asked, since standard input is no terminal: give --yes"
        raise ValueError(msg)
    with connection.open() as client:
        chosen = client.voices.get(voice_id(client, voice, whole_name=True))
        if not yes and not typer.confirm(f"Delete the voice {single_line(chosen.name)} ({chosen.id})?", err=True):
            complain("nothing was deleted")
            raise typer.Exit(1)
        client.voices.delete(chosen.id)
        print_line(chosen.id)
