"""Encoding audio into what a request asks for, as it is made."""

from __future__ import annotations

import array
from typing import Protocol

from cartesia_async._wire.wav import wav_header

from .format import AudioFormat, UnsupportedAudio
from .resampling import resampler
from .sample_encodings import ENCODINGS, encoded, finite

__all__ = ["AudioFormat", "Encoder", "UnsupportedAudio"]


class _Container(Protocol):
    def add(self, samples: array.array[float]) -> bytes: ...

    def finish(self) -> bytes: ...


class Encoder:
    """Makes bytes of a container from samples, as they come; how these are cut makes no difference to the whole."""

    def __init__(self, format: AudioFormat, source_rate: int, *, length: int | None = None) -> None:
        """
        Begin.

        Args:
            format: What to make.
            source_rate: Of the samples to come, Hz.
            length: How many bytes of audio are to come, for the header of a WAV file; `None` leaves the placeholder
                0xFFFFFFFF, as the service does.

        Raises:
            UnsupportedAudio: There is no such format, or what makes it is not installed.
        """
        self._container = _container(format, length)
        self._resampler = resampler(source_rate, format.sample_rate)

    def encode(self, samples: array.array[float]) -> bytes:
        """Take samples (mono, type code `f`, -1 to 1) and give what is complete by now, first a header."""
        return self._container.add(self._resampler.resample(finite(samples)))

    def finish(self) -> bytes:
        """Give what was held back; nothing may be encoded after this."""
        rest = self._resampler.resample(array.array("f"), last=True)
        return self._container.add(rest) + self._container.finish()


def _container(format: AudioFormat, length: int | None) -> _Container:
    if format.container == "mp3":
        from .mp3 import Mp3

        return Mp3(format.sample_rate, format.bit_rate)
    if format.container not in ("raw", "wav") or format.encoding not in ENCODINGS:
        raise UnsupportedAudio(f"Audio of {format.container} with {format.encoding} is not made here.")
    header = wav_header(format.encoding, format.sample_rate, length=length) if format.container == "wav" else b""
    return _Pcm(header, format.encoding, pad=format.container == "wav" and length is not None and length % 2 == 1)


class _Pcm:
    """Samples one after the other, a header before them."""

    def __init__(self, header: bytes, encoding: str, *, pad: bool) -> None:
        self._header = header
        self._encoding = encoding
        self._pad = pad

    def add(self, samples: array.array[float]) -> bytes:
        header, self._header = self._header, b""
        return header + encoded(samples, self._encoding)

    def finish(self) -> bytes:
        # A chunk of a RIFF file takes an even number of bytes.
        return b"\0" if self._pad else b""
