"""What each call sends, in each API version: declarations are values, so no server is needed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from cartesia_async import (
    Cartesia,
    ExperimentalControls,
    GenerationConfig,
    MixVoice,
    Mp3Format,
    RawFormat,
    UnsupportedVersionError,
    Upload,
    Voice,
    VoiceByEmbedding,
    VoiceById,
    VoiceMetadata,
    WavFormat,
)
from cartesia_async._wire import versions
from cartesia_async._wire.request import Request
from cartesia_async._wire.versions import AVAILABILITY, KNOWN_VERSIONS, version_for
from cartesia_async.resources.api_status import ApiStatus
from cartesia_async.resources.datasets import Datasets
from cartesia_async.resources.tts import TTS
from cartesia_async.resources.voice_changer import VoiceChanger
from cartesia_async.resources.voices import Voices

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 44100}
SPEECH: dict[str, Any] = {"model_id": "sonic-3", "transcript": "Hello!", "voice": VOICE, "output_format": RAW}
CHANGE: dict[str, Any] = {
    "voice_id": VOICE,
    "output_format_container": "mp3",
    "output_format_sample_rate": 44100,
    "output_format_bit_rate": 128000,
}


class Declared:
    """The families, with a runner that hands back what was declared."""

    def __init__(self) -> None:
        unrun: Any = lambda call: call.request  # noqa: E731
        self.api_status: Any = ApiStatus(unrun)
        self.tts: Any = TTS(unrun)
        self.voice_changer: Any = VoiceChanger(unrun)
        self.voices: Any = Voices(unrun)
        self.datasets: Any = Datasets(unrun)


DECLARED = Declared()


def sent(request: Request, pinned: str | None = None) -> tuple[str, Any]:
    """Give the version that *request* goes out with, and its JSON."""
    version = version_for(request.needs, pinned)
    return version, request.document(version)


PLAIN = [
    (lambda d: d.api_status.get(), "GET", "/"),
    (lambda d: d.tts.bytes(**SPEECH), "POST", "/tts/bytes"),
    (lambda d: d.tts.sse(**SPEECH), "POST", "/tts/sse"),
    (lambda d: d.voice_changer.bytes(b"x", **CHANGE), "POST", "/voice-changer/bytes"),
    (lambda d: d.voice_changer.sse(b"x", **CHANGE), "POST", "/voice-changer/sse"),
    (lambda d: d.voices.list(), "GET", "/voices"),
    (lambda d: d.voices.create(name="n", description="", embedding=[0.5]), "POST", "/voices"),
    (lambda d: d.voices.get("a/b ?"), "GET", "/voices/a%2Fb%20%3F"),
    (lambda d: d.voices.update("v", name="n"), "PATCH", "/voices/v"),
    (lambda d: d.voices.delete("v"), "DELETE", "/voices/v"),
    (lambda d: d.voices.localize(voice_id="v", name="n", accent="a"), "POST", "/voices/localize"),
    (
        lambda d: d.voices.localize(embedding=[1], language="es", original_speaker_gender="male"),
        "POST",
        "/voices/localize",
    ),
    (lambda d: d.voices.mix(voices=[{"id": "v", "weight": 1}]), "POST", "/voices/mix"),
    (lambda d: d.voices.clone(b"x", name="n", language="en"), "POST", "/voices/clone"),
    (lambda d: d.datasets.list(), "GET", "/datasets/"),
    (lambda d: d.datasets.create(name="n"), "POST", "/datasets/"),
    (lambda d: d.datasets.list_files("d"), "GET", "/datasets/d/files"),
    (lambda d: d.datasets.upload_file(b"x", "d"), "POST", "/datasets/d/files"),
]


@pytest.mark.parametrize(("call", "method", "path"), PLAIN)
def test_method_and_path(call: Callable[[Declared], Request], method: str, path: str) -> None:
    """Each call goes to its own method and path, its ids quoted into one segment."""
    request = call(DECLARED)
    assert (method, path) == (request.method, request.target)


@pytest.mark.parametrize(
    ("voice", "version", "shape"),
    [
        (VOICE, "2026-08-14", VOICE),
        (VOICE, "2026-03-01", {"mode": "id", "id": VOICE}),
        (VOICE, "2024-06-10", {"mode": "id", "id": VOICE}),
        ({"id": VOICE}, "2026-08-14", VOICE),
        ({"mode": "id", "id": VOICE, "pitch": 2}, "2026-08-14", {"id": VOICE, "pitch": 2}),
        (VoiceById(VOICE), "2025-04-16", {"mode": "id", "id": VOICE}),
        (Voice(id=VOICE), "2026-08-14", VOICE),
        (VoiceMetadata(id=VOICE), "2026-08-14", VOICE),
        (VoiceByEmbedding([1, 0.5]), "2024-11-13", {"mode": "embedding", "embedding": [1, 0.5]}),
        ({"embedding": (0.5,)}, "2024-06-10", {"mode": "embedding", "embedding": [0.5]}),
        (
            {"mode": "embedding", "embedding": [0.5], "experimental_controls": {"speed": "fast"}},
            "2024-11-13",
            {"mode": "embedding", "embedding": [0.5], "__experimental_controls": {"speed": "fast"}},
        ),
        (
            VoiceById(VOICE, experimental_controls=ExperimentalControls(emotion=["anger:low"])),
            "2024-06-10",
            {"mode": "id", "id": VOICE, "__experimental_controls": {"emotion": ["anger:low"]}},
        ),
        (
            {"id": VOICE, "__experimental_controls": {"speed": -1}},
            "2024-11-13",
            {"mode": "id", "id": VOICE, "__experimental_controls": {"speed": -1}},
        ),
    ],
)
def test_voice_on_the_wire(voice: object, version: str, shape: object) -> None:
    """A voice given in any form takes the shape of the version sent."""
    request = DECLARED.tts.bytes(**{**SPEECH, "voice": voice})
    assert (version, shape) == (version, sent(request, version)[1]["voice"])


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        (RawFormat(encoding="pcm_f32le", sample_rate=8000), {**RAW, "encoding": "pcm_f32le", "sample_rate": 8000}),
        (WavFormat(encoding="pcm_s16le", sample_rate=44100), {**RAW, "container": "wav"}),
        (Mp3Format(sample_rate=44100, bit_rate=64000), {"container": "mp3", "sample_rate": 44100, "bit_rate": 64000}),
        ({**RAW, "container": "opus"}, {**RAW, "container": "opus"}),
    ],
)
def test_output_format_on_the_wire(given: object, shape: object) -> None:
    """An output format is a model or a dictionary; one that the library does not know is sent as it is."""
    assert sent(DECLARED.tts.bytes(**{**SPEECH, "output_format": given}))[1]["output_format"] == shape


@pytest.mark.parametrize(
    ("extra", "version"),
    [
        ({}, "2026-08-14"),
        ({"language": "en"}, "2026-08-14"),
        ({"locale": "en-GB"}, "2026-08-14"),
        ({"speed": "fast"}, "2026-03-01"),
        ({"save": True}, "2026-03-01"),
        ({"duration": 3}, "2025-04-16"),
        ({"voice": {"embedding": [0.1]}}, "2024-11-13"),
        ({"pronunciation_dict_id": "p"}, "2026-08-14"),
        ({"generation_config": GenerationConfig(volume=2.0)}, "2026-08-14"),
    ],
)
def test_newest_version_that_has_it(extra: dict[str, Any], version: str) -> None:
    """Unpinned, speech goes out with the newest version that has all it asks for."""
    assert sent(DECLARED.tts.bytes(**{**SPEECH, **extra}))[0] == version


def test_left_out_is_not_sent() -> None:
    """Arguments that are left out or None are not in the body."""
    _, body = sent(DECLARED.tts.sse(**SPEECH, language=None, generation_config={"speed": 1.5}, context_id=None))
    assert body == {**SPEECH, "generation_config": {"speed": 1.5}}


def test_no_version_has_all() -> None:
    """Arguments that no single version has together are refused by name."""
    request = DECLARED.tts.bytes(**SPEECH, duration=1, locale="en-GB")
    with pytest.raises(UnsupportedVersionError, match="tts duration, tts locale") as caught:
        sent(request)
    assert caught.value.available_in == ()


@pytest.mark.parametrize("name", AVAILABILITY)
@pytest.mark.parametrize("version", KNOWN_VERSIONS)
def test_pinned_version(name: str, version: str) -> None:
    """A pinned version is sent where it has the feature, and refused with those that have it where it has not."""
    having = versions.versions_with(name)
    if version in having:
        assert version_for((name,), version) == version
    else:
        with pytest.raises(UnsupportedVersionError) as caught:
            version_for((name,), version)
        assert (name, version, having) == (caught.value.feature, caught.value.api_version, caught.value.available_in)
        assert all(known in str(caught.value) for known in having)


@pytest.mark.parametrize(("date", "same_as"), [("2025-01-01", "2024-11-13"), ("2030-01-01", "2026-08-14")])
def test_dates_between(date: str, same_as: str) -> None:
    """A pinned date that is no known version behaves as the newest before it, and is sent as it is."""
    for name, availability in AVAILABILITY.items():
        assert availability.within(date) == availability.within(same_as), name
    assert version_for(("tts.bytes",), date) == date


def test_update_tells_none_from_left_out() -> None:
    """gender=None resets it, leaving it out leaves it; only the first needs a version that has it."""
    assert sent(DECLARED.voices.update("v", gender=None)) == ("2026-08-14", {"gender": None})
    assert DECLARED.voices.update("v", description="").document("") == {"description": ""}
    assert version_for(DECLARED.voices.update("v", name="n").needs, "2024-06-10") == "2024-06-10"


def test_both_kinds_of_localize() -> None:
    """An embedding goes out as 2024-06-10; a voice with a language as 2026-03-01, with an accent as 2026-08-14."""
    by_embedding = {"embedding": [0.5], "language": "es", "original_speaker_gender": "male", "dialect": "mx"}
    assert sent(DECLARED.voices.localize(**by_embedding)) == ("2024-06-10", by_embedding)
    by_voice = {"voice_id": "v", "name": "n", "language": "es", "original_speaker_gender": "female"}
    assert sent(DECLARED.voices.localize(**by_voice)) == ("2026-03-01", by_voice)
    accented = {"voice_id": "v", "name": "n", "accent": "es-MX"}
    assert sent(DECLARED.voices.localize(**accented)) == ("2026-08-14", accented)


def test_mix_parts() -> None:
    """Parts of a mix are dictionaries or models, by id or by embedding."""
    _, body = sent(DECLARED.voices.mix(voices=[{"id": "v", "weight": 0.5}, MixVoice(embedding=[1.5], weight=2)]))
    assert body == {"voices": [{"id": "v", "weight": 0.5}, {"embedding": [1.5], "weight": 2}]}


def test_form_parts() -> None:
    """Forms carry the parts of the service, fields first and the file last."""
    form = DECLARED.voice_changer.sse(b"x", **CHANGE).form
    assert form.fields == (
        ("voice[id]", VOICE),
        ("output_format[container]", "mp3"),
        ("output_format[sample_rate]", "44100"),
        ("output_format[bit_rate]", "128000"),
    )
    assert form.files == (("clip", Upload(b"x")),)
    clone = DECLARED.voices.clone(b"x", name="n", language="en", mode="stability", enhance=True, base_voice_id="b")
    assert dict(clone.form.fields) == {
        "name": "n",
        "language": "en",
        "base_voice_id": "b",
        "mode": "stability",
        "enhance": "true",
    }
    assert version_for(clone.needs, None) == "2024-11-13"
    assert DECLARED.datasets.upload_file(b"x", "d").form.fields == (("purpose", "fine_tune"),)


def test_query() -> None:
    """Lists of voices are asked for with the service's query, sequences under name[]."""
    request = DECLARED.voices.list(limit=5, starting_after="a b", is_owner=False, expand=["preview_file_url", "new"])
    expected = "/voices?limit=5&starting_after=a+b&is_owner=false&expand%5B%5D=preview_file_url&expand%5B%5D=new"
    assert request.target == expected
    assert version_for(DECLARED.voices.list(expand=["embedding"]).needs, None) == "2024-11-13"


