"""Reading the clips that requests carry."""

from __future__ import annotations

import array
import io
from types import ModuleType
from typing import BinaryIO

from cartesia_async._wire.wav import repaired_header

from .clip import Clip, UnreadableClip
from .extra import extra_module
from .format import EXTRA
from .sample_encodings import finite
from .wav_reading import read_wav

_KINDS = {"FLAC", "MP3", "OGG", "RF64", "WAV", "WAVEX"}
_RATES = range(1_000, 384_001)
_MOST_SAMPLES = 2**26
_MOST_SECONDS = 3_600
_HEAD = 2**16


def read_clip(file: BinaryIO) -> Clip:
    """
    Decode a clip, mixing its channels down to one.

    Args:
        file: Where reading begins; it must allow seeking. WAV files may have been streamed, with 0 or 0xFFFFFFFF for
            their sizes.

    Returns:
        The clip, its samples none when the file holds no sound.

    Raises:
        UnreadableClip: It is not FLAC, MP3, Ogg (Vorbis, Opus) or WAV, is broken, or is longer than an hour or than
            67 million samples in all its channels.
            Without the extra, all but WAV is refused.
    """
    start = file.tell()
    head = file.read(_HEAD)
    file.seek(start)
    soundfile = extra_module("soundfile")
    if soundfile is None or extra_module("numpy") is None:
        if head[:4] != b"RIFF":
            raise UnreadableClip(f"Without {EXTRA}, a clip has to be a WAV file.")
        clip = read_wav(_whole(file, head), _MOST_SAMPLES)
    else:
        clip = _decoded(soundfile, _whole(file, head))
    if clip.sample_rate not in _RATES:
        raise UnreadableClip(f"The clip has a sample rate of {clip.sample_rate} Hz.")
    if clip.seconds > _MOST_SECONDS:
        raise UnreadableClip("The clip is too long.")
    return Clip(samples=finite(clip.samples), sample_rate=clip.sample_rate)


def _whole(file: BinaryIO, head: bytes) -> BinaryIO:
    """Give the file with true sizes in place of those that stay in the header of one that was streamed."""
    if head[:4] != b"RIFF":
        return file
    start = file.tell()
    size = file.seek(0, io.SEEK_END) - start
    file.seek(start)
    repaired = repaired_header(head, size)
    if repaired is None:
        return file
    file.seek(start + len(head))
    return io.BytesIO(repaired + file.read())


def _decoded(soundfile: ModuleType, file: BinaryIO) -> Clip:
    import numpy as np

    try:
        with soundfile.SoundFile(file) as opened:
            kind: str = opened.format
            rate: int = opened.samplerate
            if kind not in _KINDS:
                raise UnreadableClip(f"The clip is {kind}, which is not read here.")
            most = _MOST_SAMPLES // opened.channels
            # All in one go: after a part, libsndfile would look for its place again, and miss it in MP3. A length that
            # is not known is stated as an enormous one.
            frames = opened.read(min(opened.frames, most + 1), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, MemoryError) as error:
        raise UnreadableClip("The clip is not FLAC, MP3, Ogg or WAV, or it is broken.") from error
    if len(frames) > most:
        raise UnreadableClip("The clip is too long.")
    with np.errstate(all="ignore"):
        mixed = frames.mean(axis=1, dtype=np.float32)
    return Clip(samples=array.array("f", mixed.tobytes()), sample_rate=rate)
