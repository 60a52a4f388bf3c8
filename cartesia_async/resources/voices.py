"""Everything under ``/voices``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from .._calls.binding import R, endpoint
from .._calls.fetch import Fetch
from .._calls.listing import Listing
from .._wire import checks
from .._wire.request import Request, params, path, used
from ..models.voices import Voice
from ..unset import UNSET, Unset
from .voice_making import VoiceMaking

Expand = Literal["embedding", "is_starred", "preview_file_url"]


class Voices(VoiceMaking[R]):
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


_EXPANDED = ("embedding", "is_starred", "preview_file_url")


def _voice_path(id: str) -> str:
    return path("voices", checks.identifier("id", id))
