"""Each format says what it holds: measured, the sample rate is the one asked for, and all formats hold the same."""

from __future__ import annotations

import numpy as np
import pytest

from cartesia_async import Cartesia
from tests.interop.sound import BARRY, PITCH, SARAH, Heard

from .listening import ENCODINGS, RATES, RAW, TEXT, distance, likeness, loudness, order, pitch, said

# One beep, long enough to be measured; a second one would be out of step with it.
BEEP = "Incomprehensibilities"
# The least that 32 bits, 16 bits and the logarithmic 8 bits keep of speech, dB above what they change.
CLEAN = {"pcm_f32le": 140.0, "pcm_s16le": 55.0, "pcm_mulaw": 32.0, "pcm_alaw": 32.0}


def check_beep(heard: Heard, voice: str) -> None:
    """The loudest frequency is the pitch of the voice, for a fifth of a second, and there is a short pause after it."""
    assert heard.pitch == pytest.approx(PITCH[voice], rel=0.01)
    assert heard.beeps == 1
    assert heard.seconds == pytest.approx(0.24, rel=0.1)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("container", ["raw", "wav"])
def test_the_rate_is_the_one_asked_for(beeps: Cartesia, container: str, encoding: str, rate: int) -> None:
    """A beep of known frequency is found there, and as long as it is, in every encoding at every rate."""
    format = {"container": container, "encoding": encoding, "sample_rate": rate}
    for voice in (SARAH, BARRY):
        check_beep(said(beeps, BEEP, format, voice=voice), voice)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("bit_rate", [32_000, 192_000])
def test_the_rate_of_mp3_is_the_one_asked_for(beeps: Cartesia, rate: int, bit_rate: int) -> None:
    """So it is in MP3, whose frames are filled up with silence."""
    format = {"container": "mp3", "sample_rate": rate, "bit_rate": bit_rate}
    heard = said(beeps, BEEP, format)
    assert heard.pitch == pytest.approx(PITCH[SARAH], rel=0.01)
    assert 0.23 < heard.seconds < 0.25 + 3 * 1_152 / rate


@pytest.fixture
def reference(speech: Cartesia) -> Heard:
    """Give the text as 32-bit samples, of the rate that espeak-ng itself has."""
    return said(speech)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("container", ["raw", "wav"])
def test_encodings_agree(speech: Cartesia, reference: Heard, container: str, encoding: str) -> None:
    """Decoded, each is the same speech but for what its bits cannot hold."""
    heard = said(speech, TEXT, {**RAW, "container": container, "encoding": encoding})
    assert len(heard.samples) == len(reference.samples)
    changed = loudness(Heard(heard.samples - reference.samples, heard.rate))
    assert changed == 0 or 20 * np.log10(loudness(reference) / changed) > CLEAN[encoding]


@pytest.mark.parametrize("bit_rate", [32_000, 64_000])
def test_mp3_agrees(speech: Cartesia, reference: Heard, bit_rate: int) -> None:
    """Decoded, and moved by what an encoder puts before it, MP3 is the same speech but for what nobody hears."""
    heard = said(speech, TEXT, {"container": "mp3", "sample_rate": 22_050, "bit_rate": bit_rate})
    across = np.fft.irfft(np.fft.rfft(heard.samples, 2**18) * np.conj(np.fft.rfft(reference.samples, 2**18)), 2**18)
    shift = int(np.argmax(across))
    assert shift < 3_000
    assert likeness(heard.samples[shift:], reference.samples) > 0.97
    assert loudness(heard) == pytest.approx(loudness(reference), rel=0.1)


@pytest.mark.parametrize("rate", RATES)
def test_rates_agree(speech: Cartesia, reference: Heard, rate: int) -> None:
    """At any rate it is the same speech: as long, as loud, as high, and of the same colour as far as both reach."""
    heard = said(speech, TEXT, {**RAW, "sample_rate": rate})
    assert heard.seconds == pytest.approx(reference.seconds, abs=0.001)
    assert loudness(heard) == pytest.approx(loudness(reference), rel=0.05)
    assert pitch(heard) == pytest.approx(pitch(reference), rel=0.01)
    assert distance(heard, reference) < 1.0


def test_a_wav_answer_is_a_header_and_the_raw_answer(speech: Cartesia) -> None:
    """To the byte, when the same is said."""
    raw, wav = (speech.tts.bytes(**order(TEXT, {**RAW, "container": container})).read() for container in ("raw", "wav"))
    assert wav.startswith(b"RIFF")
    assert wav.endswith(raw)
    assert len(wav) - len(raw) < 100
