"""Reading WAV files without any library: linear PCM, floating point, and the two companded encodings."""

from __future__ import annotations

import array
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO, TypeAlias

from cartesia_async._wire.wav import ALAW, FLOAT, MULAW, PCM
from cartesia_async.audio.companding import levels

from .clip import Clip, UnreadableClip

_EXTENSIBLE = 0xFFFE
_MOST_FORMAT = 2**16
_Values: TypeAlias = "array.array[float] | array.array[int]"  # cannot be subscripted before Python 3.12


def read_wav(file: BinaryIO, most: int) -> Clip:
    """
    Read a WAV file, to its end where it states more than there is.

    Args:
        file: Where reading begins.
        most: How many samples of each channel there may be.

    Raises:
        UnreadableClip: It is no WAV file, of another encoding, or longer.
    """
    name, _, kind = struct.unpack("<4s4s4s", _exactly(file, 12))
    if (name, kind) != (b"RIFF", b"WAVE"):
        raise UnreadableClip("The clip is no WAV file.")
    form: bytes | None = None
    while True:
        name, size = struct.unpack("<4sI", _exactly(file, 8))
        if name == b"data":
            break
        if name == b"fmt ":
            form = _exactly(file, min(size, _MOST_FORMAT))
            file.read(size % 2)
        else:
            file.seek(size + size % 2, 1)
    if form is None:
        raise UnreadableClip("The clip is a WAV file that does not say how it is encoded.")
    channels, rate, width, decode = _understood(form)
    limit = most * channels * width
    data = file.read(min(size, limit + 1))
    if len(data) > limit:
        raise UnreadableClip("The clip is too long.")
    values = decode(data[: len(data) - len(data) % (channels * width)])
    return Clip(samples=_mono(values, channels), sample_rate=rate)


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise UnreadableClip("The clip ends before its audio.")
    return data


def _understood(form: bytes) -> tuple[int, int, int, Callable[[bytes], array.array[float]]]:
    if len(form) < 16:
        raise UnreadableClip("The clip is a WAV file that does not say how it is encoded.")
    tag, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", form)
    if tag == _EXTENSIBLE and len(form) >= 26:
        (tag,) = struct.unpack_from("<H", form, 24)
    decode = _DECODERS.get((tag, bits))
    if decode is None or not channels or block * 8 != channels * bits:
        raise UnreadableClip(f"The clip is a WAV file of {channels} channels with {bits} bits of encoding {tag}.")
    return channels, rate, bits // 8, decode


def _mono(values: array.array[float], channels: int) -> array.array[float]:
    if channels == 1:
        return values
    return array.array("f", (sum(frame) / channels for frame in zip(*[iter(values)] * channels, strict=True)))


def _numbers(code: str, data: bytes) -> _Values:
    values: _Values = array.array(code, data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _linear(code: str, loudest: float, middle: int = 0) -> Callable[[bytes], array.array[float]]:
    def decode(data: bytes) -> array.array[float]:
        return array.array("f", ((value - middle) / loudest for value in _numbers(code, data)))

    return decode


def _linear_24(data: bytes) -> array.array[float]:
    # As the upper three bytes of 32 bit.
    wide = bytearray(len(data) // 3 * 4)
    for byte in range(3):
        wide[byte + 1 :: 4] = data[byte::3]
    return _linear("i", 2.0**31)(bytes(wide))


def _floating(code: str) -> Callable[[bytes], array.array[float]]:
    return lambda data: array.array("f", _numbers(code, data))


def _companded(encoding: str) -> Callable[[bytes], array.array[float]]:
    def decode(data: bytes) -> array.array[float]:
        table = [level / 2.0**15 for level in levels(encoding)]
        return array.array("f", map(table.__getitem__, data))

    return decode


# By format tag and bits.
_DECODERS: dict[tuple[int, int], Callable[[bytes], array.array[float]]] = {
    (PCM, 8): _linear("B", 2.0**7, 2**7),
    (PCM, 16): _linear("h", 2.0**15),
    (PCM, 24): _linear_24,
    (PCM, 32): _linear("i", 2.0**31),
    (FLOAT, 32): _floating("f"),
    (FLOAT, 64): _floating("d"),
    (ALAW, 8): _companded("pcm_alaw"),
    (MULAW, 8): _companded("pcm_mulaw"),
}
