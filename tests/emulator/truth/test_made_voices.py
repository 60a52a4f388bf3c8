"""Voices that are made from others, and clips that are said again: what is heard of the ones they come from."""

from __future__ import annotations

import io
import math

import pytest
import soundfile

from cartesia_async import Cartesia
from cartesia_async.emulator.voice.library import stock_voices
from tests.interop.sound import BARRY, SARAH, Heard

from .listening import RAW, distance, envelope, heard_in, likeness, loudness, order, pitch, said

VOICES = {voice.name: voice for voice in stock_voices()}
# The calls that take or give embeddings are those of older versions.
retired = pytest.mark.filterwarnings("ignore:.*retired by the service:DeprecationWarning")
OUT = {"output_format_container": "raw", "output_format_encoding": "pcm_f32le", "output_format_sample_rate": 22_050}


def clip_of(heard: Heard, kind: str = "WAV") -> bytes:
    """Write a clip as a user would send it."""
    file = io.BytesIO()
    soundfile.write(file, heard.samples, heard.rate, format=kind)
    return file.getvalue()


def by_embedding(client: Cartesia, embedding: list[float]) -> Heard:
    """Say something in the voice of an embedding."""
    old = client.with_options(api_version="2024-11-13")
    return heard_in(old.tts.bytes(**order(voice={"mode": "embedding", "embedding": embedding})).read(), RAW)


def embedding_of(client: Cartesia, id: str) -> list[float]:
    """Fetch the embedding of a voice."""
    embedding = client.with_options(api_version="2024-06-10").voices.get(id).embedding
    assert embedding is not None
    return list(embedding)


@retired
@pytest.mark.parametrize("name", ["Sarah", "Barry", "Pip", "Matthias"])
def test_an_embedding_sounds_as_its_voice(speech: Cartesia, name: str) -> None:
    """A voice given by the embedding of another is that one, to within a trace, and not a third."""
    given = by_embedding(speech, embedding_of(speech, VOICES[name].id))
    named = said(speech, voice=VOICES[name].id, language="en")
    if VOICES[name].language == "en":
        assert given.seconds == pytest.approx(named.seconds, rel=0.01)
        assert distance(given, named) < 0.7
    assert pitch(given) == pytest.approx(VOICES[name].timbre.pitch, rel=0.12)
    assert distance(given, said(speech, voice=VOICES["Robin"].id)) > 1.5


@retired
@pytest.mark.parametrize("weight", [0.25, 0.5, 0.75])
def test_a_mix_lies_between(speech: Cartesia, weight: float) -> None:
    """The pitch of a mix lies between those of its parts, in the place that the weights give it."""
    old = speech.with_options(api_version="2024-11-13")
    mixed = old.voices.mix(voices=[{"id": BARRY, "weight": 1 - weight}, {"id": SARAH, "weight": weight}])
    low, high = (math.log(pitch(said(speech, voice=id))) for id in (BARRY, SARAH))
    heard = pitch(by_embedding(speech, list(mixed.embedding)))
    assert heard == pytest.approx(math.exp(low + weight * (high - low)), rel=0.12)
    assert math.exp(low) < heard < math.exp(high)


@retired
def test_a_mix_of_one_is_that_one(speech: Cartesia) -> None:
    """All the weight on one voice leaves nothing of the other."""
    old = speech.with_options(api_version="2024-11-13")
    mixed = old.voices.mix(voices=[{"id": BARRY, "weight": 0.0}, {"id": SARAH, "weight": 1.0}])
    assert distance(by_embedding(speech, list(mixed.embedding)), said(speech)) < 0.7


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "MP3"])
@pytest.mark.parametrize("name", ["Sarah", "Barry", "Pip", "Matthias"])
def test_a_clone_sounds_as_its_clip(speech: Cartesia, name: str, kind: str) -> None:
    """A voice cloned from a clip of another has its pitch, whatever kind of file it came in."""
    model = said(speech, voice=VOICES[name].id, language="en")
    clone = speech.voices.clone(clip_of(model, kind), name="A clone", language="en")
    heard = said(speech, voice=clone.id)
    assert pitch(heard) == pytest.approx(pitch(model), rel=0.12)
    assert loudness(heard) == pytest.approx(loudness(model), rel=0.3)
    speech.voices.delete(clone.id)


def test_a_clone_speaks_as_fast_as_its_clip(speech: Cartesia) -> None:
    """Of two clips of one voice, the slower gives the slower voice."""
    text = "This is a rather long text, of which the pace can be told: it goes on for quite a while, and does not stop."
    slow, fast = (
        speech.voices.clone(clip_of(said(speech, text, generation_config={"speed": speed})), name="n", language="en").id
        for speed in (0.7, 1.4)
    )
    assert said(speech, voice=slow).seconds > 1.3 * said(speech, voice=fast).seconds
    for id in (slow, fast):
        speech.voices.delete(id)


def test_a_localized_voice_keeps_its_pitch(speech: Cartesia) -> None:
    """It speaks the other language, as high as before."""
    moved = speech.voices.localize(
        voice_id=SARAH, name="Sarah in France", description="d", language="fr", original_speaker_gender="female"
    )
    text = "Nous étions au bord de la mer."
    heard, english = said(speech, text, voice=moved.id), said(speech, text)
    assert pitch(heard) == pytest.approx(pitch(english), rel=0.1)
    assert distance(heard, english) > 1.5
    assert distance(heard, said(speech, text, language="fr")) < distance(heard, english)
    speech.voices.delete(moved.id)


def changed(client: Cartesia, clip: bytes, voice: str) -> Heard:
    """Say a clip again by `/voice-changer/bytes`, and check that the events hold the same."""
    whole = client.voice_changer.bytes(clip, voice_id=voice, **OUT).read()
    assert client.voice_changer.sse(clip, voice_id=voice, **OUT).audio().read() == whole
    return heard_in(whole, RAW)


@pytest.mark.parametrize(("before", "after"), [("Barry", "Sarah"), ("Sarah", "Barry"), ("Imogen", "Pip")])
def test_a_changed_clip_keeps_its_timing(speech: Cartesia, before: str, after: str) -> None:
    """It is as long, loud where the clip is loud and silent where it is silent, and has the pitch of the new voice."""
    text = "One, two. Three! And then, after a while, we were away."
    clip = said(speech, text, voice=VOICES[before].id)
    heard = changed(speech, clip_of(clip), VOICES[after].id)
    assert heard.seconds == pytest.approx(clip.seconds, abs=0.01)
    assert likeness(envelope(heard), envelope(clip)) > 0.85
    assert pitch(heard) == pytest.approx(VOICES[after].timbre.pitch, rel=0.06)
    assert distance(heard, clip) > 1.5


def test_beeps_are_changed_too(beeps: Cartesia) -> None:
    """A clip of another origin, in another rate, keeps its length and takes the pitch of the voice."""
    clip = said(beeps, "incomprehensibilities " * 8, RAW | {"sample_rate": 8_000}, voice=BARRY)
    heard = changed(beeps, clip_of(clip), SARAH)
    assert heard.seconds == pytest.approx(clip.seconds, abs=0.01)
    assert pitch(heard) == pytest.approx(VOICES["Sarah"].timbre.pitch, rel=0.05)
    assert heard.beeps == clip.beeps == 8
