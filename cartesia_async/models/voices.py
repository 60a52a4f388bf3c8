"""Voices, and what the calls about them give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

import attrs

from .extra import NOTHING_MORE

Gender = Literal["masculine", "feminine", "gender_neutral"]


@attrs.frozen(kw_only=True)
class VoiceLocale:
    """
    A locale that a voice speaks.

    Attributes:
        locale: Such as ``"en-GB"``.
        is_native: Whether the voice was made in it.
        extra: Fields that this library does not know.
    """

    locale: str | None = None
    is_native: bool | None = None
    extra: Mapping[str, Any] = NOTHING_MORE


@attrs.frozen(kw_only=True)
class VoiceAccent:
    """
    An accent that a voice speaks.

    Attributes:
        accent: The accent's id.
        locale: Such as ``"en-GB"``.
        is_native: Whether the voice was made in it.
        extra: Fields that this library does not know.
    """

    accent: str | None = None
    locale: str | None = None
    is_native: bool | None = None
    extra: Mapping[str, Any] = NOTHING_MORE


@attrs.frozen(kw_only=True)
class Voice:
    """
    A voice; which optional fields are there depends on the API version and on ``expand``.

    Attributes:
        id: The voice's id.
        name: Its name.
        description: What it sounds like.
        tagline: The same in at most 32 characters (from 2026-08-14).
        language: Its language, such as ``"en"``.
        gender: `Gender`, or a newer value.
        country: Country code.
        created_at: When it was made, ISO 8601.
        user_id: Its owner (2024-06-10).
        base_voice_id: The voice it was made from (2024-06-10).
        is_owner: Whether it is yours (from 2024-11-13).
        is_public: Whether anyone may use it (until 2026-03-01).
        is_starred: Whether you starred it (on request).
        is_pro: Whether it is a professional clone (from 2026-08-14).
        access: ``"private"`` or ``"public"`` (from 2026-08-14).
        visibility: ``"owner"`` or ``"all"`` (from 2026-08-14).
        status: Whether it is ready (from 2026-08-14).
        embedding: Its 192 numbers (2024-06-10; on request in 2024-11-13).
        preview_file_url: A sample to listen to (on request, from 2025-11-04).
        locales: The locales it speaks (from 2025-11-04).
        accent: Its own accent (from 2026-08-14).
        accents: The accents it speaks (from 2026-08-14).
        extra: Fields that this library does not know.
    """

    id: str
    name: str | None = None
    description: str | None = None
    tagline: str | None = None
    language: str | None = None
    gender: Gender | str | None = None
    country: str | None = None
    created_at: str | None = None
    user_id: str | None = None
    base_voice_id: str | None = None
    is_owner: bool | None = None
    is_public: bool | None = None
    is_starred: bool | None = None
    is_pro: bool | None = None
    access: Any = None
    visibility: str | None = None
    status: str | None = None
    embedding: Sequence[float] | None = attrs.field(default=None, repr=False)
    preview_file_url: str | None = None
    locales: tuple[VoiceLocale, ...] | None = None
    accent: str | None = None
    accents: tuple[VoiceAccent, ...] | None = None
    extra: Mapping[str, Any] = NOTHING_MORE


@attrs.frozen(kw_only=True)
class VoiceMetadata:
    """
    A voice just made by cloning or localizing.

    Attributes:
        id: The voice's id.
        name: Its name.
        description: What it sounds like.
        tagline: The same in at most 32 characters (from 2026-08-14).
        language: Its language, such as ``"en"``.
        created_at: When it was made, ISO 8601.
        user_id: Its owner.
        is_public: Whether anyone may use it (until 2026-03-01).
        access: ``"private"`` or ``"public"`` (from 2026-08-14).
        visibility: ``"owner"`` or ``"all"`` (from 2026-08-14).
        extra: Fields that this library does not know.
    """

    id: str
    name: str | None = None
    description: str | None = None
    tagline: str | None = None
    language: str | None = None
    created_at: str | None = None
    user_id: str | None = None
    is_public: bool | None = None
    access: Any = None
    visibility: str | None = None
    extra: Mapping[str, Any] = NOTHING_MORE


@attrs.frozen(kw_only=True)
class EmbeddingResponse:
    """
    A voice as numbers.

    Attributes:
        embedding: 192 numbers.
        extra: Fields that this library does not know.
    """

    embedding: Sequence[float] = attrs.field(repr=False)
    extra: Mapping[str, Any] = NOTHING_MORE


@attrs.frozen(kw_only=True)
class MixVoice:
    """
    A voice and its share in a mix: either an id or an embedding.

    Attributes:
        id: The voice's id.
        embedding: Or the voice's 192 numbers.
        weight: Its share; the service scales the weights to a sum of 1.
    """

    weight: float
    id: str | None = None
    embedding: Sequence[float] | None = None


class MixVoiceDict(TypedDict, total=False):
    """`MixVoice` as a dictionary."""

    id: str
    embedding: Sequence[float]
    weight: float
