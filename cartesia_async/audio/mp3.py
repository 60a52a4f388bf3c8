"""How long an MP3 file is, by its frames."""

from __future__ import annotations

import attrs

_ID3_HEADER = 10
_FRAME_HEADER = 4
# By the two bits that tell the version of MPEG audio: how much lower its sample rates are than those of version 1.
_RATE_DIVISORS = {0b11: 1, 0b10: 2, 0b00: 4}
_RATES = (44_100, 48_000, 32_000)
# Layer III, thousands of bits a second: of version 1, and of the others.
_BIT_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BIT_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


@attrs.frozen
class Frame:
    """
    A frame of layer III.

    Attributes:
        size: Bytes, its header among them.
        samples: Samples of each channel.
        sample_rate: Hz.
        side: Bytes of side information, which follow the header and come before the contents.
    """

    size: int
    samples: int
    sample_rate: int
    side: int


def frame_at(data: bytes, at: int) -> Frame | None:
    """Read the header of the frame that begins at *at*; `None` where none begins."""
    if at + _FRAME_HEADER > len(data) or data[at] != 0xFF or data[at + 1] & 0xE6 != 0xE2:
        return None
    second, third, fourth = data[at + 1], data[at + 2], data[at + 3]
    divisor = _RATE_DIVISORS.get(second >> 3 & 3)
    bit_rate, rate = third >> 4, third >> 2 & 3
    if divisor is None or rate >= len(_RATES) or not 0 < bit_rate < len(_BIT_RATES_1):
        return None
    sample_rate = _RATES[rate] // divisor
    first = divisor == 1
    mono = fourth >> 6 == 0b11
    samples = 1152 if first else 576
    bits = (_BIT_RATES_1 if first else _BIT_RATES_2)[bit_rate] * 1000
    size = samples // 8 * bits // sample_rate + (third >> 1 & 1)
    side = (17 if mono else 32) if first else (9 if mono else 17)
    return Frame(size, samples, sample_rate, side + (0 if second & 1 else 2))


def duration(data: bytes) -> float:
    """
    Give the seconds that an MP3 file lasts.

    A frame that holds a table of contents and no sound does not count, nor do, where such a frame tells them, the samples
    that the encoder added at the start and at the end.

    Args:
        data: The file. What stands between frames is passed over, and a last one that is cut off counts not.

    Raises:
        ValueError: There is no frame in it.
    """
    at, seconds, found, trimmed = _after_tag(data), 0.0, False, 0.0
    while at + _FRAME_HEADER <= len(data):
        frame = frame_at(data, at)
        if frame is None:
            at = data.find(b"\xff", at + 1)
            if at < 0:
                break
            continue
        if at + frame.size > len(data):
            break
        padding = None if found else _padding(data, at, frame)
        found = True
        if padding is None:
            seconds += frame.samples / frame.sample_rate
        else:
            trimmed = padding / frame.sample_rate
        at += frame.size
    if not found:
        msg = "this is not an MP3 file: there is no frame of layer III in it"
        raise ValueError(msg)
    return max(0.0, seconds - trimmed)


def _after_tag(data: bytes) -> int:
    if data[:3] != b"ID3" or len(data) < _ID3_HEADER:
        return 0
    # Seven bits of each byte.
    size = 0
    for byte in data[6:_ID3_HEADER]:
        size = size << 7 | byte & 0x7F
    return _ID3_HEADER + size


def _padding(data: bytes, at: int, frame: Frame) -> int | None:
    # How many samples are no sound, in a first frame that only tells about the file; `None` for one of sound.
    at += _FRAME_HEADER + frame.side
    if data[at : at + 4] not in {b"Xing", b"Info"}:
        return None
    flags = int.from_bytes(data[at + 4 : at + 8], "big")
    at += 8 + sum(size for bit, size in enumerate((4, 4, 100, 4)) if flags >> bit & 1)
    # Of what the encoder tells about itself, its name comes first, and 21 bytes on 12 bits each for start and end.
    if not data[at : at + 4].strip(b"\0"):
        return 0
    both = int.from_bytes(data[at + 21 : at + 24], "big")
    return (both >> 12) + (both & 0xFFF)
