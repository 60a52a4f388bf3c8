"""The voices that every emulator begins with."""

from __future__ import annotations

import uuid
from functools import cache

import attrs

from .timbre import Timbre

_ACCENTS = {("en", "US"): "us", ("en", "GB"): "uk", ("es", "MX"): "mx", ("pt", "PT"): "eu", ("pt", "BR"): "br"}
_NAMESPACE = uuid.UUID("6f1d8a52-3f0e-4a8e-9d57-0d5c4a6b7e10")
_ACCENTS = {"en-GB": "uk", "es-MX": "mx", "pt-PT": "eu", "pt-BR": "br"}


@attrs.frozen(kw_only=True)
class StockVoice:
    """
    A voice of the library.

    Attributes:
        id: Its id, the same in every emulator.
        name: Its name.
        description: What it sounds like.
        language: Its language, such as `"en"`.
        gender: `"masculine"`, `"feminine"` or `"gender_neutral"`.
        country: Its country's code.
        timbre: The engine's parameters.
        created_at: When it was made, ISO 8601.
        tagline: The description in at most 32 characters.
    """

    id: str
    name: str
    description: str
    language: str
    gender: str | None
    country: str | None
    timbre: Timbre
    created_at: str
    tagline: str


# id or None, name, language, country, gender, variant, pitch in Hz, liveliness, words a minute, formants, what it is like.
# The ids that are written out are those of the service's own examples.
_ROWS: tuple[tuple[str | None, str, str, str, str, str, float, float, float, float, str], ...] = (
    ("694f9389-aac1-45b6-b726-9d9369183238", "Sarah", "en", "US", "feminine", "f2", 190, 0.55, 165, 1.17, "warm and clear"),
    ("a0e99841-438c-4a64-b679-ae501e7d6091", "Barry", "en", "US", "masculine", "m3", 100, 0.40, 160, 0.98, "calm and friendly"),
    ("db6b0ed5-d5d3-463d-ae85-518a07d3c2b4", "Skylar", "en", "US", "feminine", "Annie", 215, 0.75, 185, 1.22, "bright and quick"),
    ("f786b574-daa5-4673-aa0c-cbe3e8534c02", "Katie", "en", "US", "feminine", "f4", 200, 0.50, 175, 1.19, "even and helpful"),
    ("a167e0f3-df7e-4d52-a9c3-f949145efdab", "Blake", "en", "US", "masculine", "m7", 92, 0.60, 180, 0.95, "energetic and low"),
    ("e07c00bc-4134-4eae-9ea4-1a55fb45746b", "Brooke", "en", "US", "feminine", "belinda", 178, 0.35, 150, 1.15, "slow and soothing"),
    (None, "Alistair", "en", "GB", "masculine", "m4", 112, 0.45, 150, 0.97, "a newsreader's"),
    (None, "Imogen", "en", "GB", "feminine", "f3", 205, 0.60, 170, 1.20, "crisp and polite"),
    (None, "Robin", "en", "US", "gender_neutral", "m8", 150, 0.50, 165, 1.08, "neither high nor low"),
    (None, "Grandfather", "en", "US", "masculine", "Michael", 82, 0.30, 130, 0.90, "old and unhurried"),
    (None, "Nadine", "fr", "FR", "feminine", "f1", 196, 0.55, 170, 1.18, "soft and near"),
    (None, "Luc", "fr", "FR", "masculine", "Hugo", 108, 0.45, 175, 0.98, "firm and dry"),
    (None, "Greta", "de", "DE", "feminine", "f5", 188, 0.40, 160, 1.16, "precise and friendly"),
    (None, "Matthias", "de", "DE", "masculine", "m2", 95, 0.35, 150, 0.94, "deep and grave"),
    (None, "Valeria", "es", "MX", "feminine", "Alicia", 208, 0.70, 185, 1.20, "lively and open"),
    (None, "Diego", "es", "ES", "masculine", "pablo", 118, 0.55, 180, 1.00, "quick and warm"),
    (None, "Beatriz", "pt", "BR", "feminine", "Andrea", 202, 0.65, 175, 1.19, "sunny"),
    (None, "Joao", "pt", "PT", "masculine", "m5", 104, 0.40, 165, 0.97, "sober"),
    (None, "Chiara", "it", "IT", "feminine", "linda", 212, 0.80, 180, 1.21, "singing"),
    (None, "Marco", "it", "IT", "masculine", "Marco", 110, 0.60, 170, 0.99, "round and calm"),
    (None, "Mei", "zh", "CN", "feminine", "f2", 220, 0.60, 165, 1.20, "light"),
    (None, "Haruto", "ja", "JP", "masculine", "m6", 116, 0.45, 170, 1.00, "polite"),
    (None, "Jiwoo", "ko", "KR", "feminine", "steph", 210, 0.50, 170, 1.19, "gentle"),
    (None, "Aarav", "hi", "IN", "masculine", "m1", 122, 0.60, 175, 1.00, "busy"),
    (None, "Ananya", "hi", "IN", "feminine", "f4", 218, 0.65, 170, 1.21, "cheerful"),
    (None, "Sanne", "nl", "NL", "feminine", "f3", 186, 0.45, 165, 1.16, "direct"),
    (None, "Zofia", "pl", "PL", "feminine", "f5", 194, 0.50, 160, 1.17, "serious"),
    (None, "Dmitri", "ru", "RU", "masculine", "Reed", 88, 0.35, 145, 0.92, "very low"),
    (None, "Astrid", "sv", "SE", "feminine", "f1", 206, 0.75, 165, 1.19, "up and down"),
    (None, "Emre", "tr", "TR", "masculine", "john", 114, 0.50, 175, 0.99, "steady"),
    (None, "Olena", "uk", "UA", "feminine", "f2", 198, 0.55, 160, 1.18, "kind"),
    (None, "Eleni", "el", "GR", "feminine", "Annie", 204, 0.60, 175, 1.19, "fast and clear"),
)  # fmt: skip


@cache
def stock_voices() -> tuple[StockVoice, ...]:
    """Give the voices of the library, those of the service's examples first."""
    return tuple(_stock(number, *row) for number, row in enumerate(_ROWS))


def _stock(
    number: int,
    known_id: str | None,
    name: str,
    language: str,
    country: str,
    gender: str,
    variant: str,
    pitch: float,
    pitch_range: float,
    rate: float,
    formants: float,
    character: str,
) -> StockVoice:
    return StockVoice(
        id=known_id or str(uuid.uuid5(_NAMESPACE, name)),
        name=name,
        description=f"A {gender.replace('_', '-')} voice, {character}, at {pitch:g} Hz and {rate:g} words a minute.",
        language=language,
        gender=gender,
        country=country,
        timbre=Timbre(
            language=language,
            accent=_ACCENTS.get((language, country), ""),
            variant=variant,
            pitch=pitch,
            pitch_range=pitch_range,
            rate=rate,
            formant=formants,
        ),
        created_at=f"2024-06-{1 + number % 28:02}T09:{number:02}:00.000000Z",
        tagline=character.capitalize(),
    )
