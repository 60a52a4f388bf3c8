"""Samples as arrays of numpy, at another rate, and to and from compressed files: by libraries of the extra ``audio``."""

from __future__ import annotations

import io
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias

from .companding import codes, levels
from .extras import library
from .samples import FULL, Samples

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Floats: TypeAlias = "npt.NDArray[np.float32]"
# libsndfile's coder for Ogg needs stack for as much as it is given at once.
_BLOCK = 65_536


def _library(name: str, purpose: str) -> ModuleType:
    return library(name, extra="audio", purpose=purpose)


def to_array(samples: Samples, purpose: str, *, extra: str = "audio") -> Floats:
    """
    Give samples as an array of its own.

    Args:
        samples: The samples.
        purpose: What it is needed for, as the beginning of a sentence.
        extra: The extra that is told to bring numpy.

    Returns:
        32 bit floats, of which -1.0 to 1.0 is full scale: of shape ``(frames,)`` where there is one channel, else
        ``(frames, channels)``.

    Raises:
        ImportError: numpy is not installed.
    """
    library("numpy", extra=extra, purpose=purpose)
    import numpy as np

    if samples.encoding == "pcm_f32le":
        values = np.frombuffer(samples.data, "<f4").astype(np.float32)
    elif samples.encoding == "pcm_s16le":
        values = np.frombuffer(samples.data, "<i2").astype(np.float32) / np.float32(FULL)
    else:
        table = np.array(levels(samples.encoding), np.float32) / np.float32(FULL)
        values = table[np.frombuffer(samples.data, np.uint8)]
    return values if samples.channels == 1 else values.reshape(-1, samples.channels)


def from_array(values: Floats, encoding: str, sample_rate: int) -> Samples:
    """Give an array, as `to_array` gives it, as samples; what is too loud for the *encoding* is clipped."""
    import numpy as np

    channels = 1 if values.ndim == 1 else values.shape[1]
    if encoding == "pcm_f32le":
        return Samples(values.astype("<f4").tobytes(), encoding, sample_rate, channels)
    whole = np.rint(values * np.float32(FULL)).clip(-FULL, FULL - 1).astype(np.int16)
    if encoding == "pcm_s16le":
        return Samples(whole.astype("<i2").tobytes(), encoding, sample_rate, channels)
    table = np.frombuffer(codes(encoding), np.uint8)
    return Samples(table[whole.astype(np.uint16)].tobytes(), encoding, sample_rate, channels)


def resampled(samples: Samples, sample_rate: int) -> Samples:
    """
    Give the same sound at another rate.

    Raises:
        ImportError: numpy or soxr is not installed.
    """
    if sample_rate == samples.sample_rate:
        return samples
    purpose = "Resampling"
    soxr = _library("soxr", purpose)
    values = soxr.resample(to_array(samples, purpose), samples.sample_rate, sample_rate)
    return from_array(values, samples.encoding, sample_rate)


def decompressed(data: bytes, container: str) -> Samples:
    """
    Decode a compressed file.

    Args:
        data: The file.
        container: What it is, for what is said of it.

    Returns:
        Samples of `pcm_s16le`.

    Raises:
        ImportError: soundfile or numpy is not installed.
        ValueError: It cannot be decoded.
    """
    purpose = f"Decoding {container}"
    soundfile = _library("soundfile", purpose)
    _library("numpy", purpose)
    try:
        values, sample_rate = soundfile.read(io.BytesIO(data), dtype="int16")
    except soundfile.SoundFileError as error:
        msg = f"this is not {container} that can be decoded: {error}"
        raise ValueError(msg) from error
    channels = 1 if values.ndim == 1 else values.shape[1]
    return Samples(values.astype("<i2").tobytes(), "pcm_s16le", int(sample_rate), int(channels))


def compressed(samples: Samples, container: str) -> bytes:
    """
    Encode a compressed file.

    Args:
        samples: The samples.
        container: ``"mp3"``, ``"flac"`` or ``"ogg"``.

    Returns:
        The file. FLAC has 24 bits a sample where *samples* are floats, else 16; Ogg is of Vorbis.

    Raises:
        ImportError: soundfile or numpy is not installed.
        ValueError: The library cannot encode it.
    """
    purpose = f"Encoding {container}"
    soundfile = _library("soundfile", purpose)
    values = to_array(samples, purpose)
    kind = container.upper()
    subtype = "PCM_24" if kind == "FLAC" and samples.encoding == "pcm_f32le" else soundfile.default_subtype(kind)
    file = io.BytesIO()
    try:
        with soundfile.SoundFile(
            file, "w", samplerate=samples.sample_rate, channels=samples.channels, format=kind, subtype=subtype
        ) as opened:
            for at in range(0, len(values), _BLOCK):
                opened.write(values[at : at + _BLOCK])
    except (soundfile.SoundFileError, ValueError) as error:
        msg = f"{container} of {samples.channels} channels at {samples.sample_rate} Hz cannot be encoded: {error}"
        raise ValueError(msg) from error
    return file.getvalue()
