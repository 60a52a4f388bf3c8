"""Everything under ``/voices``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from .._calls.binding import R, Resource, either, endpoint
from .._calls.fetch import Fetch
from .._calls.listing import Listing
from .._wire import checks
from .._wire.codec import plain
from .._wire.request import Form, Request, params, path, used
from ..models.uploads import Upload, Uploadable
from ..models.voices import EmbeddingResponse, MixVoice, MixVoiceDict, Voice, VoiceMetadata
from ..unset import UNSET, Unset

Expand = Literal["embedding", "is_starred", "preview_file_url"]


class Voices(Resource[R]):
    """The voices that speak."""

    @endpoint
    def list(
        self,
        *,
        limit: int | None = None,
        starting_after: str | None = None,
        ending_before: str | None = None,
        q: str | None = None,
        is_owner: bool | None = None,
        gender: str | None = None,
        language: str | None = None,
        expand: Sequence[Expand | str] | None = None,
    ) -> Listing[Voice]:
        """
        List the voices you can use.

        Args:
            limit: Voices on a page, at most 100 (from 2024-11-13, as the next two).
            starting_after: The id after which to begin.
            ending_before: The id before which to end.
            q: Words to look for in name, description and id (from 2025-11-04).
            is_owner: Only yours, or only others' (from 2024-11-13).
            gender: ``"masculine"``, ``"feminine"`` or ``"gender_neutral"`` (from 2024-11-13).
            language: Such as ``"en"`` or ``"en-GB"`` (from 2025-11-04).
            expand: Optional fields to fill in: ``"embedding"`` (2024-11-13), ``"is_starred"`` (until 2025-04-16),
                ``"preview_file_url"`` (from 2025-11-04).

        Returns:
            The voices, page by page; in 2024-06-10 on a single page.

        Raises:
            ValueError: An argument is known to be wrong.
            UnsupportedVersionError: The pinned API version lacks an argument.
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/api-reference/voices/list
        query = {
            "limit": checks.page_size("limit", limit),
            "starting_after": starting_after,
            "ending_before": ending_before,
            "q": q,
            "is_owner": is_owner,
            "gender": gender,
            "language": language,
            "expand": None if expand is None else tuple(checks.sequence("expand", expand)),
        }
        needs = used("voices.list", query)
        needs += tuple(f"voices.list expand {name}" for name in expand or () if name in _EXPANDED)
        return Listing(Request("GET", "/voices", needs=needs, params=params(query)), Voice)

    @endpoint
    def create(
        self,
        *,
        name: str,
        description: str,
        embedding: Sequence[float],
        language: str | None = None,
        base_voice_id: str | None = None,
    ) -> Fetch[Voice]:
        """
        Make a voice of an embedding (until 2024-11-13; retired by the service).

        Args:
            name: Its name.
            description: What it sounds like.
            embedding: Its 192 numbers.
            language: Its language, such as ``"en"``.
            base_voice_id: The voice it was made from.

        Returns:
            The voice.

        Raises:
            ValueError: An argument is known to be wrong.
            UnsupportedVersionError: The pinned API version lacks the call.
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/2024-11-13/api-reference/voices/create
        body: dict[str, Any] = {
            "name": checks.text("name", name),
            "description": description,
            "embedding": checks.numbers("embedding", embedding),
        }
        if language is not None:
            body["language"] = language
        if base_voice_id is not None:
            body["base_voice_id"] = base_voice_id
        return Fetch(Request("POST", "/voices", needs=("voices.create",), json=body), Voice)

    @endpoint
    def get(self, id: str) -> Fetch[Voice]:
        """
        Fetch a voice.

        Args:
            id: The voice.

        Returns:
            The voice.

        Raises:
            ValueError: The id is empty or would leave its path.
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/api-reference/voices/get
        return Fetch(Request("GET", _voice_path(id), needs=("voices.get",)), Voice)

    @endpoint
    def update(
        self,
        id: str,
        *,
        name: str | Unset = UNSET,
        description: str | Unset = UNSET,
        gender: str | Unset | None = UNSET,
    ) -> Fetch[Voice]:
        """
        Change a voice; what is left out stays as it is.

        Args:
            id: The voice.
            name: Its new name.
            description: Its new description.
            gender: ``"masculine"``, ``"feminine"`` or ``"gender_neutral"``; ``None`` resets it (from 2025-04-16).

        Returns:
            The changed voice.

        Raises:
            ValueError: An argument is known to be wrong, or nothing is to be changed.
            UnsupportedVersionError: The pinned API version lacks an argument.
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/api-reference/voices/update
        given = {"name": name, "description": description, "gender": gender}
        body: dict[str, Any] = {key: value for key, value in given.items() if not isinstance(value, Unset)}
        if not body:
            msg = "update needs at least one of name, description and gender"
            raise ValueError(msg)
        if "name" in body:
            checks.text("name", name)
        needs = ("voices.update", *(("voices.update gender",) if "gender" in body else ()))
        return Fetch(Request("PATCH", _voice_path(id), needs=needs, json=body), Voice)

    @endpoint
    def delete(self, id: str) -> Fetch[None]:
        """
        Delete a voice.

        Args:
            id: The voice.

        Raises:
            ValueError: The id is empty or would leave its path.
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/api-reference/voices/delete
        return Fetch(Request("DELETE", _voice_path(id), needs=("voices.delete",)), type(None))

    @endpoint
    def _localize_embedding(
        self,
        *,
        embedding: Sequence[float],
        language: str,
        original_speaker_gender: Literal["male", "female"] | str,
        dialect: str | None = None,
    ) -> Fetch[EmbeddingResponse]:
        # https://docs.cartesia.ai/2024-06-10/api-reference/voices/localize
        body: dict[str, Any] = {
            "embedding": checks.numbers("embedding", embedding),
            "language": checks.text("language", language),
            "original_speaker_gender": checks.text("original_speaker_gender", original_speaker_gender),
        }
        if dialect is not None:
            body["dialect"] = dialect
        request = Request("POST", "/voices/localize", needs=("voices.localize by embedding",), json=body)
        return Fetch(request, EmbeddingResponse)

    @endpoint
    def _localize_voice(
        self,
        *,
        voice_id: str,
        name: str,
        description: str | None = None,
        language: str | None = None,
        original_speaker_gender: Literal["male", "female"] | str | None = None,
        dialect: str | None = None,
        accent: str | None = None,
    ) -> Fetch[VoiceMetadata]:
        """
        Make a voice speak another language or accent.

        With *voice_id* a new voice is made. With *embedding*, *language*, *original_speaker_gender* and, if wanted,
        *dialect*, the answer is an `EmbeddingResponse` (2024-06-10; retired by the service).

        Args:
            voice_id: The voice to begin with.
            name: The new voice's name.
            description: What the new voice sounds like.
            language: The language it is to speak, such as ``"es"``; needed where *accent* is not given.
            original_speaker_gender: ``"male"`` or ``"female"``; needed where *accent* is not given.
            dialect: A dialect of the language, such as ``"mx"``.
            accent: The accent it is to speak with (from 2026-08-14).

        Returns:
            The new voice.

        Raises:
            ValueError: An argument is known to be wrong.
            UnsupportedVersionError: The pinned API version lacks an argument.
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/api-reference/voices/localize
        given = {
            "description": description,
            "language": language,
            "original_speaker_gender": original_speaker_gender,
            "dialect": dialect,
            "accent": accent,
        }
        if accent is None:
            for needed in ("language", "original_speaker_gender"):
                checks.text(needed, given[needed])
        body = {
            "voice_id": checks.identifier("voice_id", voice_id),
            "name": checks.text("name", name),
            **{key: value for key, value in given.items() if value is not None},
        }
        way = "voices.localize without accent" if accent is None else "voices.localize accent"
        needs = ("voices.localize by voice_id", way)
        return Fetch(Request("POST", "/voices/localize", needs=needs, json=body), VoiceMetadata)

    localize = either(_localize_embedding, _localize_voice, keyword="embedding")

    @endpoint
    def mix(self, *, voices: Sequence[MixVoice | MixVoiceDict]) -> Fetch[EmbeddingResponse]:
        """
        Mix voices into one (until 2024-11-13; retired by the service).

        Args:
            voices: Each with an ``id`` or an ``embedding``, and a ``weight``: dictionaries or `MixVoice`.

        Returns:
            The mix, as numbers.

        Raises:
            ValueError: An argument is known to be wrong.
            UnsupportedVersionError: The pinned API version lacks the call.
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/2024-11-13/api-reference/voices/mix
        parts = [_mix_part(f"voices[{at}]", part) for at, part in enumerate(checks.sequence("voices", voices))]
        request = Request("POST", "/voices/mix", needs=("voices.mix",), json={"voices": parts})
        return Fetch(request, EmbeddingResponse)

    @endpoint
    def clone(
        self,
        clip: Uploadable,
        *,
        name: str,
        language: str,
        description: str | None = None,
        mode: Literal["similarity", "stability"] | str | None = None,
        enhance: bool | None = None,
        transcript: str | None = None,
        base_voice_id: str | None = None,
        accent: str | None = None,
    ) -> Fetch[VoiceMetadata]:
        """
        Make a voice of a recording of it.

        Args:
            clip: Some seconds of speech: a path, bytes, a binary file, an iterable of bytes, or an `Upload`.
            name: The voice's name.
            language: The language spoken in the clip, such as ``"en"``.
            description: What the voice sounds like.
            mode: ``"similarity"`` or ``"stability"`` (until 2024-11-13).
            enhance: Whether to clean the clip of noise first (until 2025-04-16).
            transcript: What is said in the clip (2024-06-10).
            base_voice_id: A voice it is like.
            accent: The accent spoken in the clip (from 2026-08-14).

        Returns:
            The new voice.

        Raises:
            ValueError: An argument is known to be wrong.
            UnsupportedVersionError: The pinned API version lacks an argument.
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/api-reference/voices/clone
        dated = {"mode": mode, "enhance": enhance, "transcript": transcript, "accent": accent}
        fields = params(
            {
                "name": checks.text("name", name),
                "description": description,
                "language": checks.text("language", language),
                "base_voice_id": base_voice_id,
                **dated,
            }
        )
        form = Form(fields, (("clip", Upload.of(clip)),))
        return Fetch(Request("POST", "/voices/clone", needs=used("voices.clone", dated), form=form), VoiceMetadata)


_EXPANDED = ("embedding", "is_starred", "preview_file_url")


def _voice_path(id: str) -> str:
    return path("voices", checks.identifier("id", id))


def _mix_part(name: str, given: MixVoice | MixVoiceDict) -> dict[str, Any]:
    part: dict[str, Any] = plain(given)
    if checks.one_of(name, {"id": part.get("id"), "embedding": part.get("embedding")}) == "id":
        checks.identifier(f"{name}.id", part["id"])
    else:
        part["embedding"] = checks.numbers(f"{name}.embedding", part["embedding"])
    checks.number(f"{name}.weight", part.get("weight"))
    return part
