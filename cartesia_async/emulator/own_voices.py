"""Voices that an emulator is given beside those of its library."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Literal, TypeVar, cast

import attrs

from ..models.voices import Voice
from .fields import FLAG, Fields, Kind, Unfit, items, number, text
from .problems import Problem
from .routes.voices import ACCENT, DESCRIPTION, GENDER, NAME, TAGLINE
from .speech import LANGUAGES, LOCALE
from .state import StoredVoice
from .voice.library import StockVoice, stock_voices
from .voice.timbre import Timbre, timbre_of

Given = str | Mapping[str, object] | Voice
Voices = Iterable[Given] | Literal["any"]

_WELL_FORMED = re.compile(r"[0-9A-Za-z_-]{1,200}")
_KNOWN = tuple(field.name for field in attrs.fields(Voice) if field.name != "extra")
_EMBEDDING = items(number(low=-1e6, high=1e6), most=4_096)
_SINCE = "2025-01-01T00:00:00.000000Z"
_WIDTH = 0.12
T = TypeVar("T")


def own_voices(given: Voices) -> tuple[StoredVoice, ...]:
    """
    Read voices, each an id or what the API tells of a voice; those of the library stay as they are where only named.

    Raises:
        ValueError: They are no voices; the message says which of them, and why.
        TypeError: They are something else.
    """
    if given == "any":
        return ()
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise TypeError(f'voices must be a list of voices or ids, or "any", not {given!r}')
    stock = {voice.id for voice in stock_voices()}
    found: dict[str, StoredVoice] = {}
    for at, one in enumerate(given):
        voice = _own_voice(one, f"voices[{at}]")
        if voice.id in found:
            raise ValueError(f"voices[{at}] has the id of another, {voice.id!r}")
        if not (isinstance(one, str) and one in stock):
            found[voice.id] = voice
    return tuple(found.values())


def voice_for(id: str) -> StoredVoice | None:
    """Make up the voice of an id, the same each time; `None` where it cannot be one."""
    return _stored(Fields({"id": id})) if _WELL_FORMED.fullmatch(id) else None


def _own_voice(given: object, place: str) -> StoredVoice:
    if isinstance(given, str):
        values: Mapping[str, object] = {"id": given}
    elif isinstance(given, Voice):
        values = attrs.asdict(given, recurse=False, filter=lambda field, _: field.name != "extra")
    elif isinstance(given, Mapping):
        values = cast("Mapping[str, object]", given)  # isinstance() cannot tell what it holds
    else:
        raise TypeError(f"{place} must be an id, a mapping or a Voice, not {given!r}")
    for name in values:
        if name not in _KNOWN:
            raise ValueError(f"{place} has {name!r}, which no voice has; what voices have is {', '.join(_KNOWN)}")
    try:
        return _stored(Fields(values, prefix=f"{place}."))
    except Problem as problem:
        raise ValueError(problem.message) from None


def _stored(fields: Fields) -> StoredVoice:
    id = fields.required("id", _ID)
    language, _, region = fields.optional("language", _LANGUAGE, "en").replace("_", "-").partition("-")
    country = fields.optional("country", LOCALE, region.upper() or None)
    gender = fields.optional("gender", GENDER)
    embedding = fields.optional("embedding", _EMBEDDING)
    public = fields.optional("is_public", FLAG, False)  # noqa: FBT003 (the default)
    return StoredVoice(
        id=id,
        name=fields.optional("name", NAME, f"Voice {id[:8]}"),
        description=fields.optional("description", DESCRIPTION, ""),
        language=language.lower(),
        timbre=_timbre(id, language.lower(), country, gender) if embedding is None else timbre_of(embedding),
        created_at=fields.optional("created_at", text(limit=40), _SINCE),
        gender=gender,
        country=country,
        tagline=fields.optional("tagline", TAGLINE, ""),
        accent=fields.optional("accent", ACCENT),
        is_owner=fields.optional("is_owner", FLAG, not public),
        base_voice_id=fields.optional("base_voice_id", text(limit=200)),
        given_embedding=embedding,
    )


def _timbre(id: str, language: str, country: str | None, gender: str | None) -> Timbre:
    """Make up how a voice sounds: like one of the library that has most in common with it, a little higher or lower."""
    chance = Random(id)  # noqa: S311 (it is to be repeatable)
    like: Iterable[StockVoice] = stock_voices()
    like = _narrowed(like, lambda stock: gender is None or stock.gender == gender)
    like = _narrowed(like, lambda stock: stock.language == language)
    like = _narrowed(like, lambda stock: country is None or stock.country == country)
    stock = chance.choice(like)
    return attrs.evolve(
        stock.timbre,
        language=language,
        accent=stock.timbre.accent if (stock.language, stock.country) == (language, country) else "",
        pitch=stock.timbre.pitch * chance.uniform(1 - _WIDTH, 1 + _WIDTH),
    )


def _narrowed(things: Iterable[T], wanted: Callable[[T], bool]) -> list[T]:
    """Give those that are wanted, or all where none is."""
    things = list(things)
    return [thing for thing in things if wanted(thing)] or things


def _read_id(value: object) -> str:
    if not isinstance(value, str) or not _WELL_FORMED.fullmatch(value):
        raise Unfit("letters, digits, hyphens and underscores, at most 200")
    return value


def _read_language(value: object) -> str:
    locale = LOCALE.read(value)
    if locale.replace("_", "-").partition("-")[0].lower() not in LANGUAGES:
        raise Unfit(f"one of {', '.join(LANGUAGES)}, or a locale of it such as en-GB")
    return locale


_ID: Kind[str] = Kind(_read_id)
_LANGUAGE: Kind[str] = Kind(_read_language)
