"""The quick way to read events, held equal to the plain one."""

from __future__ import annotations

import importlib.util
import json
import math
import pickle
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cartesia_async import APIResponseError, AudioChunk, StreamEventError
from cartesia_async._wire import chunks, codec, documents, events
from cartesia_async._wire.events import EventReader
from cartesia_async.models.api_status import ApiInfo
from cartesia_async.models.datasets import Dataset, DatasetFile
from cartesia_async.models.events import Done, FlushDone, PhonemeTimestamps, Timestamps, TTSEvent, WordTimestamps
from cartesia_async.models.voices import EmbeddingResponse, Voice, VoiceAccent, VoiceLocale, VoiceMetadata
from tests.wire.frames import LONG, b64

STANDARD = (documents.plainly_read, documents.plainly_decoded)
FOUND = (documents.quickly_read, documents.quickly_decoded)
WAYS = {"standard": STANDARD, "found": FOUND}


@contextmanager
def going(way: tuple[Callable[..., Any], Callable[..., Any]] | None) -> Iterator[None]:
    """Read events in one of the quick *ways*, or in none."""
    with pytest.MonkeyPatch.context() as patch:
        if way is None:
            patch.setattr(events, "quick_chunk", lambda _: None)
        else:
            patch.setattr(chunks, "quickly_read", way[0])
            patch.setattr(chunks, "quickly_decoded", way[1])
        yield


def outcome(way: Any, *pieces: bytes) -> tuple[object, ...]:
    """Read the *pieces* of a body; tell all that comes of it."""
    reader = EventReader[Any](TTSEvent)
    ready = deque[Any]()
    error = None
    with going(way):
        try:
            for piece in pieces:
                reader.feed(piece, ready)
        except (APIResponseError, StreamEventError) as raised:
            error = (type(raised), str(raised))
    # `repr` tells 1, 1.0 and True apart, which are equal to Python, and takes one NaN for another.
    shown = [(repr(event), getattr(event, "data", None)) for event in ready]
    return shown, error, reader.events_received, reader.context_id, reader.finished


NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70),
    st.sampled_from([2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**30]),
    st.floats(allow_nan=False, allow_infinity=False),
)
ODD = NUMBERS | st.sampled_from([None, True, "", "a", {}, [], math.nan, math.inf, "\ud800", "é"])
AUDIO = st.one_of(
    st.binary(max_size=40).map(b64),
    st.sampled_from(
        [b64(LONG), b64(LONG)[:-1], b64(LONG)[:2400] + "!", "YQ", "YQ=", "YR==", "YWFh=", "YW\nFh", "é", 'a"b']
    ),
    ODD,
)
USUAL: dict[str, st.SearchStrategy[Any]] = {
    "type": st.just("chunk"),
    "data": st.binary(max_size=40).map(b64) | st.just(b64(LONG)),
    "done": st.just(False),
    "status_code": st.just(206),
    "step_time": NUMBERS,
    "context_id": st.none() | st.text(max_size=3),
    "flush_id": st.none() | st.integers(0, 3),
}
CHUNKS = st.fixed_dictionaries(
    {"data": USUAL["data"]}, optional={name: usual for name, usual in USUAL.items() if name != "data"}
)
# What may be odd about one field of a chunk that is else as usual.
ODDITIES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys([*USUAL, "sample_rate", "pitch", "error", "title", "word_timestamps"], ODD),
    "type": st.sampled_from(["done", "timestamps", "error", "viseme", "", None, 7]),
    "data": AUDIO,
    "done": st.sampled_from([True, None, 1, "yes"]),
    "word_timestamps": st.sampled_from([None, {}, {"words": ["a"], "start": [10**30], "end": [0.5]}]),
    "inner": st.sampled_from([{"data": b64(LONG)}, {"data": "YQ=="}]),
}
ODD_CHUNKS = st.sampled_from(sorted(ODDITIES)).flatmap(
    lambda name: st.tuples(CHUNKS, ODDITIES[name]).map(lambda drawn: {**drawn[0], name: drawn[1]})
)
EVENTS = CHUNKS | ODD_CHUNKS


