"""What comes out of an emulator, measured with libraries that are not ours."""

from __future__ import annotations

import io

import attrs
import numpy as np
import numpy.typing as npt
import soundfile

SARAH = "694f9389-aac1-45b6-b726-9d9369183238"
BARRY = "a0e99841-438c-4a64-b679-ae501e7d6091"
# The pitch at which the engine of tones beeps for each, Hz.
PITCH = {SARAH: 192.0, BARRY: 100.0}
WORDS = "Hello there, my old friend!"
WORD_COUNT = 5

_SUBTYPES = {"pcm_s16le": "PCM_16", "pcm_f32le": "FLOAT", "pcm_mulaw": "ULAW", "pcm_alaw": "ALAW"}
_WIDTHS = {"pcm_s16le": 2, "pcm_f32le": 4, "pcm_mulaw": 1, "pcm_alaw": 1}
_SILENCE = 0.02
_SHORTEST_GAP = 0.015


@attrs.frozen
class Heard:
    """
    Decoded audio.

    Attributes:
        samples: Mono, -1 to 1.
        rate: Hz.
    """

    samples: npt.NDArray[np.float64]
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate

    @property
    def pitch(self) -> float:
        """The frequency that is the loudest, Hz."""
        window = self.samples * np.hanning(len(self.samples))
        spectrum = np.abs(np.fft.rfft(window, n=8 * self.rate))
        return float(np.argmax(spectrum)) / 8

    @property
    def beeps(self) -> int:
        """How many stretches of sound there are, with silence between them."""
        loud = np.flatnonzero(np.abs(self.samples) > _SILENCE)
        return int(np.count_nonzero(np.diff(loud) > _SHORTEST_GAP * self.rate)) + 1 if len(loud) else 0


def raw(data: bytes, encoding: str, rate: int) -> Heard:
    """Decode audio that has no header."""
    assert len(data) % _WIDTHS[encoding] == 0, "half a sample"
    with soundfile.SoundFile(
        io.BytesIO(data),
        format="RAW",
        samplerate=rate,
        channels=1,
        subtype=_SUBTYPES[encoding],
        endian="LITTLE" if encoding.endswith("le") else "FILE",
    ) as file:
        return Heard(file.read(), rate)


def wav(data: bytes, encoding: str, rate: int) -> Heard:
    """Decode a WAV file, which must say of itself what was asked for."""
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert (file.format, file.subtype) == ("WAV", _SUBTYPES[encoding])
        assert (file.samplerate, file.channels) == (rate, 1)
        return Heard(file.read(), rate)


def mp3(data: bytes, rate: int) -> Heard:
    """Decode an MP3 file of the rate asked for."""
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert (file.format, file.samplerate, file.channels) == ("MP3", rate, 1)
        return Heard(file.read(), rate)


def check_speech(heard: Heard, voice: str = SARAH) -> None:
    """One beep a word, at the pitch of the voice, for a second or so."""
    assert heard.beeps == WORD_COUNT
    assert abs(heard.pitch / PITCH[voice] - 1) < 0.04  # the beeps are short, and each is a little out of step
    assert 0.3 < heard.seconds < 3


def check_changed(heard: Heard, seconds: float, voice: str = SARAH) -> None:
    """As long as what was changed, never silent for long, at the pitch of the other voice."""
    assert abs(heard.seconds - seconds) < 0.1
    assert abs(heard.pitch / PITCH[voice] - 1) < 0.08
    assert float(np.sqrt(np.mean(heard.samples**2))) > 0.05


def tone(frequency: float, seconds: float, rate: int = 16_000) -> bytes:
    """Make a clip: a tone with overtones, as a WAV file."""
    time = np.arange(round(seconds * rate)) / rate
    samples = sum(0.3 / n * np.sin(2 * np.pi * frequency * n * time) for n in (1, 2, 3, 4))
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype="PCM_16")
    return file.getvalue()
