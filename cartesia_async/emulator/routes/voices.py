"""The voices there are: listed, looked at, renamed, deleted, and heard in a preview."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection

import attrs
from aiohttp import web

from ..asked_version import has
from ..audio.encoding import AudioFormat
from ..delivery import send_audio
from ..engines.protocol import Utterance
from ..exchange import Exchange
from ..fields import FLAG, Fields, one_of, text
from ..paging import page
from ..problems import invalid, not_found
from ..shapes import VOICE_EXPANSIONS, voice_shape
from ..sounding import spoken
from ..speech import LOCALE
from ..state import StoredVoice
from ..wav_sizes import with_sizes
from .table import Route

GENDER = one_of("masculine", "feminine", "gender_neutral")
NAME = text(limit=500)
DESCRIPTION = text(limit=10_000, blank=True)
# An accent is known by an id; the emulator takes locales such as en-GB for ids too.
ACCENT = text(limit=200)
TAGLINE = text(limit=32, blank=True)
_ONLY_ARRAY = "2024-06-10"


async def list_(exchange: Exchange) -> web.StreamResponse:
    """`GET /voices`: a page of voices; all of them in a bare array in 2024-06-10."""
    if exchange.version == _ONLY_ARRAY:
        return exchange.answer([voice_shape(voice, exchange.version) for voice in exchange.state.voices])
    query = exchange.query
    expand = _expansions(exchange)
    return exchange.answer(
        page(
            exchange.state.voices,
            query,
            lambda voice: _shape(exchange, voice, expand),
            wanted=_filter(query),
        )
    )


async def get(exchange: Exchange) -> web.StreamResponse:
    """`GET /voices/{id}`."""
    voice = exchange.voice(exchange.ids["id"])
    return exchange.answer(_shape(exchange, voice, _expansions(exchange)))


async def update(exchange: Exchange) -> web.StreamResponse:
    """`PATCH /voices/{id}`: what is left out stays; up to 2024-11-13 name and description are both required."""
    voice = exchange.voice(exchange.ids["id"])
    body = await exchange.json()
    if not has("voices.update gender", exchange.version):
        changed = attrs.evolve(
            voice, name=body.required("name", NAME), description=body.required("description", DESCRIPTION)
        )
    else:
        changed = attrs.evolve(
            voice,
            name=body.optional("name", NAME, voice.name),
            description=body.optional("description", DESCRIPTION, voice.description),
            gender=body.optional("gender", GENDER) if body.has("gender") else voice.gender,
            accent=body.optional("accent", ACCENT, voice.accent),
            tagline=body.optional("tagline", TAGLINE, voice.tagline),
        )
    return exchange.answer(_shape(exchange, exchange.state.voices.put(changed), ()))


async def delete(exchange: Exchange) -> web.StreamResponse:
    """`DELETE /voices/{id}`."""
    exchange.state.delete_voice(exchange.voice(exchange.ids["id"]))
    return web.Response(status=204)


async def preview(exchange: Exchange) -> web.StreamResponse:
    """`GET /previews/{id}.wav`: the voice, saying its name."""
    voice = exchange.state.voice(exchange.ids["file"].removesuffix(".wav"))
    if voice is None:
        raise not_found("preview")
    said = voice.name if any(character.isalnum() for character in voice.name) else voice.language
    format = AudioFormat(container="wav", sample_rate=24_000, encoding="pcm_s16le", bit_rate=None)
    utterance = Utterance(transcript=said, timbre=voice.timbre, language=voice.language)
    speech = with_sizes(spoken(exchange.shop.engine, utterance, format), format, exchange.shop.wav_sizes)
    return await send_audio(exchange, speech, format.content_type)


def _shape(exchange: Exchange, voice: StoredVoice, expand: Collection[str]) -> dict[str, object]:
    return voice_shape(voice, exchange.version, expand=expand, previews=f"{exchange.shop.base_url}/previews")


def _expansions(exchange: Exchange) -> tuple[str, ...]:
    known = [name for name in VOICE_EXPANSIONS if has(f"voices.list expand {name}", exchange.version)]
    query = exchange.request.query
    asked = (*query.getall("expand[]", []), *query.getall("expand", []))
    for name in asked:
        if name not in known and exchange.version != _ONLY_ARRAY:
            raise invalid(f"`expand[]` takes {', '.join(known) or 'nothing'} in this version.")
    return tuple(name for name in asked if name in known)


def _filter(query: Fields) -> Callable[[StoredVoice], bool]:
    words = _folded(query.optional("q", text(limit=500, blank=True), ""))
    owned = query.optional("is_owner", FLAG)
    starred = query.optional("is_starred", FLAG, False)  # noqa: FBT003 (the default)
    gender = query.optional("gender", GENDER)
    language, _, country = query.optional("language", LOCALE, "").replace("_", "-").casefold().partition("-")

    def wanted(voice: StoredVoice) -> bool:
        return (
            not starred
            and (owned is None or voice.is_owner is owned)
            and (gender is None or voice.gender == gender)
            and (not language or voice.language == language)
            and (not country or (voice.country or "").casefold() == country)
            and any(words in _folded(field) for field in (voice.name, voice.description, voice.id))
        )

    return wanted


def _folded(value: str) -> str:
    """Take case and diacritics off a text."""
    decomposed = unicodedata.normalize("NFKD", value.strip().casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


ROUTES = (
    Route("GET", "/voices", list_),
    Route("GET", "/voices/{id}", get),
    Route("PATCH", "/voices/{id}", update),
    Route("DELETE", "/voices/{id}", delete),
    Route("GET", "/previews/{file}", preview, versioned=False),
)
