"""From the bytes of a stream to its typed events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cartesia_async import (
    APIResponseError,
    AudioChunk,
    Done,
    FlushDone,
    PhonemeTimestamps,
    StreamEventError,
    Timestamps,
    UnknownEvent,
)
from cartesia_async.models.events import VoiceChangerEvent
from tests.wire.frames import DONE, LONG, b64, frame, read


def test_speech_as_it_was_captured() -> None:
    """The frames that the service sends give typed events, with the audio decoded."""
    times = {"words": ["Hello", "world"], "start": [0, 0.5], "end": [0.4, 0.9]}
    phonemes = {"phonemes": ["h", "ə"], "start": [0.1, 0.2], "end": [0.2, 0.3]}
    body = b"".join(
        [
            frame({"type": "chunk", "status_code": 206, "done": False, "data": b64(LONG), "step_time": 32.7}, "chunk"),
            frame({"type": "timestamps", "status_code": 206, "done": False, "word_timestamps": times}, "timestamps"),
            frame({"type": "phoneme_timestamps", "done": False, "phoneme_timestamps": phonemes, "context_id": "c"}),
            frame({"type": "flush_done", "done": False, "flush_done": True, "flush_id": 1}),
            frame({"type": "chunk", "status_code": 206, "done": False, "data": b64(b"ab"), "step_time": 3}, "chunk"),
            frame(DONE, "done"),
        ]
    )
    first, words, sounds, flushed, last, done = read(body)
    assert first == AudioChunk(data=LONG, status_code=206, step_time=32.7)
    assert isinstance(words, Timestamps)
    assert words.word_timestamps.words == ("Hello", "world")
    assert words.word_timestamps.end == (0.4, 0.9)
    assert isinstance(sounds, PhonemeTimestamps)
    assert sounds.phoneme_timestamps.phonemes == ("h", "ə")
    assert sounds.context_id == "c"
    assert flushed == FlushDone(flush_id=1)
    assert last == AudioChunk(data=b"ab", status_code=206, step_time=3)
    assert done == Done(status_code=200)


@pytest.mark.parametrize("framing", ["data: %s\n\n", "%s\n", "event: chunk\ndata: %s\n\n"])
@pytest.mark.parametrize("audio", [b"ab", LONG])
def test_voice_changer_without_types(framing: str, audio: bytes) -> None:
    """Events without a type are told apart by what they hold, in both framings of the voice changer."""
    chunk = {"status_code": 206, "done": False, "data": b64(audio), "sample_rate": 44100, "step_time": 12.3}
    ending = {"status_code": 200, "done": True}
    body = "".join(framing % json.dumps(document) for document in (chunk, ending)).encode()
    assert read(body, union=VoiceChangerEvent, end=True) == [
        AudioChunk(data=audio, status_code=206, sample_rate=44100, step_time=12.3),
        Done(status_code=200),
    ]


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"data": "YWI="}, AudioChunk),
        ({"type": None, "data": "YWI="}, AudioChunk),
        ({"type": "", "data": "YWI="}, AudioChunk),
        ({"word_timestamps": {"words": ["a"], "start": [0], "end": [1]}, "done": False}, Timestamps),
        ({"phoneme_timestamps": {"phonemes": []}, "word_timestamps": None}, PhonemeTimestamps),
        ({"done": True, "data": None}, Done),
        ({"done": True, "word_timestamps": None}, Done),
        ({"step_time": 1}, UnknownEvent),
        ({"type": "chunk2", "data": "YWI="}, UnknownEvent),
    ],
)
def test_classification(document: dict[str, Any], kind: type) -> None:
    """The type tells what an event is, and where there is none its fields do."""
    (event,) = read(document)
    assert type(event) is kind


def test_the_frame_names_an_event_that_nothing_else_tells() -> None:
    """Where neither a type nor a field tells, the name of the frame does."""
    assert read(frame({"flush_id": 3}, "flush_done")) == [FlushDone(flush_id=3)]
    assert read(frame({"x": 3}, "news")) == [UnknownEvent(type="news", raw={"x": 3})]
    assert read(frame({"x": 3})) == [UnknownEvent(type="", raw={"x": 3})]


@pytest.mark.parametrize("audio", ["YWI=", b64(LONG)])
def test_unknown_events_are_kept_as_they_came(audio: str) -> None:
    """An event of a type to come keeps all it holds, long or short, and does not show it in its `repr`."""
    document = {"type": "viseme", "data": audio, "status_code": 206, "context_id": "c"}
    (event,) = read(document)
    assert event == UnknownEvent(type="viseme", raw=document)
    assert (event.status_code, event.context_id) == (206, "c")
    assert b64(LONG) not in repr(event)


def test_events_of_other_streams_are_unknown() -> None:
    """What a stream is not made of is an `UnknownEvent`, such as times on the voice changer."""
    times: dict[str, Any] = {"type": "timestamps", "word_timestamps": {"words": []}}
    assert read(times, union=VoiceChangerEvent) == [UnknownEvent(type="timestamps", raw=times)]


@pytest.mark.parametrize("audio", [b"ab", LONG])
@pytest.mark.parametrize("kind", [{}, {"type": "chunk"}, {"type": "done"}])
def test_last_audio_and_done_in_one(audio: bytes, kind: dict[str, str]) -> None:
    """An event with both audio and `done` gives the audio, and then `Done`."""
    event = {**kind, "data": b64(audio), "done": True, "status_code": 200, "context_id": "c"}
    assert read(event, DONE) == [
        AudioChunk(data=audio, status_code=200, context_id="c"),
        Done(status_code=200, context_id="c"),
    ]


def test_any_event_may_say_done() -> None:
    """`done` on times, or on an event of a type to come, ends the stream too."""
    ready = read({"type": "timestamps", "word_timestamps": None, "done": True}, end=True)
    assert [type(event) for event in ready] == [Timestamps, Done]
    ready = read({"type": "viseme", "done": True, "status_code": 200}, end=True)
    assert ready == [UnknownEvent(type="viseme", raw={"type": "viseme", "done": True, "status_code": 200}),
                     Done(status_code=200)]  # fmt: skip


@pytest.mark.parametrize("end", [b"data: [DONE]\n\n", b"data: [DONE]", b"data: [DONE]\n"])
def test_the_older_end(end: bytes) -> None:
    """``[DONE]`` ends a stream."""
    assert read(end, end=True) == [Done()]


def test_nothing_follows_done() -> None:
    """What comes after the last event is ignored, even if it is no event at all, or an error."""
    assert read(frame(DONE) + b"data: nonsense\n\n", b"data: nonsense\n\n", {"type": "error"}, end=True) == [
        Done(status_code=200)
    ]


def test_fields_of_the_future_are_kept() -> None:
    """A field that is not known is kept in `extra`, on every kind of event; what tells the kinds apart is not."""
    chunk, times, done = read(
        {"type": "chunk", "data": "", "done": False, "extra": 1, "pitch": 2},
        {"type": "timestamps", "word_timestamps": {"words": [], "speakers": [1]}, "done": False, "pitch": 2},
        {**DONE, "cost": 3},
    )
    assert chunk == AudioChunk(data=b"", extra={"extra": 1, "pitch": 2})
    assert (times.extra, times.word_timestamps.extra) == ({"pitch": 2}, {"speakers": [1]})
    assert done == Done(status_code=200, extra={"cost": 3})


@pytest.mark.parametrize("times", [{}, {"word_timestamps": None}, {"word_timestamps": {"words": None, "start": None}}])
def test_no_times_are_empty_times(times: dict[str, Any]) -> None:
    """Times that are null or left out are empty."""
    (event,) = read({"type": "timestamps", **times})
    assert event.word_timestamps.words == event.word_timestamps.start == event.word_timestamps.end == ()


NAMES = st.sampled_from(["data", "type", "done", "x", "error", 'a"b', "step_time"])
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    ["chunk", "*", b64(LONG), b64(LONG)[:2400], "YWI=", "!", "\\", 'q"data":"q', None, 1, True, {}]
)
DOCUMENTS = st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES, VALUES, max_size=2), max_size=4)


@given(DOCUMENTS, st.booleans())
@example({"x": {"data": b64(LONG)}, "data": "*"}, False)
@example({"type": "viseme", "data": b64(LONG)}, False)
@example({"error": {}, "data": b64(LONG), "error_code": "x"}, False)
def test_long_events_read_as_short_ones(document: dict[str, Any], spaced: bool) -> None:
    """Reading a long event around its audio gives what reading all of it does, error or not."""
    text = json.dumps(document, separators=(", ", ": ") if spaced else (",", ":"))
    outcomes: list[Any] = []
    # White space before the first name keeps the quick way from being gone: it looks at the first 2000 bytes.
    for written in (text, "{" + " " * 3000 + text[1:], text + " " * 3000):
        try:
            outcomes.append(read(written))
        except (APIResponseError, StreamEventError) as error:
            outcomes.append((type(error), str(error)))
    assert outcomes[0] == outcomes[1] == outcomes[2]


@given(st.lists(st.binary(max_size=4000), max_size=4), st.data())
def test_audio_arrives_whole_however_it_is_cut(pieces: list[bytes], data: st.DataObject) -> None:
    """The audio that comes out is that which went in, wherever the network cut the body."""
    body = b"".join(frame({"type": "chunk", "data": b64(piece), "step_time": 1.5}, "chunk") for piece in pieces)
    body += frame(DONE, "done")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=6)))
    *chunks, done = read(
        *(body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)), end=True
    )
    assert [chunk.data for chunk in chunks] == pieces
    assert isinstance(done, Done)
