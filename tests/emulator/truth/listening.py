"""Saying something through a client, and measuring what comes with libraries that are not ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import parselmouth

from cartesia_async import Cartesia
from tests.interop import sound
from tests.interop.sound import SARAH, Heard

TEXT = "We were away all year, and nobody knew where we were."
ENCODINGS = ("pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw")
RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
RAW: Mapping[str, Any] = {"container": "raw", "encoding": "pcm_f32le", "sample_rate": 22_050}


def order(text: str = TEXT, format: Mapping[str, Any] = RAW, **how: object) -> dict[str, Any]:
    """Lay out the arguments of a speech call."""
    return {"model_id": "sonic-3", "transcript": text, "voice": SARAH, "output_format": dict(format), **how}


def heard_in(data: bytes, format: Mapping[str, Any]) -> Heard:
    """Decode an answer in the format that was asked for."""
    if format["container"] == "mp3":
        return sound.mp3(data, format["sample_rate"])
    decode = sound.raw if format["container"] == "raw" else sound.wav
    return decode(data, format["encoding"], format["sample_rate"])


def said(client: Cartesia, text: str = TEXT, format: Mapping[str, Any] = RAW, **how: object) -> Heard:
    """Say something by `/tts/bytes`, and decode it."""
    return heard_in(client.tts.bytes(**order(text, format, **how)).read(), format)


def loudness(heard: Heard) -> float:
    """Give the root mean square."""
    return float(np.sqrt(np.mean(np.square(heard.samples))))


def pitch(heard: Heard) -> float:
    """Give the median pitch of the voiced moments by Praat, Hz."""
    melody = parselmouth.Sound(heard.samples, heard.rate).to_pitch(0.01, 50, 600).selected_array["frequency"]
    return float(np.median(melody[melody > 0]))


def envelope(heard: Heard, *, step: float = 0.02) -> npt.NDArray[np.float64]:
    """Give the loudness of each fiftieth of a second."""
    size = round(step * heard.rate)
    frames = heard.samples[: len(heard.samples) // size * size].reshape(-1, size)
    loud: npt.NDArray[np.float64] = np.sqrt(np.mean(np.square(frames), axis=1))
    return loud


def colour(heard: Heard, *, top: float = 3_600.0, bands: int = 40) -> npt.NDArray[np.float64]:
    """Give how loud each band up to a frequency is, dB, on the average over all that is heard."""
    power = np.square(np.abs(np.fft.rfft(heard.samples)))
    edges = np.linspace(0, top * len(heard.samples) / heard.rate, bands + 1).astype(int)
    shares = np.array([power[low:high].sum() for low, high in zip(edges, edges[1:], strict=False)])
    return 10 * np.log10(shares / shares.sum() + 1e-9)


def distance(one: Heard, other: Heard) -> float:
    """Tell how far apart two are in colour: the mean difference of their bands, dB."""
    return float(np.mean(np.abs(colour(one) - colour(other))))


def likeness(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Give the correlation of two rows of numbers, up to the end of the shorter."""
    length = min(len(one), len(other))
    return float(np.corrcoef(one[:length], other[:length])[0, 1])