WRONG: list[tuple[Callable[[Declared], object], str]] = [
    (lambda d: d.tts.bytes(**{**SPEECH, "transcript": " "}), "transcript"),
    (lambda d: d.tts.bytes(**{**SPEECH, "transcript": "\ud800"}), "transcript"),
    (lambda d: d.tts.bytes(**{**SPEECH, "transcript": 5}), "transcript"),
    (lambda d: d.tts.bytes(**{**SPEECH, "model_id": ""}), "model_id"),
    (lambda d: d.tts.bytes(**{**SPEECH, "voice": ""}), "voice"),
    (lambda d: d.tts.bytes(**{**SPEECH, "voice": {}}), "voice"),
    (lambda d: d.tts.bytes(**{**SPEECH, "voice": {"id": "v", "embedding": [1]}}), "voice"),
    (lambda d: d.tts.bytes(**{**SPEECH, "voice": {"mode": "id", "embedding": [1]}}), "voice.mode"),
    (lambda d: d.tts.bytes(**{**SPEECH, "voice": {"id": "v", "experimental_controls": 1}}), "experimental_controls"),
    (lambda d: d.tts.bytes(**{**SPEECH, "voice": VoiceByEmbedding([float("nan")])}), r"voice.embedding\[0\]"),
    (lambda d: d.tts.bytes(**{**SPEECH, "voice": VoiceByEmbedding([True])}), r"voice.embedding\[0\]"),
    (lambda d: d.tts.bytes(**{**SPEECH, "voice": 3}), "voice"),
    (lambda d: d.tts.bytes(**{**SPEECH, "output_format": "wav"}), "output_format"),
    (lambda d: d.tts.bytes(**{**SPEECH, "output_format": {"container": "mp3", "sample_rate": 8000}}), "bit_rate"),
    (lambda d: d.tts.bytes(**{**SPEECH, "output_format": {"container": "raw", "sample_rate": 1}}), "encoding"),
    (lambda d: d.tts.bytes(**{**SPEECH, "output_format": {**RAW, "sample_rate": 0}}), "sample_rate"),
    (lambda d: d.tts.sse(**{**SPEECH, "output_format": Mp3Format(sample_rate=1, bit_rate=1)}), "container"),
    (lambda d: d.tts.sse(**{**SPEECH, "output_format": {**RAW, "container": "wav"}}), "container"),
    (lambda d: d.tts.bytes(**SPEECH, duration=0), "duration"),
    (lambda d: d.tts.bytes(**SPEECH, duration=10**400), "duration must be a finite number"),
    (lambda d: d.tts.bytes(**SPEECH, language="en", locale="en-GB"), "locale"),
    (lambda d: d.tts.bytes(**SPEECH, generation_config={"speed": float("nan")}), "generation_config.speed"),
    (lambda d: d.tts.bytes(**SPEECH, generation_config={"volume": float("inf")}), "generation_config.volume"),
    (lambda d: d.tts.bytes(**SPEECH, generation_config="fast"), "generation_config"),
    (lambda d: d.voice_changer.bytes(b"x", **{**CHANGE, "voice_id": ""}), "voice_id"),
    (lambda d: d.voice_changer.bytes(b"x", **{**CHANGE, "output_format_bit_rate": None}), "output_format_bit_rate"),
    (lambda d: d.voices.list(limit=0), "limit"),
    (lambda d: d.voices.list(limit=True), "limit"),
    (lambda d: d.voices.list(expand="embedding"), "expand"),
    (lambda d: d.voices.get(""), "id"),
    (lambda d: d.voices.get(".."), "id"),
    (lambda d: d.voices.get("a\nb"), "id"),
    (lambda d: d.voices.update("v"), "at least one"),
    (lambda d: d.voices.update("v", name=" "), "name"),
    (lambda d: d.voices.create(name="n", description="", embedding=["x"]), r"embedding\[0\]"),
    (lambda d: d.voices.create(name="n", description="", embedding="12"), "embedding"),
    (lambda d: d.voices.localize(voice_id="v", name="n"), "language"),
    (lambda d: d.voices.localize(voice_id="v", name="n", language="es"), "original_speaker_gender"),
    (lambda d: d.voices.mix(voices=[]), "voices"),
    (lambda d: d.voices.mix(voices=[{"id": "v"}]), r"voices\[0\].weight"),
    (lambda d: d.voices.mix(voices=[{"weight": 1}]), r"voices\[0\]"),
    (lambda d: d.voices.clone(b"x", name="", language="en"), "name"),
    (lambda d: d.datasets.create(name=""), "name"),
    (lambda d: d.datasets.list_files("."), "id"),
    (lambda d: d.datasets.upload_file(b"x", "d", purpose=""), "purpose"),
]


