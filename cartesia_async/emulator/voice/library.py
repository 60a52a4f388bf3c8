"""The voices that every emulator begins with."""

from __future__ import annotations

import uuid
from functools import cache

import attrs

from .timbre import Timbre

_NAMESPACE = uuid.UUID("6f1d8a52-3f0e-4a8e-9d57-0d5c4a6b7e10")
# Those that the service's own examples name.
_KNOWN_IDS = {
    "Sarah": "694f9389-aac1-45b6-b726-9d9369183238",
    "Barry": "a0e99841-438c-4a64-b679-ae501e7d6091",
    "Katie": "f786b574-daa5-4673-aa0c-cbe3e8534c02",
    "Blake": "a167e0f3-df7e-4d52-a9c3-f949145efdab",
    "Brooke": "e07c00bc-4134-4eae-9ea4-1a55fb45746b",
}
_GENDERS = {"f": "feminine", "m": "masculine", "n": "gender_neutral"}
_ACCENTS = {
    ("en", "US"): "us",
    ("en", "GB"): "uk",
    ("en", "JM"): "cb",
    ("es", "MX"): "mx",
    ("es", "ES"): "pe",
    ("fr", "FR"): "eu",
    ("fr", "CH"): "ch",
    ("pt", "BR"): "br",
    ("pt", "PT"): "eu",
}
# Name, language and country, gender, variant, pitch (Hz), pitch range, rate (words a minute), formant, tagline, use.
_Row = tuple[str, str, str, str, float, float, float, float, str, str]
_ROWS: tuple[_Row, ...] = (
    ("Sarah", "en-US", "f", "f2", 192, 1.0, 165, 1.12, "Warm and clear", "assistants that listen"),
    ("Barry", "en-US", "m", "m3", 100, 0.8, 160, 0.98, "Calm and friendly", "conversation"),
    ("Katie", "en-US", "f", "f4", 208, 0.9, 175, 1.17, "Even and helpful", "support"),
    ("Blake", "en-US", "m", "m7", 92, 1.2, 180, 0.97, "Low and full of energy", "sport and games"),
    ("Brooke", "en-US", "f", "belinda", 176, 0.6, 148, 1.14, "Slow and soothing", "meditation"),
    ("Grandfather", "en-US", "m", "Michael", 80, 0.6, 130, 0.87, "Old and unhurried", "tales at the fireside"),
    ("Pip", "en-US", "n", "Alicia", 310, 1.4, 185, 1.34, "A bright child", "characters"),
    ("Robin", "en-US", "n", "Nguyen", 150, 1.0, 165, 1.02, "Neither high nor low", "any purpose"),
    ("Alistair", "en-GB", "m", "m4", 112, 0.8, 150, 1.0, "A newsreader", "announcements"),
    ("Imogen", "en-GB", "f", "f3", 214, 1.1, 170, 1.2, "Crisp and polite", "reception desks"),
    ("Winston", "en-JM", "m", "m5", 104, 1.2, 160, 1.02, "Easy-going", "radio"),
    ("Nadine", "fr-FR", "f", "f1", 196, 1.0, 170, 1.12, "Soft and near", "audiobooks"),
    ("Luc", "fr-CH", "m", "Hugo", 110, 0.8, 165, 0.95, "Firm and dry", "instructions"),
    ("Greta", "de-DE", "f", "f5", 190, 0.8, 160, 1.12, "Exact and friendly", "learning"),
    ("Matthias", "de-DE", "m", "david", 78, 0.7, 148, 0.85, "Deep and grave", "documentaries"),
    ("Valeria", "es-MX", "f", "Annie", 224, 1.3, 185, 1.22, "Lively and open", "advertisements"),
    ("Diego", "es-ES", "m", "pablo", 122, 1.1, 180, 1.0, "Quick and warm", "conversation"),
    ("Beatriz", "pt-BR", "f", "linda", 216, 1.2, 175, 1.18, "Sunny", "travel"),
    ("Tiago", "pt-PT", "m", "m6", 106, 0.8, 165, 0.98, "Sober", "business"),
    ("Chiara", "it-IT", "f", "Annie", 238, 1.5, 180, 1.24, "A voice that sings", "theatre"),
    ("Giacomo", "it-IT", "m", "Mario", 114, 1.1, 170, 0.95, "Round and calm", "cooking"),
    ("Mei", "zh-CN", "f", "f2", 220, 1.1, 165, 1.16, "Light", "assistants"),
    ("Haruto", "ja-JP", "m", "m6", 118, 0.9, 170, 1.0, "Polite", "trains and lifts"),
    ("Jiwoo", "ko-KR", "f", "steph", 204, 0.9, 170, 1.1, "Gentle", "stories"),
    ("Aarav", "hi-IN", "m", "m1", 124, 1.2, 175, 1.0, "Busy", "market news"),
    ("Ananya", "hi-IN", "f", "shelby", 212, 1.2, 170, 1.14, "Cheerful", "radio"),
    ("Sanne", "nl-NL", "f", "f3", 196, 0.9, 165, 1.18, "Direct", "support"),
    ("Zofia", "pl-PL", "f", "f5", 204, 0.9, 160, 1.14, "Serious", "law"),
    ("Dmitri", "ru-RU", "m", "Reed", 88, 0.7, 145, 0.88, "Very low", "thrillers"),
    ("Astrid", "sv-SE", "f", "f1", 206, 1.4, 165, 1.15, "Up and down", "learning"),
    ("Emre", "tr-TR", "m", "m2", 112, 1.0, 175, 1.02, "Steady", "navigation"),
    ("Olena", "uk-UA", "f", "aunty", 186, 1.0, 160, 1.14, "Kind", "health"),
    ("Eleni", "el-GR", "f", "grandma", 182, 1.1, 140, 1.02, "A grandmother", "tales"),
    ("Layla", "ar-SA", "f", "f4", 192, 1.0, 160, 1.17, "Clear and formal", "news"),
)


@attrs.frozen(kw_only=True)
class StockVoice:
    """
    A voice of the library.

    Attributes:
        id: A UUID, the same in every emulator.
        name: Its name.
        description: What it sounds like, and what it is for.
        language: Code of its language, such as `en`.
        gender: `masculine`, `feminine` or `gender_neutral`.
        country: Code of the country of its accent, such as `US`.
        timbre: What makes it sound as it does.
        created_at: When it was made, ISO 8601.
        tagline: At most 32 characters about it.
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


@cache
def stock_voices() -> tuple[StockVoice, ...]:
    """Give the voices of the library, those of the service's examples first."""
    return tuple(_stock(row, day) for day, row in enumerate(_ROWS))


def _stock(row: _Row, day: int) -> StockVoice:
    name, locale, gender, variant, pitch, pitch_range, rate, formant, tagline, use = row
    language, _, country = locale.partition("-")
    return StockVoice(
        id=_KNOWN_IDS.get(name) or str(uuid.uuid5(_NAMESPACE, name)),
        name=name,
        description=f"{tagline}, for {use}. Speaks at {pitch:g} Hz and {rate:g} words a minute.",
        language=language,
        gender=_GENDERS[gender],
        country=country,
        timbre=Timbre(
            language=language,
            accent=_ACCENTS.get((language, country), ""),
            variant=variant,
            pitch=pitch,
            pitch_range=pitch_range,
            rate=rate,
            formant=formant,
        ),
        created_at=f"2024-{5 + day // 28:02}-{1 + day % 28:02}T09:00:00.000000Z",
        tagline=tagline,
    )
