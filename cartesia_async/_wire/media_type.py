"""Guessing what a file is."""

from __future__ import annotations

import os

_TYPES = {
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "audio/mp4",
    ".mpeg": "audio/mpeg",
    ".mpga": "audio/mpeg",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".webm": "audio/webm",
}
_SIGNATURES = (
    (0, b"fLaC", ".flac"),
    (0, b"OggS", ".ogg"),
    (0, b"ID3", ".mp3"),
    (8, b"WAVE", ".wav"),
    (4, b"ftyp", ".m4a"),
    (0, b"\x1a\x45\xdf\xa3", ".webm"),
)
UNKNOWN = "application/octet-stream"


def guess(filename: str | None, head: bytes) -> tuple[str, str]:
    """
    Guess a file's usual extension and media type, by its name or its first bytes.

    Args:
        filename: Its name, where it has one.
        head: Its first bytes, 16 are enough.

    Returns:
        The extension with its dot, and the media type; ``""`` and ``application/octet-stream`` where unknown.
    """
    extension = os.path.splitext(filename or "")[1].lower()
    if extension not in _TYPES:
        extension = _by_signature(head)
    return extension, _TYPES.get(extension, UNKNOWN)


def _by_signature(head: bytes) -> str:
    for offset, signature, extension in _SIGNATURES:
        if head.startswith(signature, offset):
            return extension
    return ".mp3" if len(head) > 1 and _begins_mpeg_frame(head[0], head[1]) else ""


def _begins_mpeg_frame(first: int, second: int) -> bool:
    # Eleven bits are set, two tell the version, two the layer. Layer III or II: I is the byte order mark of UTF-16 text,
    # and none is AAC.
    return first == 0xFF and second & 0xE0 == 0xE0 and (second >> 1) & 3 in {1, 2}
