"""MP3 as it is made, by libsndfile."""

from __future__ import annotations

import array
import io
import os
from typing import TYPE_CHECKING, Protocol

from .extra import extra_module
from .format import EXTRA, UnsupportedAudio

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# What each version of MPEG audio layer III has, bits per second, from this sample rate on.
_BIT_RATES = ((32_000, 32_000, 320_000), (16_000, 8_000, 160_000), (0, 8_000, 64_000))
# libsndfile takes no level of 1, which would be the lowest bit rate; this one is nearest to the same.
_SMALLEST = 0.995
_FRAME_HEADER = 4


class _SoundFile(Protocol):
    def write(self, data: object) -> None: ...

    def close(self) -> None: ...


class Mp3:
    """Makes frames from samples as they come."""

    def __init__(self, sample_rate: int, bit_rate: int | None) -> None:
        """
        Begin.

        Args:
            sample_rate: Hz.
            bit_rate: Bits per second; what this sample rate has not becomes the nearest that it has, at most 160,000
                below 32,000 Hz and 64,000 below 16,000 Hz.

        Raises:
            UnsupportedAudio: What makes MP3 is not installed.
        """
        soundfile = extra_module("soundfile")
        if soundfile is None or extra_module("numpy") is None or "MP3" not in soundfile.available_formats():
            raise UnsupportedAudio(f"Audio of mp3 needs libsndfile with MP3: install {EXTRA}.")
        self._outlet = _Outlet()
        self._file: _SoundFile = soundfile.SoundFile(
            self._outlet,
            "w",
            samplerate=sample_rate,
            channels=1,
            format="MP3",
            subtype="MPEG_LAYER_III",
            bitrate_mode="CONSTANT",
            compression_level=_compression_level(sample_rate, bit_rate or 128_000),
        )

    def add(self, samples: array.array[float]) -> bytes:
        """Take samples (mono, type code `f`) and give the frames complete by now."""
        import numpy as np

        self._file.write(np.frombuffer(samples, np.float32))
        return self._outlet.taken()

    def finish(self) -> bytes:
        """Give the frames held back; nothing may be added after this."""
        self._file.close()
        return self._outlet.taken()


def _compression_level(sample_rate: int, bit_rate: int) -> float:
    low, high = next((low, high) for rate, low, high in _BIT_RATES if sample_rate >= rate)
    return min((high - min(max(bit_rate, low), high)) / (high - low), _SMALLEST)


class _Outlet(io.RawIOBase):
    """A file that is passed on as it is written; what goes back to write over it comes too late, and is dropped."""

    def __init__(self) -> None:
        super().__init__()
        self._fresh = bytearray()
        self._length = 0
        self._position = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._position = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        return self._position

    def write(self, data: ReadableBuffer, /) -> int:
        frames = bytes(data)
        # A first frame without contents keeps the place of a table that is only known at the end: it would be heard
        # as a moment of silence.
        kept = self._position == self._length and (self._length > 0 or any(frames[_FRAME_HEADER:]))
        if kept:
            self._fresh += frames
        self._position += len(frames)
        self._length = max(self._length, self._position)
        return len(frames)

    def taken(self) -> bytes:
        taken = bytes(self._fresh)
        self._fresh.clear()
        return taken
