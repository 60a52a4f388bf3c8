"""The header of a WAV file: written, read, and made true where it was streamed before the length was known."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import attrs

UNKNOWN = 0xFFFFFFFF
PCM, FLOAT, ALAW, MULAW = 0x0001, 0x0003, 0x0006, 0x0007
_EXTENSIBLE = 0xFFFE
# By the names of the API: the format's tag, and bytes a sample.
FORMATS = {
    "pcm_f32le": (FLOAT, 4),
    "pcm_s16le": (PCM, 2),
    "pcm_mulaw": (MULAW, 1),
    "pcm_alaw": (ALAW, 1),
}
_ENCODINGS = {form: encoding for encoding, form in FORMATS.items()}
_PLACEHOLDERS = {0, UNKNOWN}
_CHUNK_HEADER = 8


def wav_header(encoding: str, sample_rate: int, *, length: int | None = None, channels: int = 1) -> bytes:
    """
    Give the header of a WAV file.

    Args:
        encoding: `pcm_f32le`, `pcm_s16le`, `pcm_mulaw` or `pcm_alaw`.
        sample_rate: Hz.
        length: How many bytes of audio follow; `None` where that is not known yet, which leaves placeholders.
        channels: How many samples a frame has.

    Returns:
        44 bytes for `pcm_s16le`, 58 for the others: these need an extension size and a `fact` chunk.
    """
    tag, width = FORMATS[encoding]
    block = width * channels
    plain = struct.pack("<HHIIHH", tag, channels, sample_rate, sample_rate * block, block, 8 * width)
    if tag == PCM:
        chunks = _chunk(b"fmt ", plain)
    else:
        frames = UNKNOWN if length is None else length // block
        chunks = _chunk(b"fmt ", plain + struct.pack("<H", 0)) + _chunk(b"fact", struct.pack("<I", frames))
    size = UNKNOWN if length is None else len(b"WAVE") + len(chunks) + 8 + length + length % 2
    return (
        b"RIFF"
        + struct.pack("<I", min(size, UNKNOWN))
        + b"WAVE"
        + chunks
        + b"data"
        + struct.pack("<I", UNKNOWN if length is None else min(length, UNKNOWN))
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body


@attrs.frozen
class WavHeader:
    """
    What a header says.

    Attributes:
        encoding: `pcm_f32le`, `pcm_s16le`, `pcm_mulaw` or `pcm_alaw`.
        sample_rate: Hz.
        channels: How many samples a frame has.
        start: Where the audio begins.
        length: Its length in bytes, as claimed.
    """

    encoding: str
    sample_rate: int
    channels: int
    start: int
    length: int


def read_header(head: bytes) -> WavHeader | None:
    """
    Read a header.

    Args:
        head: The first bytes of a file.

    Returns:
        What it says; `None` while the audio has not begun.

    Raises:
        ValueError: It is no WAV file, or none of an encoding that the API has.
    """
    if not _begins_wav(head[:12]):
        msg = "this is not a WAV file: it does not begin with RIFF and WAVE"
        raise ValueError(msg)
    form: tuple[str, int, int] | None = None
    for name, at, length in _chunks(head):
        if name == b"data":
            if form is None:
                msg = "this WAV file does not say how it is encoded"
                raise ValueError(msg)
            return WavHeader(*form, start=at, length=length)
        if name == b"fmt " and at + min(length, 26) <= len(head):
            form = _form(head[at : at + length])
    return None


def _begins_wav(head: bytes) -> bool:
    # As far as it is there.
    return b"RIFF".startswith(head[:4]) and b"WAVE".startswith(head[8:12])


def _form(body: bytes) -> tuple[str, int, int]:
    if len(body) < 16:
        msg = "this WAV file does not say how it is encoded"
        raise ValueError(msg)
    tag, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", body)
    if tag == _EXTENSIBLE and len(body) >= 26:
        (tag,) = struct.unpack_from("<H", body, 24)
    encoding = _ENCODINGS.get((tag, bits // 8))
    if encoding is None or not channels or not rate or block * 8 != channels * bits:
        msg = (
            f"this WAV file holds {bits} bits of encoding {tag} in {channels} channels, which the service does not send"
        )
        raise ValueError(msg)
    return encoding, rate, channels


def _chunks(head: bytes) -> Iterator[tuple[bytes, int, int]]:
    # Each chunk's name, where its body begins, and the length it claims.
    at = 12
    while at + _CHUNK_HEADER <= len(head):
        (length,) = struct.unpack_from("<I", head, at + 4)
        yield head[at : at + 4], at + _CHUNK_HEADER, length
        at += _CHUNK_HEADER + length + length % 2


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
    block, fact = 1, None
    for name, body, length in _chunks(head):
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
                _repair(repaired, data=body, there=there, block=block, fact=fact)
            if not riff_is_true or bytes(repaired) != head:
                struct.pack_into("<I", repaired, 4, min(size - _CHUNK_HEADER, UNKNOWN))
            return bytes(repaired) if bytes(repaired) != head else None
    return None


def _repair(head: bytearray, *, data: int, there: int, block: int, fact: int | None) -> None:
    # A trailing pad byte or half a sample frame does not belong to the data.
    whole = there - there % max(block, 1)
    struct.pack_into("<I", head, data - 4, min(whole, UNKNOWN))
    frames = whole // max(block, 1)
    if fact is not None:
        (said,) = struct.unpack_from("<I", head, fact)
        if said in _PLACEHOLDERS or said > frames:
            struct.pack_into("<I", head, fact, min(frames, UNKNOWN))
