"""What goes wrong in a stream of events, and what is told of it."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from cartesia_async import (
    APIResponseError,
    AudioChunk,
    Done,
    StreamEventError,
    StreamInterruptedError,
)
from cartesia_async._wire.events import EventReader
from cartesia_async.models.events import TTSEvent
from tests.wire.frames import DONE, LONG, b64, frame, read


def wrong(*documents: object) -> APIResponseError:
    """Give the error that *documents* raise."""
    with pytest.raises(APIResponseError) as caught:
        read(*documents)
    return caught.value


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            {"type": "error", "done": True, "status_code": 400, "title": "Invalid voice", "message": "It is not valid.",
             "error_code": "voice_not_found", "request_id": "2ff8", "doc_url": "https://docs.example/e"},
            "400 Invalid voice: It is not valid. (voice_not_found, request 2ff8)",
        ),
        ({"type": "error", "done": True, "status_code": 400, "error": "Invalid voice: It is not valid."},
         "400 Invalid voice: It is not valid."),
        ({"error": "Invalid voice: It is not valid.", "status_code": 400}, "400 Invalid voice: It is not valid."),
        ({"title": "Invalid voice", "message": "It is not valid.", "status_code": 400},
         "400 Invalid voice: It is not valid."),
    ],
)  # fmt: skip
def test_errors_of_both_generations(document: dict[str, Any], message: str) -> None:
    """An error event of either generation is raised, with all that it tells."""
    with pytest.raises(StreamEventError) as caught:
        read({**document, "context_id": "c"})
    error = caught.value
    assert str(error) == message
    assert (error.status_code, error.title, error.message) == (400, "Invalid voice", "It is not valid.")
    assert error.error_code == document.get("error_code")
    assert error.doc_url == document.get("doc_url")
    assert error.request_id == document.get("request_id")
    assert error.context_id == "c"


def test_an_error_that_only_the_frame_names() -> None:
    """An event whose frame is named ``error`` is one, whatever it holds."""
    with pytest.raises(StreamEventError, match="boom") as caught:
        read(frame({"message": "boom"}, "error"))
    assert caught.value.status_code is None


@pytest.mark.parametrize("fault", [{"type": "error", "error": "A: b"}, '{"type":', [1], {"type": "chunk", "data": "?"}])
def test_what_came_before_a_fault_is_kept(fault: object) -> None:
    """Events before a faulty one, in the same piece of the network, are ready when it is raised; none after are."""
    reader = EventReader[Any](TTSEvent)
    ready = deque[Any]()
    chunk = {"type": "chunk", "data": "YWI=", "context_id": "c"}
    with pytest.raises((StreamEventError, APIResponseError)) as caught:
        reader.feed(frame(chunk) * 2 + frame(fault) + frame(chunk), ready)
    assert list(ready) == [AudioChunk(data=b"ab", context_id="c")] * 2
    assert (reader.events_received, reader.context_id) == (2, "c")
    if isinstance(caught.value, APIResponseError):
        assert str(caught.value).startswith("event 3 of the stream cannot be understood: ")


SOUND = b64(LONG)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ('{"type":"chunk","data":"' + SOUND, "not JSON"),
        ('{"type":"chunk","data":"YWI=}', "not JSON"),
        ("null", "not a JSON object"),
        (f'"{SOUND}"', "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        ({"type": "chunk", "data": SOUND + "!"}, "base64"),
        ({"type": "chunk", "data": "YWI"}, "base64"),
        ({"type": "chunk", "data": "YW I="}, "base64"),
        ({"type": "chunk", "data": "é"}, "base64"),
        ({"type": "chunk", "data": None}, r"expected base64, not NoneType @ \$.data"),
        ({"type": "chunk"}, r"required field missing @ \$.data"),
        ({"type": "chunk", "data": SOUND, "step_time": "1"}, r"expected float, not str @ \$.step_time"),
        ({"type": "chunk", "data": SOUND, "status_code": True}, r"expected int, not bool @ \$.status_code"),
        ({"type": "chunk", "data": SOUND, "context_id": 5}, r"expected str, not int @ \$.context_id"),
        ({"type": "timestamps", "word_timestamps": [SOUND]}, r"expected an object, not list @ \$.word_timestamps"),
        ({"type": "timestamps", "word_timestamps": {"words": SOUND}}, r"a list, not str @ \$.word_timestamps.words"),
        ({"type": "done", "status_code": "200"}, r"expected int, not str @ \$.status_code"),
    ],
)
def test_faulty_events(fault: object, reason: str) -> None:
    """What is no event is an `APIResponseError` that says which and why, and shows none of the audio."""
    error = wrong(fault)
    assert str(error).startswith("event 1 of the stream cannot be understood: ")
    with pytest.raises(APIResponseError, match=reason):
        raise error
    assert error.details
    assert SOUND[:40] not in str(error) + repr(error) + str(error.details) + str(error.__cause__)


def test_bytes_that_are_no_text() -> None:
    """Bytes that are not UTF-8 are an error of the answer."""
    assert "not JSON" in str(wrong(b'data: {"type":"\xff"}\n\n'))


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "without its last event, after 0 events"),
        (frame({"data": "YWI="}), "without its last event, after 1 events"),
        (frame({"data": "YWI="}) + frame(DONE)[:-9], "in the middle of an event, after 1 events"),
        (b'data: {"data":"YW', "in the middle of an event, after 0 events"),
        (b'{"data":"YWI="}\n{"done":', "in the middle of an event, after 1 events"),
    ],
)
def test_an_end_without_done(body: bytes, where: str) -> None:
    """A stream that ends before its last event is an error that tells where, never a silent end."""
    with pytest.raises(StreamInterruptedError, match=where):
        read(body, end=True)


def test_the_last_line_end_may_be_missing() -> None:
    """A whole event at the end of the body counts, though the blank line after it is missing."""
    assert read(frame({"data": "YWI="}) + frame(DONE)[:-2], end=True) == [AudioChunk(data=b"ab"), Done(status_code=200)]


def test_a_fault_tells_how_far_the_stream_had_come() -> None:
    """The reader writes on an error of the stream how many events came, and of which context."""
    reader = EventReader[Any](TTSEvent)
    reader.feed(frame({"data": "YWI=", "context_id": "c"}), deque[Any]())
    error = StreamInterruptedError("cut")
    reader.describe(error)
    assert (error.events_received, error.context_id) == (1, "c")
