"""How voices and datasets look on the wire, in each API version: one row a field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Generic, TypeVar

import attrs

from .state import OWNER_ID, StoredDataset, StoredFile, StoredVoice

T = TypeVar("T")
_FIRST = "2024-06-10"
_LAST = "9999-12-31"


@attrs.frozen
class _Column(Generic[T]):
    """A field of an answer, the versions that have it, and the name that `expand[]` must hold for it."""

    name: str
    value: Callable[[T], object]
    since: str = _FIRST
    until: str = _LAST
    expand: str | None = None


def _shape(columns: Sequence[_Column[T]], thing: T, version: str, expand: Collection[str] = ()) -> dict[str, object]:
    return {
        column.name: column.value(thing)
        for column in columns
        if column.since <= version <= column.until and (column.expand is None or column.expand in expand)
    }


def _locale(voice: StoredVoice) -> str:
    # Versions before 2026-03-01 take a locale, or anything, for the language of a clone.
    language, _, region = voice.language.replace("_", "-").partition("-")
    country = voice.country or region.upper() or _USUAL_COUNTRY.get(language, language.upper())
    return f"{language}-{country}"


_USUAL_COUNTRY = {
    "en": "US", "zh": "CN", "ja": "JP", "ko": "KR", "hi": "IN", "pt": "BR", "sv": "SE", "cs": "CZ", "el": "GR",
    "da": "DK", "uk": "UA", "vi": "VN", "he": "IL", "ka": "GE", "te": "IN", "gu": "IN", "kn": "IN", "ml": "IN",
    "mr": "IN", "pa": "IN", "ta": "IN", "bn": "BD", "ms": "MY", "ar": "SA", "tl": "PH", "or": "IN", "ur": "PK",
}  # fmt: skip


def _accent(voice: StoredVoice) -> str:
    return voice.accent or _locale(voice)


_VOICE: tuple[_Column[StoredVoice], ...] = (
    _Column("id", lambda voice: voice.id),
    _Column("user_id", lambda _: OWNER_ID, until="2024-06-10"),
    _Column("is_owner", lambda voice: voice.is_owner, since="2024-11-13"),
    _Column("is_public", lambda voice: not voice.is_owner, until="2024-06-10"),
    _Column("is_public", lambda voice: not voice.is_owner, since="2025-04-16", until="2026-03-01"),
    _Column("access", lambda voice: "private" if voice.is_owner else "public", since="2026-08-14"),
    _Column("visibility", lambda voice: "owner" if voice.is_owner else "all", since="2026-08-14"),
    _Column("name", lambda voice: voice.name),
    _Column("tagline", lambda voice: voice.tagline, since="2026-08-14"),
    _Column("description", lambda voice: voice.description),
    _Column("gender", lambda voice: voice.gender, since="2025-04-16"),
    _Column("embedding", lambda voice: voice.embedding, until="2024-06-10"),
    _Column("embedding", lambda voice: voice.embedding, since="2024-11-13", until="2024-11-13", expand="embedding"),
    _Column("is_starred", lambda _: False, since="2024-11-13", until="2025-04-16", expand="is_starred"),
    _Column("base_voice_id", lambda voice: voice.base_voice_id, until="2024-06-10"),
    _Column("created_at", lambda voice: voice.created_at),
    _Column("language", lambda voice: voice.language),
    _Column("country", lambda voice: voice.country, since="2025-11-04"),
    _Column("locales", lambda voice: [{"locale": _locale(voice), "is_native": True}], since="2025-11-04"),
    _Column("accent", _accent, since="2026-08-14"),
    _Column(
        "accents",
        lambda voice: [{"accent": _accent(voice), "locale": _locale(voice), "is_native": True}],
        since="2026-08-14",
    ),
    _Column("status", lambda _: "ready", since="2026-08-14"),
    _Column("is_pro", lambda _: False, since="2026-08-14"),
)

VOICE_EXPANSIONS = ("embedding", "is_starred", "preview_file_url")


_METADATA: tuple[_Column[StoredVoice], ...] = (
    _Column("id", lambda voice: voice.id),
    _Column("user_id", lambda _: OWNER_ID),
    _Column("is_public", lambda voice: not voice.is_owner, until="2026-03-01"),
    _Column("access", lambda voice: "private" if voice.is_owner else "public", since="2026-08-14"),
    _Column("visibility", lambda voice: "owner" if voice.is_owner else "all", since="2026-08-14"),
    _Column("name", lambda voice: voice.name),
    _Column("tagline", lambda voice: voice.tagline, since="2026-08-14"),
    _Column("description", lambda voice: voice.description),
    _Column("created_at", lambda voice: voice.created_at),
    _Column("language", lambda voice: voice.language),
)

_DATASET: tuple[_Column[StoredDataset], ...] = (
    _Column("id", lambda dataset: dataset.id),
    _Column("name", lambda dataset: dataset.name),
    _Column("description", lambda dataset: dataset.description, since="2025-04-16"),
    _Column("created_at", lambda dataset: dataset.created_at),
)

_FILE: tuple[_Column[StoredFile], ...] = (
    _Column("id", lambda file: file.id),
    _Column("filename", lambda file: file.filename),
    _Column("size", lambda file: file.size, since="2025-04-16"),
    _Column("created_at", lambda file: file.created_at),
)


def voice_shape(
    voice: StoredVoice, version: str, *, expand: Collection[str] = (), previews: str = ""
) -> dict[str, object]:
    """
    Lay out a voice as the answer `Voice`.

    Args:
        voice: The voice.
        version: The API version served.
        expand: What `expand[]` asked for.
        previews: The address under which the emulator serves previews.
    """
    shape = _shape(_VOICE, voice, version, expand)
    if "preview_file_url" in expand:
        shape["preview_file_url"] = f"{previews}/{voice.id}.wav"
    return shape


def metadata_shape(voice: StoredVoice, version: str) -> dict[str, object]:
    """Lay out a voice as the answer `VoiceMetadata`."""
    return _shape(_METADATA, voice, version)


def dataset_shape(dataset: StoredDataset, version: str) -> dict[str, object]:
    """Lay out a dataset."""
    return _shape(_DATASET, dataset, version)


def file_shape(file: StoredFile, version: str) -> dict[str, object]:
    """Lay out a file of a dataset."""
    return _shape(_FILE, file, version)