@pytest.mark.parametrize(("call", "named"), WRONG)
def test_known_to_be_wrong(call: Callable[[Declared], object], named: str) -> None:
    """What is known to be wrong is a ValueError that names the argument, raised by the call itself."""
    with pytest.raises(ValueError, match=named):
        call(DECLARED)


@pytest.mark.parametrize("call", [DECLARED.tts.bytes, DECLARED.tts.sse])
def test_unknown_and_missing_arguments(call: Callable[..., object]) -> None:
    """An argument that is missing or unknown is a TypeError that names it."""
    with pytest.raises(TypeError, match="missing voice"):
        call(model_id="m", transcript="t", output_format=RAW)
    with pytest.raises(TypeError, match="no argument tone"):
        call(**SPEECH, tone=1)


def test_only_the_server_can_know() -> None:
    """Models, languages, emotions and encodings that the library does not know are sent as they are."""
    given = {**SPEECH, "model_id": "sonic-99", "output_format": {**RAW, "encoding": "pcm_s24le"}, "language": "tlh"}
    _, body = sent(DECLARED.tts.bytes(**given, generation_config={"emotion": "smug"}))
    assert (body["model_id"], body["language"], body["generation_config"]) == ("sonic-99", "tlh", {"emotion": "smug"})


def test_retired_calls_warn_once_where_they_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A retired call warns once, names its replacement, and points at the caller's line, on both kinds of results."""
    monkeypatch.setattr(versions, "_warned", set())
    client = Cartesia("k", base_url="http://127.0.0.1:1")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        client.tts.bytes(**{**SPEECH, "voice": VoiceByEmbedding([0.5])})
        client.tts.bytes(**{**SPEECH, "voice": VoiceByEmbedding([0.5])})
    assert [warning.category for warning in caught] == [DeprecationWarning]
    assert "voices.clone" in str(caught[0].message)
    assert caught[0].filename == __file__


def test_create_sends_what_is_given() -> None:
    """A voice is created of its embedding, with language and base voice where they are given, as 2024-11-13."""
    given = {"name": "n", "description": "", "embedding": [0.5], "language": "en", "base_voice_id": "b"}
    assert sent(DECLARED.voices.create(**given)) == ("2024-11-13", given)
