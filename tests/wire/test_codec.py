"""Between JSON and models."""

from __future__ import annotations

import json
import math
from types import NoneType
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cartesia_async import APIResponseError
from cartesia_async._wire.codec import dumps, plain, read_json, structure, structure_page
from cartesia_async.models.api_status import ApiInfo
from cartesia_async.models.datasets import Dataset, DatasetFile
from cartesia_async.models.events import AudioChunk, WordTimestamps
from cartesia_async.models.speech import (
    ExperimentalControls,
    GenerationConfig,
    Mp3Format,
    RawFormat,
    VoiceByEmbedding,
    WavFormat,
)
from cartesia_async.models.voices import (
    EmbeddingResponse,
    MixVoice,
    Voice,
    VoiceAccent,
    VoiceLocale,
    VoiceMetadata,
)

MODELS = [ApiInfo, Dataset, DatasetFile, EmbeddingResponse, Voice, VoiceAccent, VoiceLocale, VoiceMetadata]
NEEDED: dict[str, Any] = {"ok": True, "id": "v", "embedding": [0.5]}


def needed(kind: type) -> dict[str, Any]:
    """Give the fields that a *kind* cannot be without."""
    names = [field.name for field in attrs.fields(kind) if field.default is attrs.NOTHING]
    return {name: NEEDED[name] for name in names}


@pytest.mark.parametrize("kind", MODELS)
def test_what_is_missing_or_null_is_none(kind: type) -> None:
    """An answer without its optional fields, or with null in them, has `None` there."""
    bare = structure(needed(kind), kind)
    optional = [field.name for field in attrs.fields(kind) if field.default is None]
    assert all(getattr(bare, name) is None for name in optional)
    assert structure({**needed(kind), **dict.fromkeys(optional)}, kind) == bare


@pytest.mark.parametrize("kind", MODELS)
def test_unknown_fields_are_kept(kind: type) -> None:
    """Fields that a model does not know are in its `extra`, one of that very name included."""
    unknown = {"later": [1, {"a": None}], "extra": "x"}
    assert structure({**needed(kind), **unknown}, kind).extra == unknown
    assert structure(needed(kind), kind).extra == {}


@pytest.mark.parametrize("kind", MODELS)
def test_a_missing_field_is_named(kind: type) -> None:
    """A field that must be there and is not is named by the error."""
    for name in needed(kind):
        with pytest.raises(APIResponseError) as caught:
            structure({key: value for key, value in needed(kind).items() if key != name}, kind)
        assert caught.value.details == (f"required field missing @ $.{name}",)
        assert kind.__name__ in str(caught.value)


def test_a_voice_of_each_generation() -> None:
    """A voice is read with the fields of the oldest version and of the newest."""
    old = structure({"id": "v", "name": "n", "is_public": True, "user_id": "u", "embedding": [1, -0.5]}, Voice)
    assert old == Voice(id="v", name="n", is_public=True, user_id="u", embedding=[1, -0.5])
    new = structure(
        {
            "id": "v",
            "gender": "feminine",
            "access": {"kind": "public"},
            "locales": [{"locale": "en-GB", "is_native": True, "x": 1}],
            "accents": [{"accent": "a", "locale": "en-GB", "is_native": False}],
        },
        Voice,
    )
    assert new == Voice(
        id="v",
        gender="feminine",
        access={"kind": "public"},
        locales=(VoiceLocale(locale="en-GB", is_native=True, extra={"x": 1}),),
        accents=(VoiceAccent(accent="a", locale="en-GB", is_native=False),),
    )


def test_a_new_value_of_an_enumeration_is_kept() -> None:
    """A value that the library does not know stays the string it is."""
    assert structure({"id": "v", "gender": "of 2030"}, Voice).gender == "of 2030"


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("id", 7, "str, not int"),
        ("id", None, "str, not NoneType"),
        ("id", ["v"], "str, not list"),
        ("name", 7, "str, not int"),
        ("name", True, "str, not bool"),
        ("gender", 7, "str, not int"),
        ("is_owner", "true", "bool, not str"),
        ("is_owner", 1, "bool, not int"),
        ("embedding", "0.5", "a list, not str"),
        ("embedding", {"0": 0.5}, "a list, not dict"),
        ("locales[0]", "en", "an object, not str"),
        ("locales[1].is_native", "yes", "bool, not str"),
    ],
)
def test_nothing_is_coerced(field: str, value: object, expected: str) -> None:
    """A value of another type is an error that names its place, what was expected and what came."""
    document: dict[str, Any] = {"id": "v"}
    if field == "locales[0]":
        document["locales"] = [value]
    elif field == "locales[1].is_native":
        document["locales"] = [{}, {"is_native": value}]
    else:
        document[field] = value
    with pytest.raises(APIResponseError) as caught:
        structure(document, Voice)
    assert caught.value.details == (f"expected {expected} @ $.{field}",)


