"""Audio as it is made, piece by piece: what runs on a worker while the answer is streamed."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import BinaryIO

import attrs

from .audio.clips import Clip, UnreadableClip, changes, read_clip
from .audio.encoding import AudioFormat, Encoder, UnsupportedAudio
from .engines.protocol import Engine, Timed, Utterance
from .problems import invalid, unreadable_clip
from .voice.timbre import Timbre

CUT = 8_192


@attrs.frozen(kw_only=True)
class Sound:
    """
    A piece of an answer.

    Attributes:
        data: Bytes of the container asked for, at most 8,192.
        seconds: How long they sound.
        work: How long they were worked on, milliseconds.
        words: The words that begin here.
        phonemes: The phonemes that begin here.
    """

    data: bytes
    seconds: float
    work: float
    words: tuple[Timed, ...] = ()
    phonemes: tuple[Timed, ...] = ()


# What one step of work gives: cut for delivery, and handed over in one go.
Sounds = tuple[Sound, ...]


def spoken(engine: Engine, utterance: Utterance, format: AudioFormat) -> Generator[Sounds]:
    """Speak an utterance; a step is a piece of the engine's. `Problem` (400) for a format that is not made here."""
    encoder = _encoder(format, engine.sample_rate)
    speech = engine.speak(utterance)
    try:
        while True:
            began = time.perf_counter()
            piece = next(speech, None)
            if piece is None:
                break
            data = encoder.encode(piece.samples)
            seconds = len(piece.samples) / engine.sample_rate
            yield _cut(data, seconds, _since(began), piece.words, piece.phonemes)
    finally:
        if isinstance(speech, Generator):
            speech.close()
    yield _cut(encoder.finish(), 0.0, 0.0)


def revoiced(clip: Clip, timbre: Timbre, format: AudioFormat) -> Generator[Sounds]:
    """Say a clip again in another voice, a few seconds at a time. `Problem` (400) for a format not made here."""
    encoder = _encoder(format, clip.sample_rate)
    began = time.perf_counter()
    for stretch in changes(clip, timbre):
        yield _cut(encoder.encode(stretch), len(stretch) / clip.sample_rate, _since(began))
        began = time.perf_counter()
    yield _cut(encoder.finish(), 0.0, 0.0)


def heard(file: BinaryIO) -> Clip:
    """Decode a clip; `Problem` (400) when it is none, or holds no sound."""
    try:
        clip = read_clip(file)
    except UnreadableClip as error:
        raise unreadable_clip(str(error)) from error
    if not clip.samples:
        raise unreadable_clip("The clip holds no audio.")
    return clip


def _encoder(format: AudioFormat, source_rate: int) -> Encoder:
    try:
        return Encoder(format, source_rate)
    except UnsupportedAudio as error:
        raise invalid(str(error), title="Unsupported output format") from error


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1_000


def _cut(
    data: bytes, seconds: float, work: float, words: tuple[Timed, ...] = (), phonemes: tuple[Timed, ...] = ()
) -> Sounds:
    """Cut what was made in one go; words stay with the first of it, and are never lost where there is no audio."""
    starts = range(0, len(data), CUT) or ((0,) if words or phonemes else ())
    shares = {start: min(CUT, len(data) - start) / len(data) if data else 1.0 for start in starts}
    return tuple(
        Sound(
            data=data[start : start + CUT],
            seconds=seconds * share,
            work=round(work * share, 6),
            words=words if start == 0 else (),
            phonemes=phonemes if start == 0 else (),
        )
        for start, share in shares.items()
    )