def written(document: dict[str, Any], *, spaced: bool) -> bytes:
    """Write a document as one of the ways that JSON can be written."""
    return json.dumps(document, separators=(", ", ": ") if spaced else (",", ":")).encode()


@pytest.mark.parametrize("way", WAYS)
@given(st.lists(st.tuples(EVENTS, st.booleans()), min_size=1, max_size=4), st.data())
def test_any_event_however_it_is_cut(way: str, sent: list[tuple[dict[str, Any], bool]], data: st.DataObject) -> None:
    """Both ways give the same objects, or the same error, for any event and for any cut."""
    body = b"".join(b"data: " + written(document, spaced=spaced) + b"\n\n" for document, spaced in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=4)))
    pieces = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    assert outcome(WAYS[way], *pieces) == outcome(None, body)


@pytest.mark.parametrize("way", WAYS)
@given(st.text(alphabet='{}[]",:\\udatyphcnk0123456789.eE+-NaIfly é ', max_size=60), st.booleans())
@example('"type":"chunk","data":"YQ==","step_time":18446744073709551616', False)
@example('"type":"chunk","data":"YQ==","data":"Yg=="', False)
@example('"type":"chunk","data":"YQ==","data":"Yg=="', True)
@example('"type":"chunk","\\u0064ata":"YQ=="', False)
@example('"type":"chunk","data":"YQ==","step_time":NaN', False)
@example('"type":"chunk","data":"YQ==","context_id":"\\ud800"', False)
@example('"type":"chunk","data":"YQ=="} {', False)
@example('"type":"chunk","data":"YQ\\u003d="', True)
def test_any_text(way: str, inside: str, long: bool) -> None:
    """Nor does text that is hardly JSON, or not at all, make a difference."""
    text = inside.replace("YQ==", b64(LONG)) if long else inside
    body = b"data: {" + text.encode(errors="surrogatepass").replace(b"\n", b"") + b"}\n\n"
    assert outcome(WAYS[way], body) == outcome(None, body)


AROUND = st.lists(
    st.sampled_from(
        [*'{}[]",:;\\ 0e', '"type":"chunk"', '"done":', "false", '"data":', '"YQ=="', '"context_id":', "null"]
    ),
    max_size=6,
).map("".join)


@pytest.mark.parametrize("way", WAYS)
@given(AROUND, AROUND)
@example('"done":{', ',"x":1}')
@example('"done":{', "}")
@example("", ",")
@example(",", "")
@example("", "e0")
@example('"done":{,', "}")
@example('"done":{', "},")
@example('"type":"chunk","done":{"x":1,', '},"done":false')
@example('"context_id":{', ',"x":1},"context_id":"c","type":"chunk"')
@example('"context_id":', ',"c","type":"chunk"')
@example('"context_id":"x', ',","type":"chunk"')
@example('"context_id":"x\\', ',"","type":"chunk"')
@example('"context_id":"c1,', '}","type":"chunk"')
@example('"data":{', ',"x":1}')
@example('"type":"chunk";', "")
@example('"type":"chunk",,', "")
@example('"type":"chunk",', ",")
@example('"type":"chunk",', ' ,"done":false')
@example('"type":"chunk",', ',"data":"YQ=="')
@example('"type":"chunk","data":"YQ==",', "")
@example('"type":"chunk",', ',"d\\u0061ta":"YQ=="')
def test_whatever_is_around_the_audio(way: str, before: str, after: str) -> None:
    """Cut out of its event, the audio of a long chunk is what reading the whole would have given, or else is not cut out."""
    body = f'data: {{{before}"data":"{b64(LONG)}"{after}}}\n\n'.encode()
    assert outcome(WAYS[way], body) == outcome(None, body)


