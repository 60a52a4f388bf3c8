"""What audio is: the formats that can be asked for, and the samples in each of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from .._io.files import write_whole
from .._wire.wav import read_header, repaired_header, wav_header
from ..models.speech import Mp3Format, RawFormat, WavFormat
from .arrays import compressed, decompressed
from .mp3 import duration
from .samples import WIDTHS, Samples, known

AudioFormat: TypeAlias = RawFormat | WavFormat | Mp3Format
SUFFIXES = {".wav": "wav", ".wave": "wav", ".pcm": "raw", ".raw": "raw", ".mp3": "mp3", ".flac": "flac", ".ogg": "ogg"}
HEAD = 4096
MEDIA_TYPES = {"raw": "audio/pcm", "wav": "audio/wav", "mp3": "audio/mpeg"}


def format_of(asked: Mapping[str, Any]) -> AudioFormat | None:
    """
    Give the format that was asked for as a model.

    Args:
        asked: The format as plain data, checked.

    Returns:
        The format; ``None`` where it is none that this library knows.
    """
    container, encoding, sample_rate = asked.get("container"), asked.get("encoding"), asked.get("sample_rate")
    if not isinstance(sample_rate, int):
        return None
    if container == "mp3" and isinstance(bit_rate := asked.get("bit_rate"), int):
        return Mp3Format(sample_rate=sample_rate, bit_rate=bit_rate)
    if encoding not in WIDTHS:
        return None
    if container == "raw":
        return RawFormat(encoding=encoding, sample_rate=sample_rate)
    return WavFormat(encoding=encoding, sample_rate=sample_rate) if container == "wav" else None


def samples_of(data: bytes, format: AudioFormat | None) -> Samples:
    """
    Give the samples in audio of a *format*.

    Raises:
        ValueError: The format is not known, or the audio is not of it.
        ImportError: It is an MP3 file, and what decodes it is not installed.
    """
    if isinstance(format, RawFormat):
        width = WIDTHS[known(format.encoding)]
        return Samples(data[: len(data) - len(data) % width], format.encoding, format.sample_rate)
    if isinstance(format, WavFormat):
        return _samples_of_wav(data)
    return decompressed(data, _known_format(format).container)


def _known_format(format: AudioFormat | None) -> AudioFormat:
    if format is None:
        msg = "the format of this audio is not known: give it as Audio(data=..., format=RawFormat(...))"
        raise ValueError(msg)
    return format


def _samples_of_wav(data: bytes) -> Samples:
    # A header that was sent before the length was known is understood too.
    header = read_header(repaired_header(data[:HEAD], len(data)) or data)
    if header is None:
        msg = "this WAV file ends before its audio begins"
        raise ValueError(msg)
    frame = WIDTHS[header.encoding] * header.channels
    length = min(header.length, len(data) - header.start)
    body = data[header.start : header.start + length - length % frame]
    return Samples(body, header.encoding, header.sample_rate, header.channels)


def duration_of(data: bytes, format: AudioFormat | None) -> float:
    """
    Give the seconds that audio of a *format* lasts.

    Raises:
        ValueError: The format is not known, or the audio is not of it.
    """
    return duration(data) if isinstance(format, Mp3Format) else samples_of(data, format).duration


def wav_of(samples: Samples) -> bytes:
    """Give *samples* as a WAV file."""
    length = len(samples.data)
    header = wav_header(samples.encoding, samples.sample_rate, length=length, channels=samples.channels)
    return b"".join((header, samples.data, b"\0" * (length % 2)))


def packed(samples: Samples, *, raw: bool) -> tuple[RawFormat | WavFormat, bytes]:
    """
    Give *samples* as they are where they are to be *raw*, else as a WAV file; and the format of that.

    Raises:
        ValueError: They are to be raw, and are of several channels.
    """
    if raw and samples.channels != 1:
        msg = f"this audio has {samples.channels} channels, which raw audio would not tell: keep it as a WAV file"
        raise ValueError(msg)
    kind = RawFormat if raw else WavFormat
    format = kind(encoding=samples.encoding, sample_rate=samples.sample_rate)
    return format, samples.data if raw else wav_of(samples)


def write(path: str | os.PathLike[str], data: bytes, format: AudioFormat | None) -> None:
    """
    Write audio of a *format* to a file, which is whole or not there, in the container that its suffix names.

    Raises:
        ValueError: The suffix names none, or the audio cannot be had in it.
        ImportError: What encodes or decodes it is not installed.
        OSError: The file cannot be written.
    """
    suffix = Path(path).suffix
    container = SUFFIXES.get(suffix.lower())
    if container is None:
        msg = f"path must end in one of {', '.join(SUFFIXES)}, not in {suffix!r}"
        raise ValueError(msg)
    if _known_format(format).container == container == "mp3":
        write_whole(path, data)
        return
    samples = samples_of(data, format)
    if container == "wav":
        write_whole(path, wav_of(samples))
    elif container == "raw":
        write_whole(path, samples.data)
    else:
        write_whole(path, compressed(samples, container))