@pytest.mark.parametrize(("value", "fits"), [(3, True), (3.0, False), ("3", False), (True, False), (2**70, True)])
def test_whole_numbers(value: object, fits: bool) -> None:
    """A whole number is written as one."""
    if fits:
        assert structure({"id": "f", "size": value}, DatasetFile).size == value
    else:
        with pytest.raises(APIResponseError):
            structure({"id": "f", "size": value}, DatasetFile)


@pytest.mark.parametrize(("value", "fits"), [(3, True), (3.5, True), ("3", False), (True, False), ([], False)])
def test_numbers(value: object, fits: bool) -> None:
    """A number may be written without a fraction, but not as anything else."""
    document = {"data": "", "step_time": value}
    if fits:
        assert structure(document, AudioChunk).step_time == value
    else:
        with pytest.raises(APIResponseError) as caught:
            structure(document, AudioChunk)
        assert caught.value.details == (f"expected float, not {type(value).__name__} @ $.step_time",)


def test_times_become_tuples() -> None:
    """Words and times, lists on the wire, are tuples."""
    times = structure({"words": ["a"], "start": [0], "end": [0.5]}, WordTimestamps)
    assert times == WordTimestamps(words=("a",), start=(0,), end=(0.5,))


@pytest.mark.parametrize("name", ["ok", "status"])
@pytest.mark.parametrize("value", [True, False])
def test_the_service_is_up(name: str, value: bool) -> None:
    """The oldest description of the service says `status` for `ok`."""
    assert structure({name: value, "version": "2024-06-10"}, ApiInfo) == ApiInfo(ok=value, version="2024-06-10")


@pytest.mark.parametrize(
    ("document", "has_more", "cursor"),
    [
        ([{"id": "a"}, {"id": "b"}], False, None),
        ({"data": [{"id": "a"}, {"id": "b"}], "has_more": True}, True, None),
        ({"data": [{"id": "a"}, {"id": "b"}], "has_more": True, "next_page": "b"}, True, "b"),
        ({"data": [{"id": "a"}, {"id": "b"}], "next_page": None}, False, None),
    ],
)
def test_pages(document: object, has_more: bool, cursor: str | None) -> None:
    """A page is read in the shape of each version; a bare array is the only one."""
    assert structure_page(document, Voice) == ([Voice(id="a"), Voice(id="b")], has_more, cursor)


@pytest.mark.parametrize("document", [[], {"data": []}, {"data": None, "has_more": False}])
def test_an_empty_page(document: object) -> None:
    """A page may be empty, which may be written as null."""
    assert structure_page(document, Voice) == ([], False, None)


@pytest.mark.parametrize("document", [None, "x", {}, {"data": {}}, {"items": []}, 3])
def test_no_page(document: object) -> None:
    """What is neither a page nor an array is an error that says so."""
    with pytest.raises(APIResponseError, match="neither a page nor an array"):
        structure_page(document, Voice)


def test_where_a_page_is_wrong() -> None:
    """An error in a page names the item and its field, and does not go on for ever."""
    with pytest.raises(APIResponseError) as caught:
        structure_page({"data": [{"id": "a"}, {}, {"id": 4}]}, Voice)
    assert caught.value.details == ("required field missing @ $.data[1].id", "expected str, not int @ $.data[2].id")
    with pytest.raises(APIResponseError) as caught:
        structure_page([{}] * 1000, Voice)
    assert caught.value.details[0] == "required field missing @ $[0].id"
    assert len(caught.value.details) <= 20
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("body", [b"", b"{}", b"nonsense", b"\xff", b"[1]"])
@pytest.mark.parametrize("nothing", [None, NoneType])
def test_no_answer_is_expected(body: bytes, nothing: object) -> None:
    """Where nothing is to come, whatever comes is nothing."""
    assert read_json(body, nothing) is None