@given(st.recursive(ODD, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner), max_leaves=8))
def test_what_is_read_exactly(document: object) -> None:
    """Whatever reads JSON exactly reads what the standard library does, numbers of any size among it."""
    data = json.dumps(document).encode()
    assert repr(documents.read_exactly(data)) == repr(documents.plainly_read(data))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("audio", [b"ab", LONG], ids=["short", "long"])
@pytest.mark.parametrize("kind", [{"type": "chunk"}, {}], ids=["typed", "untyped"])
@pytest.mark.parametrize("place", range(6))
def test_the_usual_chunk_goes_the_quick_way(way: str, audio: bytes, kind: dict[str, str], place: int) -> None:
    """What a stream is made of is read without the plain way, wherever its audio stands in the event."""
    fields = list({**kind, "done": False, "status_code": 206, "step_time": 1.5, "context_id": "c"}.items())
    document = dict([*fields[:place], ("data", b64(audio)), *fields[place:]])
    with going(WAYS[way]):
        made = chunks.quick_chunk(written(document, spaced=False))
    assert made == AudioChunk(data=audio, status_code=206, step_time=1.5, context_id="c")


def test_accelerators_are_used_where_they_are_installed() -> None:
    """What reads JSON and base64 is the fastest that is installed."""
    for way, plain, name in zip(FOUND, STANDARD, ("orjson", "pybase64"), strict=True):
        assert (way is not plain) == (importlib.util.find_spec(name) is not None)


def test_a_chunk_made_quickly_is_like_any_other() -> None:
    """It is equal to one made by its class, pickles, and is frozen."""
    made = chunks.quick_chunk(b'{"type":"chunk","data":"YQ==","flush_id":1,"sample_rate":8000}')
    assert made is not None
    usual = AudioChunk(data=b"a", flush_id=1, sample_rate=8000)
    assert made == pickle.loads(pickle.dumps(made)) == usual
    assert made.extra == {}
    with pytest.raises(AttributeError):
        made.data = b""


MODELS: list[type] = [
    *(ApiInfo, Dataset, DatasetFile, EmbeddingResponse, Voice, VoiceAccent, VoiceLocale, VoiceMetadata),
    *(Timestamps, PhonemeTimestamps, FlushDone, Done, WordTimestamps),
]
CAREFUL = codec._new_converter(detailed=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
FITTING: dict[str, st.SearchStrategy[Any]] = {
    "embedding": st.lists(st.floats(allow_nan=False), max_size=3),
    "locales": st.lists(st.fixed_dictionaries({}, optional={"locale": st.text(max_size=3), "is_native": JSON})),
    "accents": st.lists(st.dictionaries(st.sampled_from(["accent", "locale", "later"]), st.text(max_size=3))),
    "word_timestamps": st.fixed_dictionaries({}, optional={"words": st.lists(st.text(max_size=2)), "start": JSON}),
    "phoneme_timestamps": st.fixed_dictionaries({}, optional={"phonemes": st.lists(st.text(max_size=2))}),
    "ok": st.booleans(),
    "id": st.text(max_size=3),
}


def _documents(kind: type) -> st.SearchStrategy[dict[str, Any]]:
    names = [field.name for field in attrs.fields(kind)]
    fields = {name: st.none() | FITTING.get(name, st.text(max_size=3)) | JSON for name in [*names, "later"]}
    return st.fixed_dictionaries({}, optional=fields)


@given(st.sampled_from(MODELS).flatmap(lambda kind: st.tuples(st.just(kind), _documents(kind) | JSON)))
def test_models_are_filled_as_cattrs_makes_them(drawn: tuple[type, Any]) -> None:
    """Of any document the quick hooks make what cattrs' own make, or both refuse it."""
    kind, document = drawn
    found: list[str | None] = []
    for converter in (codec._converter, CAREFUL):
        try:
            found.append(repr(converter.structure(document, kind)))
        except Exception:
            found.append(None)
    assert found[0] == found[1]
