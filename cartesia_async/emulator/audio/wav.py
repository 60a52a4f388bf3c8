"""The header of a WAV file."""

from __future__ import annotations

import struct

UNKNOWN = 0xFFFFFFFF
PCM, FLOAT, ALAW, MULAW = 0x0001, 0x0003, 0x0006, 0x0007
FORMATS = {
    "pcm_f32le": (FLOAT, 4),
    "pcm_s16le": (PCM, 2),
    "pcm_mulaw": (MULAW, 1),
    "pcm_alaw": (ALAW, 1),
}


def wav_header(encoding: str, sample_rate: int, *, length: int | None = None) -> bytes:
    """
    Give the header of a mono WAV file.

    Args:
        encoding: `pcm_f32le`, `pcm_s16le`, `pcm_mulaw` or `pcm_alaw`.
        sample_rate: Hz.
        length: How many bytes of audio follow; `None` where that is not known yet, which leaves placeholders.

    Returns:
        44 bytes for `pcm_s16le`, 58 for the others: these need an extension size and a `fact` chunk.
    """
    tag, width = FORMATS[encoding]
    plain = struct.pack("<HHIIHH", tag, 1, sample_rate, sample_rate * width, width, 8 * width)
    if tag == PCM:
        chunks = _chunk(b"fmt ", plain)
    else:
        frames = UNKNOWN if length is None else length // width
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
