"""Making voices: of embeddings, of other voices, of recordings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from .._calls.binding import R, Resource, either, endpoint
from .._calls.fetch import Fetch
from .._wire import checks
from .._wire.codec import plain
from .._wire.request import Form, Request, params, used
from ..models.uploads import Upload, Uploadable
from ..models.voices import EmbeddingResponse, MixVoice, MixVoiceDict, Voice, VoiceMetadata


class VoiceMaking(Resource[R]):
    """The calls that make a voice."""

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


def _mix_part(name: str, given: MixVoice | MixVoiceDict) -> dict[str, Any]:
    part: dict[str, Any] = plain(given)
    if checks.one_of(name, {"id": part.get("id"), "embedding": part.get("embedding")}) == "id":
        checks.identifier(f"{name}.id", part["id"])
    else:
        part["embedding"] = checks.numbers(f"{name}.embedding", part["embedding"])
    checks.number(f"{name}.weight", part.get("weight"))
    return part
