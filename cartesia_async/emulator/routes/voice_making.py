"""New voices: by embedding, mixed, localized, or cloned from a clip."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import BinaryIO

from aiohttp import web

from ..asked_version import FIRST_WITH_STRUCTURED_ERRORS, has
from ..audio.clips import timbre_heard_in
from ..exchange import Exchange
from ..fields import FLAG, OBJECT, Fields, items, number, one_of, text
from ..shapes import metadata_shape, voice_shape
from ..sounding import heard
from ..speech import EMBEDDING, ID, LANGUAGES, LOCALE, language_in, language_of
from ..state import StoredVoice, new_id, now
from ..voice.timbre import Timbre, embedding_of, localized, timbre_of
from .table import Route
from .voices import ACCENT, DESCRIPTION, NAME, TAGLINE

_DIALECTS = {
    "en": ("au", "in", "so", "uk", "us"),
    "es": ("mx", "pe"),
    "fr": ("eu", "ca"),
    "pt": ("br", "eu"),
}
_COUNTRIES = {
    "au": "AU", "in": "IN", "so": "US", "uk": "GB", "us": "US", "mx": "MX", "pe": "ES", "ca": "CA", "br": "BR",
}  # fmt: skip
_GENDERS = {"male": "masculine", "female": "feminine"}


async def create(exchange: Exchange) -> web.StreamResponse:
    """`POST /voices` (up to 2024-11-13): a voice of an embedding."""
    body = await exchange.json()
    embedding = body.required("embedding", EMBEDDING)
    voice = StoredVoice(
        id=new_id(),
        name=body.required("name", NAME),
        description=body.optional("description", DESCRIPTION, ""),
        language=language_in(body) or "en",
        timbre=timbre_of(embedding),
        created_at=now(),
        base_voice_id=body.optional("base_voice_id", ID),
        given_embedding=embedding,
    )
    return exchange.answer(voice_shape(exchange.state.voices.put(voice), exchange.version, expand=("embedding",)))


async def mix(exchange: Exchange) -> web.StreamResponse:
    """`POST /voices/mix` (up to 2024-11-13): the weighted mean of voices."""
    body = await exchange.json()
    parts = [
        _part(exchange, Fields(part, prefix=f"voices[{index}]."))
        for index, part in enumerate(body.required("voices", items(OBJECT, least=1, most=100)))
    ]
    total = sum(weight for _, weight in parts)
    if total <= 0:
        raise body.refuse("voices", "must have weights of which one at least is above 0")
    vectors = zip(*(embedding for embedding, _ in parts), strict=True)
    weights = [weight / total for _, weight in parts]
    mixed = [sum(x * weight for x, weight in zip(numbers, weights, strict=True)) for numbers in vectors]
    return exchange.answer({"embedding": mixed})


def _part(exchange: Exchange, part: Fields) -> tuple[Sequence[float], float]:
    weight = part.required("weight", number(low=0, high=1e6))
    if part.optional("embedding", EMBEDDING) is not None:
        return _whole(part.required("embedding", EMBEDDING)), weight
    return _whole(exchange.voice(part.required("id", ID)).embedding), weight


def _whole(embedding: Sequence[float]) -> Sequence[float]:
    """Give an embedding of the usual length for one of another, which examples hold."""
    usual = embedding_of(timbre_of(embedding))
    return embedding if len(embedding) == len(usual) else usual


async def localize(exchange: Exchange) -> web.StreamResponse:
    """`POST /voices/localize`: an embedding (2024-06-10) or a voice, in another language."""
    body = await exchange.json()
    if not body.has("voice_id") and has("voices.localize by embedding", exchange.version):
        timbre = timbre_of(body.required("embedding", EMBEDDING))
        language, gender, dialect = _target(body)
        return exchange.answer({"embedding": embedding_of(localized(timbre, language, gender=gender, dialect=dialect))})
    base = exchange.voice(body.required("voice_id", ID))
    accent = body.optional("accent", ACCENT)
    if not has("voices.localize without accent", exchange.version):
        accent = body.required("accent", ACCENT)
        spoken = language_of(accent)
        language = language_in(body) or (spoken if spoken in LANGUAGES else base.language)
        gender, dialect = _gender(body), _dialect(body, language)
    else:
        language, gender, dialect = _target(body)
    voice = StoredVoice(
        id=new_id(),
        name=body.required("name", NAME),
        description=body.optional("description", DESCRIPTION, ""),
        language=language,
        timbre=localized(base.timbre, language, gender=gender, dialect=dialect),
        created_at=now(),
        gender=_GENDERS.get(gender or "", base.gender),
        country=_country(language, dialect, accent),
        accent=accent,
        tagline=body.optional("tagline", TAGLINE, ""),
        base_voice_id=base.id,
    )
    return exchange.answer(metadata_shape(exchange.state.voices.put(voice), exchange.version))


def _target(body: Fields) -> tuple[str, str | None, str | None]:
    body.required("language", LOCALE)
    body.required("original_speaker_gender", one_of(*_GENDERS))
    language = language_in(body) or "en"
    return language, _gender(body), _dialect(body, language)


def _gender(body: Fields) -> str | None:
    return body.optional("original_speaker_gender", one_of(*_GENDERS))


def _dialect(body: Fields, language: str) -> str | None:
    dialect = body.optional("dialect", LOCALE)
    if dialect is not None and dialect not in _DIALECTS.get(language, ()):
        known = ", ".join(_DIALECTS.get(language, ())) or "nothing"
        raise body.refuse("dialect", f"takes {known} for the language {language}")
    return dialect


def _country(language: str, dialect: str | None, accent: str | None) -> str | None:
    if dialect is not None:
        return {"fr": "FR", "pt": "PT"}.get(language) if dialect == "eu" else _COUNTRIES[dialect]
    region = (accent or "").replace("_", "-").partition("-")[2]
    return region.upper() if len(region) == 2 and region.isalpha() else None


async def clone(exchange: Exchange) -> web.StreamResponse:
    """`POST /voices/clone`: a voice with the pitch and pace of a clip."""
    async with exchange.clip_form() as (form, place):
        fields = form.fields
        name = fields.required("name", NAME)
        language = fields.required("language", LOCALE)
        if exchange.version >= FIRST_WITH_STRUCTURED_ERRORS:
            language = language_in(fields) or language
        if has("voices.clone mode", exchange.version):
            fields.required("mode", one_of("similarity", "stability"))
            fields.optional("enhance", FLAG)
            fields.optional("transcript", text(blank=True))
        base_voice_id = fields.optional("base_voice_id", ID)
        if base_voice_id is not None:
            exchange.voice(base_voice_id)
        description = fields.optional("description", DESCRIPTION, "")
        tagline = fields.optional("tagline", TAGLINE, "")
        accent = fields.optional("accent", ACCENT)
        timbre = await place.read(partial(_listen, language=language))
    voice = StoredVoice(
        id=new_id(),
        name=name,
        description=description,
        language=language,
        timbre=timbre,
        created_at=now(),
        country=_country(language, None, accent),
        accent=accent,
        tagline=tagline,
        base_voice_id=base_voice_id,
    )
    return exchange.answer(metadata_shape(exchange.state.voices.put(voice), exchange.version))


async def clone_clip(exchange: Exchange) -> web.StreamResponse:
    """`POST /voices/clone/clip` (up to 2024-11-13): the embedding of a clip, which becomes a voice by `POST /voices`."""
    async with exchange.clip_form() as (form, place):
        form.fields.optional("enhance", FLAG)
        timbre = await place.read(partial(_listen, language="en"))
    return exchange.answer({"embedding": embedding_of(timbre)})


def _listen(file: BinaryIO, *, language: str) -> Timbre:
    return timbre_heard_in(heard(file), language=language)


ROUTES = (
    Route("POST", "/voices", create, feature="voices.create"),
    Route("POST", "/voices/mix", mix, feature="voices.mix"),
    Route("POST", "/voices/localize", localize),
    Route("POST", "/voices/clone", clone),
    Route("POST", "/voices/clone/clip", clone_clip, feature="voices.clone_clip"),
)
