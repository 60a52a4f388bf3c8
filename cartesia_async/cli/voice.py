"""Finding a voice by its id or its name."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from cartesia_async import Cartesia, UnsupportedVersionError, Voice

from .terminal import PROGRAM

# A voice of the service's own examples, which the emulator has too.
DEFAULT_VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PAGE = 100
_MOST_SHOWN = 8

_HELP = "A voice by its id, its name, or a part of its name."

VoiceOption = Annotated[str, typer.Option(metavar="VOICE", help=_HELP, show_default="Sarah")]
NeededVoiceOption = Annotated[str, typer.Option(metavar="VOICE", help=_HELP)]


def voice_id(client: Cartesia, wanted: str, *, whole_name: bool = False) -> str:
    """
    Give the id of the voice that is *wanted*.

    Args:
        client: Asks for the library of voices, unless *wanted* is a UUID.
        wanted: An id, a name, or a part of one that no other voice has; case does not matter.
        whole_name: Whether a part of a name is not enough.

    Raises:
        ValueError: No voice is called so, or several are.
        CartesiaError: The library could not be read.
    """
    if not wanted or _ID.fullmatch(wanted):
        return wanted
    found = _candidates(client, wanted)
    if any(voice.id == wanted for voice in found):
        return wanted
    same = [voice for voice in found if _name(voice) == wanted.casefold()]
    chosen = same or ([] if whole_name else found)
    if len(chosen) > 1:
        shown = ", ".join(f"{voice.name} ({voice.id})" for voice in chosen[:_MOST_SHOWN])
        more = f", and {len(chosen) - _MOST_SHOWN} more" if len(chosen) > _MOST_SHOWN else ""
        msg = f"{wanted!r} may be any of {len(chosen)} voices: {shown}{more}"
        raise ValueError(msg)
    if not chosen:
        part = "" if not found else "; a part of a name will not do here"
        msg = f"no voice has the name or the id {wanted!r}{part} (see: {PROGRAM} voices list)"
        raise ValueError(msg)
    return chosen[0].id


def _candidates(client: Cartesia, wanted: str) -> list[Voice]:
    try:
        voices = list(client.voices.list(q=wanted, limit=_PAGE))
    except UnsupportedVersionError:
        # The pinned version cannot search, and the oldest has no pages.
        voices = list(client.voices.list())
    return [voice for voice in voices if wanted == voice.id or wanted.casefold() in _name(voice)]


def _name(voice: Voice) -> str:
    return (voice.name or "").casefold()
