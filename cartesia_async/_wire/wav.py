"""Making true the header of a WAV file that was streamed before its length was known."""

from __future__ import annotations

import struct

_PLACEHOLDERS = {0, 0xFFFFFFFF}
_CHUNK_HEADER = 8


def repaired_header(head: bytes, size: int) -> bytes | None:
    """
    Give *head* with true sizes.

    Args:
        head: The first bytes of the file, its header among them.
        size: The length of the file.

    Returns:
        The head, or ``None`` where there is nothing to repair or the file is not a WAV file.
    """
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    repaired = bytearray(head)
    at, block, fact = 12, 1, None
    while at + _CHUNK_HEADER <= len(head):
        name = head[at : at + 4]
        (length,) = struct.unpack_from("<I", head, at + 4)
        body = at + _CHUNK_HEADER
        if name == b"fmt " and body + 14 <= len(head):
            (block,) = struct.unpack_from("<H", head, body + 12)
        elif name == b"fact" and body + 4 <= len(head):
            fact = body
        elif name == b"data":
            there = max(0, size - body)
            (riff,) = struct.unpack_from("<I", head, 4)
            # One that ends where the data begins was written before there was any.
            riff_is_true = riff not in _PLACEHOLDERS and riff <= size - _CHUNK_HEADER and (riff + 8 > body or not there)
            # Where the outer size is true, an empty chunk of data is one, and what follows it are other chunks.
            if length > there or (length == 0 and not riff_is_true):
                _repair(repaired, data=at, there=there, block=block, fact=fact)
            if not riff_is_true or bytes(repaired) != head:
                struct.pack_into("<I", repaired, 4, min(size - _CHUNK_HEADER, 0xFFFFFFFF))
            return bytes(repaired) if bytes(repaired) != head else None
        at = body + length + length % 2
    return None


def _repair(head: bytearray, *, data: int, there: int, block: int, fact: int | None) -> None:
    # A trailing pad byte or half a sample frame does not belong to the data.
    whole = there - there % max(block, 1)
    struct.pack_into("<I", head, data + 4, min(whole, 0xFFFFFFFF))
    frames = whole // max(block, 1)
    if fact is not None:
        (said,) = struct.unpack_from("<I", head, fact)
        if said in _PLACEHOLDERS or said > frames:
            struct.pack_into("<I", head, fact, min(frames, 0xFFFFFFFF))