def test_json_is_read_leniently() -> None:
    """What Python's JSON reads beyond the standard, such as NaN, is read."""
    assert math.isnan(read_json(b'{"embedding":[NaN]}', EmbeddingResponse).embedding[0])
    assert read_json('{"id":"ü"}'.encode(), Voice) == Voice(id="ü")
    assert read_json(b'[1, {"a": null}]', Any) == [1, {"a": None}]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "is empty"),
        (b"<html>busy</html>", "begins with '<html>busy</html>'"),
        (b'{"id":', "begins with '{\"id\":'"),
        (b"[" * 100_000, "begins with '[[["),
        (b"\xff\xfe", "begins with"),
    ],
)
def test_no_json(body: bytes, text: str) -> None:
    """A body that is not JSON is an error that shows how it begins and keeps the request's id."""
    with pytest.raises(APIResponseError) as caught:
        read_json(body, Voice, request_id="r")
    assert text in str(caught.value)
    assert len(str(caught.value)) < 250
    assert caught.value.request_id == "r"


def test_a_misfit_keeps_the_request_id() -> None:
    """So is JSON that does not fit."""
    with pytest.raises(APIResponseError) as caught:
        read_json(b"{}", Voice, request_id="r")
    assert caught.value.request_id == "r"


def test_audio_is_not_shown() -> None:
    """What looks like base64 is left out of an error."""
    with pytest.raises(APIResponseError) as caught:
        read_json(b'{"data":"' + b"c2VjcmV0" * 30, Voice)
    assert "c2VjcmV0c2VjcmV0" not in str(caught.value)


def test_requests_are_compact_utf8() -> None:
    """A request's JSON has no spaces and no escapes beyond need."""
    assert dumps({"transcript": "Grüße 🎧\n", "n": [1, 0.5, None, True]}) == (
        '{"transcript":"Grüße 🎧\\n","n":[1,0.5,null,true]}'.encode()
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "\ud800", b"x", object(), {1, 2}, [{"a": math.nan}]])
def test_what_json_cannot_hold(value: object) -> None:
    """A request that cannot be written is a `ValueError`."""
    with pytest.raises(ValueError):  # noqa: PT011 - its text is Python's
        dumps({"value": value})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_what_is_written_is_read(document: dict[str, Any]) -> None:
    """What is written comes back the same when it is read."""
    assert json.loads(dumps(document)) == document


@given(JSON, st.sampled_from([*MODELS, AudioChunk, WordTimestamps]))
def test_any_answer_is_read_or_refused(document: object, kind: type) -> None:
    """No JSON makes anything but a model or an `APIResponseError`."""
    try:
        assert isinstance(structure(document, kind), kind)
    except APIResponseError as error:
        assert error.details


@given(st.dictionaries(st.sampled_from([field.name for field in attrs.fields(Voice)]), JSON), JSON)
@example({"locales": {}}, None)
@example({"locales": [{}, {"locale": 3}]}, None)
def test_any_voice_is_read_or_refused(fields: dict[str, Any], name: object) -> None:
    """Nor do fields of any type; what is read holds what came."""
    document = {"id": "v", **fields, "name": name}
    try:
        voice = structure(document, Voice)
    except APIResponseError as error:
        assert all(" @ $." in detail for detail in error.details)
    else:
        assert voice.id == document["id"]
        assert voice.name == name


def test_plain_data() -> None:
    """Models become plain data, at any depth, without what is left out."""
    assert plain(RawFormat(encoding="pcm_s16le", sample_rate=8000)) == {
        "container": "raw", "encoding": "pcm_s16le", "sample_rate": 8000
    }  # fmt: skip
    assert plain(WavFormat(encoding="pcm_s16le", sample_rate=8000))["container"] == "wav"
    assert plain(Mp3Format(sample_rate=44100, bit_rate=128000))["container"] == "mp3"
    assert plain(GenerationConfig(speed=1.5)) == {"speed": 1.5}
    controls = ExperimentalControls(emotion=("joy", "calm"))
    assert plain(VoiceByEmbedding([0.5], experimental_controls=controls)) == {
        "embedding": [0.5], "experimental_controls": {"emotion": ["joy", "calm"]}
    }  # fmt: skip
    mixed = {"voices": [MixVoice(id="v", weight=1), {"id": "w", "weight": None}], "language": None}
    assert plain(mixed) == {"voices": [{"id": "v", "weight": 1}, {"id": "w"}]}
    assert plain("text") == "text"
