"""The command `voices`: making new ones."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from cartesia_async import MixVoice

from .command import command
from .connection import Connection, connected
from .showing import JsonOption, print_line, show_item
from .uploading import ClipArgument, upload
from .voice import voice_id
from .voices import VoiceArgument

app = typer.Typer()

NameOption = Annotated[str, typer.Option(metavar="TEXT", help="The new voice's name.")]
DescriptionOption = Annotated[str | None, typer.Option(metavar="TEXT", help="What it sounds like.")]
AccentOption = Annotated[str | None, typer.Option(metavar="CODE", help="The accent it speaks with, such as en-GB.")]


@command(
    app,
    examples=(
        "cartesia-async voices clone clip.wav --name Me --language en",
        'cartesia-async voices clone clip.wav --name Me --language en --description "My own voice"',
    ),
)
@connected
def clone(
    connection: Connection,
    clip: ClipArgument,
    *,
    name: NameOption,
    language: Annotated[str, typer.Option(metavar="CODE", help="The language spoken in the clip, such as en.")],
    description: DescriptionOption = None,
    accent: AccentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a voice of a recording of it."""
    with connection.open() as client, upload(clip) as sent:
        made = client.voices.clone(sent, name=name, language=language, description=description, accent=accent)
    show_item(made, as_json=as_json)


@command(
    app,
    examples=("cartesia-async voices localize Katie --name Catalina --language es --gender female --dialect mx",),
)
@connected
def localize(
    connection: Connection,
    voice: VoiceArgument,
    *,
    name: NameOption,
    language: Annotated[str | None, typer.Option(metavar="CODE", help="The language to speak, such as es.")] = None,
    gender: Annotated[
        str | None, typer.Option(metavar="NAME", help="male or female: who speaks now; needed with --language.")
    ] = None,
    dialect: Annotated[str | None, typer.Option(metavar="CODE", help="A dialect of the language, such as mx.")] = None,
    accent: AccentOption = None,
    description: DescriptionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a voice that speaks another language, or with another accent."""
    if accent is None and (language is None or gender is None):
        msg = "give --language and --gender, or --accent"
        raise ValueError(msg)
    with connection.open() as client:
        made = client.voices.localize(
            voice_id=voice_id(client, voice),
            name=name,
            description=description,
            language=language,
            original_speaker_gender=gender,
            dialect=dialect,
            accent=accent,
        )
    show_item(made, as_json=as_json)


@command(
    app,
    examples=(
        "cartesia-async voices mix Sarah=0.7 Barry=0.3",
        "cartesia-async voices mix Sarah Barry | cartesia-async voices create --name Both --embedding -",
    ),
)
@connected
def mix(
    connection: Connection,
    voices: Annotated[list[str], typer.Argument(metavar="VOICE[=WEIGHT]...", help="Voices, by id or name.")],
) -> None:
    """Mix voices into one, and print its embedding; retired by the service."""
    parts = [_weighed(each) for each in voices]
    with connection.open() as client:
        mixed = client.voices.mix(
            voices=[MixVoice(id=voice_id(client, voice), weight=weight) for voice, weight in parts]
        )
    print_line(json.dumps(list(mixed.embedding)))


@command(
    app, examples=("cartesia-async voices create --name Both --embedding both.json --description 'Of two others'",)
)
@connected
def create(
    connection: Connection,
    *,
    name: NameOption,
    embedding: Annotated[
        str, typer.Option(metavar="FILE", help="A JSON array of 192 numbers; - reads standard input.")
    ],
    description: Annotated[str, typer.Option(metavar="TEXT", help="What it sounds like.")] = "",
    language: Annotated[str | None, typer.Option(metavar="CODE", help="Its language, such as en.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a voice of an embedding; retired by the service."""
    numbers = _numbers(embedding)
    with connection.open() as client:
        made = client.voices.create(name=name, description=description, embedding=numbers, language=language)
    show_item(made, as_json=as_json)


def _weighed(text: str) -> tuple[str, float]:
    voice, sign, weight = text.rpartition("=")
    if not sign:
        return text, 1.0
    try:
        return voice, float(weight)
    except ValueError as error:
        msg = f"a weight must be a number, as in Sarah=0.7, not {weight!r}"
        raise ValueError(msg) from error


def _numbers(path: str) -> list[float]:
    try:
        if path == "-":
            numbers: Any = json.load(sys.stdin)
        else:
            with open(path, encoding="utf-8") as file:
                numbers = json.load(file)
    except OSError as error:
        msg = f"cannot read {path!r}: {error.strerror}"
        raise ValueError(msg) from error
    except ValueError as error:
        msg = f"--embedding must be a JSON array of numbers: {error}"
        raise ValueError(msg) from error
    return numbers  # type: ignore[no-any-return]  # what it is, the call checks
