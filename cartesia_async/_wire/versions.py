"""In which API versions a call or an argument exists: the one table for requests, errors and docs."""

from __future__ import annotations

import warnings
from datetime import date

import attrs

from ..errors import UnsupportedVersionError

KNOWN_VERSIONS = ("2024-06-10", "2024-11-13", "2025-04-16", "2025-11-04", "2026-03-01", "2026-08-14")
NEWEST_VERSION = KNOWN_VERSIONS[-1]


@attrs.frozen(kw_only=True)
class Availability:
    """
    When a feature exists.

    Attributes:
        since: The first version that has it.
        until: The last version that has it; ``None`` where the newest does.
        retired: The day on which the service ended it in every version.
        replacement: What to use in its place.
    """

    since: str = KNOWN_VERSIONS[0]
    until: str | None = None
    retired: str | None = None
    replacement: str | None = None

    def within(self, version: str) -> bool:
        """Whether *version* has it; a date between two known versions behaves as the earlier."""
        return self.since <= version and (self.until is None or version < _following(self.until))


def _following(version: str) -> str:
    return next(known for known in KNOWN_VERSIONS if known > version)


_EMBEDDINGS_END = "2026-06-01"
_CLONE = "voices.clone, and the id of the voice that it gives"

# https://docs.cartesia.ai/use-the-api/api-conventions and the changelog there.
AVAILABILITY: dict[str, Availability] = {
    "api_status.get": Availability(),
    "tts.bytes": Availability(),
    "tts.sse": Availability(),
    "tts.websocket": Availability(),
    "tts.stream": Availability(),
    "tts flush": Availability(since="2024-11-13"),
    "tts voice by embedding": Availability(until="2024-11-13", retired=_EMBEDDINGS_END, replacement=_CLONE),
    "tts voice.experimental_controls": Availability(until="2024-11-13", replacement="generation_config"),
    "tts duration": Availability(until="2025-04-16"),
    "tts speed": Availability(until="2026-03-01", replacement="generation_config"),
    "tts save": Availability(since="2025-04-16", until="2026-03-01"),
    "tts pronunciation_dict_id": Availability(since="2025-04-16"),
    "tts locale": Availability(since="2026-08-14"),
    "tts normalization": Availability(since="2026-08-14"),
    "tts accent": Availability(since="2026-08-14"),
    "voice_changer.bytes": Availability(),
    "voice_changer.sse": Availability(),
    "voices.list": Availability(),
    "voices.list limit": Availability(since="2024-11-13"),
    "voices.list starting_after": Availability(since="2024-11-13"),
    "voices.list ending_before": Availability(since="2024-11-13"),
    "voices.list q": Availability(since="2025-11-04"),
    "voices.list is_owner": Availability(since="2024-11-13"),
    "voices.list gender": Availability(since="2024-11-13"),
    "voices.list language": Availability(since="2025-11-04"),
    "voices.list expand": Availability(since="2024-11-13"),
    "voices.list expand embedding": Availability(since="2024-11-13", until="2024-11-13"),
    "voices.list expand is_starred": Availability(since="2024-11-13", until="2025-04-16"),
    "voices.list expand preview_file_url": Availability(since="2025-11-04"),
    "voices.create": Availability(until="2024-11-13", retired=_EMBEDDINGS_END, replacement="voices.clone"),
    "voices.get": Availability(),
    "voices.update": Availability(),
    "voices.update gender": Availability(since="2025-04-16"),
    "voices.delete": Availability(),
    "voices.localize by embedding": Availability(
        until="2024-06-10", retired=_EMBEDDINGS_END, replacement="voices.localize with voice_id"
    ),
    "voices.localize by voice_id": Availability(),
    "voices.localize without accent": Availability(until="2026-03-01", replacement="accent"),
    "voices.localize accent": Availability(since="2026-08-14"),
    "voices.mix": Availability(until="2024-11-13", retired=_EMBEDDINGS_END, replacement="voices.clone"),
    "voices.clone": Availability(),
    "voices.clone mode": Availability(until="2024-11-13"),
    "voices.clone enhance": Availability(until="2025-04-16"),
    "voices.clone transcript": Availability(until="2024-06-10"),
    "voices.clone accent": Availability(since="2026-08-14"),
    "datasets.list": Availability(),
    "datasets.list limit": Availability(since="2025-04-16"),
    "datasets.list starting_after": Availability(since="2025-04-16"),
    "datasets.list ending_before": Availability(since="2025-04-16"),
    "datasets.create": Availability(),
    "datasets.create description": Availability(since="2025-04-16"),
    "datasets.list_files": Availability(),
    "datasets.list_files limit": Availability(since="2025-04-16"),
    "datasets.list_files starting_after": Availability(since="2025-04-16"),
    "datasets.list_files ending_before": Availability(since="2025-04-16"),
    "datasets.upload_file": Availability(),
}


def versions_with(*features: str) -> tuple[str, ...]:
    """List the known versions that have every one of *features*, oldest first."""
    return tuple(v for v in KNOWN_VERSIONS if all(AVAILABILITY[name].within(v) for name in features))


def version_for(features: tuple[str, ...], pinned: str | None) -> str:
    """
    Choose the version to send: the pinned one, else the newest that has all of *features*.

    Raises:
        UnsupportedVersionError: The pinned version, or every one, lacks something.
    """
    if pinned is None:
        # Nearly every call exists in the newest: the others are looked for only where it does not.
        if all(AVAILABILITY[name].until is None for name in features):
            return NEWEST_VERSION
        if having := versions_with(*features):
            return having[-1]
        msg = f"no API version has all of these: {', '.join(features)}"
        raise UnsupportedVersionError(msg, feature=", ".join(features), api_version=None, available_in=())
    for name in features:
        if not AVAILABILITY[name].within(pinned):
            having = versions_with(name)
            msg = f"API version {pinned} does not have {name}; these have it: {', '.join(having)}"
            if (replacement := AVAILABILITY[name].replacement) is not None:
                msg += f" (in its place: {replacement})"
            raise UnsupportedVersionError(msg, feature=name, api_version=pinned, available_in=having)
    return pinned


_warned: set[str] = set()


def warn_of_retired(features: tuple[str, ...], stacklevel: int) -> None:
    """Warn, once a process, of each of *features* that the service has ended in every version."""
    for name in features:
        availability = AVAILABILITY[name]
        if availability.retired is not None and name not in _warned:
            _warned.add(name)
            warnings.warn(
                f"{name} was retired by the service on {availability.retired}; use {availability.replacement}",
                DeprecationWarning,
                stacklevel=stacklevel + 1,
            )


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def checked_version(version: str, name: str = "api_version") -> str:
    """
    Return *version* if it is a date.

    Raises:
        ValueError: It is not a date of the form YYYY-MM-DD.
    """
    if not isinstance(version, str) or not _is_date(version):
        msg = f"{name} must be a date such as {NEWEST_VERSION!r}, not {version!r}"
        raise ValueError(msg)
    return version
