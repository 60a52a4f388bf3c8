"""The sizes in the header of a WAV answer: unknown while it is streamed, or true when all of it was made first."""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal

import attrs

from cartesia_async._wire.wav import wav_header

from .audio.encoding import AudioFormat
from .sounding import Sound, Sounds

WavSizes = Literal["streamed", "true"]
WAV_SIZES: tuple[WavSizes, ...] = ("streamed", "true")


def with_sizes(sounds: Generator[Sounds], format: AudioFormat, sizes: WavSizes) -> Generator[Sounds]:
    """
    Give audio, the sizes in its header as they are wanted.

    Args:
        sounds: The audio as it is streamed; the header of a WAV file has placeholders.
        format: What it is encoded in.
        sizes: `"streamed"` leaves it so; with `"true"` a WAV file is made whole before its first byte is given, and ends
            with a pad byte where its audio is odd in length.
    """
    return sounds if sizes == "streamed" or format.container != "wav" else _whole(sounds, format)


def _whole(sounds: Generator[Sounds], format: AudioFormat) -> Generator[Sounds]:
    steps: list[Sounds] = []
    for step in sounds:
        steps.append(step)
        yield ()  # The work may be stopped here, when nobody waits for it any more.
    encoding = format.encoding or ""
    placeholder = wav_header(encoding, format.sample_rate)
    length = sum(len(sound.data) for step in steps for sound in step) - len(placeholder)
    header = wav_header(encoding, format.sample_rate, length=length)
    for step in steps:
        yield tuple(_with_header(sound, header, placeholder) for sound in step)
    if length % 2:
        yield (Sound(data=b"\0", seconds=0.0, work=0.0),)


def _with_header(sound: Sound, header: bytes, placeholder: bytes) -> Sound:
    # Nothing but the start of the file looks like its header.
    begins = sound.data.startswith(placeholder)
    return attrs.evolve(sound, data=header + sound.data[len(placeholder) :]) if begins else sound
