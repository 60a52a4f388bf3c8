"""What each fault does to the bytes of an answer."""

from __future__ import annotations

import json
import math

import pytest

from cartesia_async.emulator import Emulator

from .conftest import SPEECH, Ask


def events(body: bytes) -> list[dict[str, object]]:
    """Read the JSON of whole server-sent events."""
    return [json.loads(frame.partition(b"data: ")[2]) for frame in body.split(b"\n\n") if frame]


async def test_an_answer_without_a_fault_is_whole(ask: Ask) -> None:
    """What the others are compared with: events to `done`, and a body that ends."""
    wire = await ask("POST", "/tts/sse", SPEECH)
    assert wire.whole
    assert [event["type"] for event in events(wire.body)][-1] == "done"
    assert len(events(wire.body)) == 4


@pytest.mark.parametrize("drop", ["close", "reset", "end"])
@pytest.mark.parametrize("count", [0, 1, 3])
async def test_events_are_cut_off(emulator: Emulator, ask: Ask, drop: str, count: int) -> None:
    """`drop_after` counts events; closed and reset the body does not end, and by `"end"` it does."""
    emulator.fail("/tts/sse", drop_after=count, drop=drop)  # type: ignore[arg-type]
    wire = await ask("POST", "/tts/sse", SPEECH)
    assert wire.status == 200
    assert [event["type"] for event in events(wire.body)] == ["chunk"] * count
    assert (wire.whole, wire.ending) == {"close": (False, "eof"), "reset": (False, "reset"), "end": (True, "open")}[
        drop
    ]


async def test_a_cut_closes_unless_told_otherwise(emulator: Emulator, ask: Ask) -> None:
    """`drop_after` alone closes the connection in the middle of the body."""
    emulator.fail("/tts/sse", drop_after=1)
    wire = await ask("POST", "/tts/sse", SPEECH)
    assert (wire.whole, wire.ending) == (False, "eof")


@pytest.mark.parametrize("drop", ["close", "reset", "end"])
async def test_an_event_is_cut_in_half(emulator: Emulator, ask: Ask, drop: str) -> None:
    """With `half`, half of the next event comes before the cut."""
    emulator.fail("/tts/sse", drop_after=1, half=True, drop=drop)  # type: ignore[arg-type]
    wire = await ask("POST", "/tts/sse", SPEECH)
    first, half = wire.body.split(b"\n\n")
    assert len(events(first + b"\n\n")) == 1
    assert half.startswith(b'event: chunk\ndata: {"type":"chunk"')
    assert not half.endswith(b"}")


async def test_a_cut_beyond_the_end_comes_before_the_last_event(emulator: Emulator, ask: Ask) -> None:
    """A fault that is scripted happens, however short the answer: `done` never comes."""
    emulator.fail("/tts/sse", drop_after=1_000)
    wire = await ask("POST", "/tts/sse", SPEECH)
    assert not wire.whole
    assert {event["type"] for event in events(wire.body)} == {"chunk"}


async def test_a_cut_may_come_right_after_the_last_event(emulator: Emulator, ask: Ask) -> None:
    """A cut after as many events as there are leaves them all, and no end of the body."""
    count = len(events((await ask("POST", "/tts/sse", SPEECH)).body))
    emulator.fail("/tts/sse", drop_after=count)
    wire = await ask("POST", "/tts/sse", SPEECH)
    assert events(wire.body)[-1]["type"] == "done"
    assert (wire.whole, wire.ending) == (False, "eof")


@pytest.mark.parametrize("drop", ["close", "reset", "end"])
@pytest.mark.parametrize("count", [0, 1, 10_001])
async def test_audio_is_cut_off(emulator: Emulator, ask: Ask, drop: str, count: int) -> None:
    """`drop_after` counts bytes of audio, to the byte."""
    whole = (await ask("POST", "/tts/bytes", SPEECH)).body
    emulator.fail("/tts/bytes", drop_after=count, drop=drop)  # type: ignore[arg-type]
    wire = await ask("POST", "/tts/bytes", SPEECH)
    assert wire.body == whole[:count]
    assert (wire.whole, wire.ending) == {"close": (False, "eof"), "reset": (False, "reset"), "end": (True, "open")}[
        drop
    ]


async def test_audio_is_cut_before_its_end(emulator: Emulator, ask: Ask) -> None:
    """A cut beyond the end of the audio leaves all of it, and no end of the body."""
    whole = (await ask("POST", "/tts/bytes", SPEECH)).body
    emulator.fail("/tts/bytes", drop_after=10**9)
    wire = await ask("POST", "/tts/bytes", SPEECH)
    assert wire.body == whole
    assert (wire.whole, wire.ending) == (False, "eof")


@pytest.mark.parametrize("drop", ["close", "reset", "end"])
@pytest.mark.parametrize("count", [0, 20, 10**9])
async def test_json_is_cut_off(emulator: Emulator, ask: Ask, drop: str, count: int) -> None:
    """A JSON answer loses its end: its length is what it should be, or, by `"end"`, what has come."""
    whole = (await ask("GET", "/voices")).body
    emulator.fail("/voices", drop_after=count, drop=drop)  # type: ignore[arg-type]
    wire = await ask("GET", "/voices")
    assert wire.body == whole[: min(count, len(whole) - 1)]
    assert (wire.whole, wire.ending) == {"close": (False, "eof"), "reset": (False, "reset"), "end": (True, "open")}[
        drop
    ]
    length = len(wire.body) if drop == "end" else len(whole)
    assert f"content-length: {length}\r\n" in wire.head.lower() + "\r\n"


@pytest.mark.parametrize("drop", ["close", "reset"])
@pytest.mark.parametrize(("method", "path"), [("GET", "/voices"), ("POST", "/tts/bytes"), ("POST", "/tts/sse")])
async def test_there_is_no_answer(emulator: Emulator, ask: Ask, drop: str, method: str, path: str) -> None:
    """`drop` alone ends the connection before an answer, and the request is in the records."""
    emulator.fail(path, drop=drop)  # type: ignore[arg-type]
    wire = await ask(method, path, SPEECH if method == "POST" else None)
    assert (wire.head, wire.ending) == ("", {"close": "eof", "reset": "reset"}[drop])
    assert emulator.requests.last.status is None
    assert emulator.requests.last.json == (SPEECH if method == "POST" else None)


@pytest.mark.parametrize(("path", "count"), [("/tts/sse", 2), ("/tts/bytes", 500), ("/tts/sse", 0), ("/tts/bytes", 0)])
async def test_an_answer_goes_silent(emulator: Emulator, ask: Ask, path: str, count: int) -> None:
    """After so many events or bytes nothing more comes, and the connection stays open."""
    emulator.fail(path, stall_after=count)
    wire = await ask("POST", path, SPEECH)
    assert (wire.status, wire.whole, wire.ending) == (200, False, "open")
    assert (len(events(wire.body)) if path == "/tts/sse" else len(wire.body)) == count


@pytest.mark.parametrize(
    ("path", "half"), [("/tts/sse", False), ("/tts/sse", True), ("/voice*", False), ("/tts/bytes", False)]
)
async def test_an_answer_goes_on_after_a_silence(emulator: Emulator, ask: Ask, path: str, half: bool) -> None:
    """With `stall`, the answer is whole in the end, and not a byte is lost."""
    asked = ("GET", "/voices") if path == "/voice*" else ("POST", path, SPEECH)
    whole = (await ask(*asked)).body
    emulator.fail(path, stall_after=1, stall=0.02, half=half)
    wire = await ask(*asked)
    assert wire.whole
    if path == "/tts/sse":
        assert [event["type"] for event in events(wire.body)] == [event["type"] for event in events(whole)]
    else:
        assert wire.body == whole


async def test_an_answer_may_never_begin(emulator: Emulator, ask: Ask) -> None:
    """An infinite latency is no answer at all on an open connection."""
    emulator.fail("/voices", latency=math.inf, times=1)
    wire = await ask("GET", "/voices")
    assert (wire.head, wire.ending) == ("", "open")


@pytest.mark.parametrize("size", [1, 7, 4_000])
@pytest.mark.parametrize("path", ["/voices", "/tts/sse"])
async def test_an_answer_comes_in_pieces(emulator: Emulator, ask: Ask, size: int, path: str) -> None:
    """With `split`, no piece of the body is larger, and together they are the whole."""
    short = {**SPEECH, "transcript": "a", "output_format": {**SPEECH["output_format"], "sample_rate": 8_000}}
    asked = ("GET", path) if path == "/voices" else ("POST", path, short)
    emulator.fail("*", split=size)
    wire = await ask(*asked)
    assert wire.whole
    if path == "/tts/sse":
        assert max(map(len, wire.pieces)) == min(size, max(map(len, wire.pieces)))
        assert events(wire.body)[-1]["type"] == "done"
        assert len(wire.pieces) >= len(wire.body) // size
    else:
        assert len(json.loads(wire.body)["data"]) == 10
        assert wire.reads > len(wire.body) // size // 10


async def test_an_event_is_added(emulator: Emulator, ask: Ask) -> None:
    """An event comes after as many others as said, in the frame of the call, and the rest follows."""
    emulator.fail("/tts/sse", event={"type": "surprise", "what": "ever"}, after=2)
    wire = await ask("POST", "/tts/sse", SPEECH)
    assert wire.whole
    assert [event["type"] for event in events(wire.body)] == ["chunk", "chunk", "surprise", "chunk", "done"]
    assert b'event: surprise\ndata: {"type":"surprise","what":"ever"}\n\n' in wire.body


@pytest.mark.parametrize("event", [{"type": "error", "status_code": 500, "title": "T"}, {"type": "odd", "done": True}])
async def test_an_event_that_ends_is_the_last(emulator: Emulator, ask: Ask, event: dict[str, object]) -> None:
    """An error, or an event that is done, ends the answer, whose body is whole."""
    emulator.fail("/tts/sse", event=event, after=2)
    wire = await ask("POST", "/tts/sse", SPEECH)
    assert (wire.whole, events(wire.body)[2:]) == (True, [event])


async def test_an_event_comes_before_the_end_of_a_short_answer(emulator: Emulator, ask: Ask) -> None:
    """An event due after more events than there are comes before `done`."""
    emulator.fail("/tts/sse", event={"type": "late"}, after=100)
    wire = await ask("POST", "/tts/sse", SPEECH)
    assert [event["type"] for event in events(wire.body)][-2:] == ["late", "done"]


async def test_a_malformed_event_is_framed_as_any(emulator: Emulator, ask: Ask) -> None:
    """A text stands where the JSON of an event would."""
    emulator.fail("/tts/sse", event='{"type": "chunk", "da', after=1)
    wire = await ask("POST", "/tts/sse", SPEECH)
    assert wire.body.split(b"\n\n")[1] == b'event: chunk\ndata: {"type": "chunk", "da'
    assert wire.whole


async def test_bytes_are_sent_bare(emulator: Emulator, ask: Ask) -> None:
    """Bytes are sent as they are, without a frame."""
    emulator.fail("/tts/sse", event=b": a comment\n\xff\n\n")
    wire = await ask("POST", "/tts/sse", SPEECH)
    assert wire.body.startswith(b": a comment\n\xff\n\nevent: chunk\n")


async def test_an_event_and_a_cut_come_together(emulator: Emulator, ask: Ask) -> None:
    """What happens to one answer may be several things: an event is added, then it is cut."""
    emulator.fail("/tts/sse", event={"type": "odd"}, after=1, drop_after=2, drop="reset", split=100)
    wire = await ask("POST", "/tts/sse", SPEECH)
    assert [event["type"] for event in events(wire.body)] == ["chunk", "odd", "chunk"]
    assert wire.ending == "reset"
    assert max(map(len, wire.pieces)) == 100


@pytest.mark.parametrize(
    ("version", "kind", "body"),
    [
        ("2026-08-14", "application/json", {"error_code": "e", "title": "T", "message": "M"}),
        ("2024-06-10", "text/plain; charset=utf-8", "T: M"),
    ],
)
async def test_a_status_has_the_body_of_its_generation(
    emulator: Emulator, ask: Ask, version: str, kind: str, body: object
) -> None:
    """An error is JSON since 2026-03-01 and text before, with the words asked for."""
    emulator.fail("/tts/sse", status=503, title="T", message="M", error_code="e", retry_after=1.5, headers={"X-A": "b"})
    wire = await ask("POST", "/tts/sse", SPEECH, version=version)
    assert wire.status == 503
    assert f"\r\nContent-Type: {kind}" in wire.head
    assert "\r\nRetry-After: 1.5" in wire.head
    assert "\r\nX-A: b" in wire.head
    if isinstance(body, dict):
        assert json.loads(wire.body) == {**body, "request_id": emulator.requests.last.request_id}
    else:
        assert wire.body.decode() == body


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 418, 422, 429, 500, 502, 503, 504, 529, 599])
async def test_a_status_has_usual_words(emulator: Emulator, ask: Ask, status: int) -> None:
    """Without words of one's own, an error has a title and a message; 429 is the service's of too much at once."""
    emulator.fail("*", status=status)
    wire = await ask("GET", "/voices")
    found = json.loads(wire.body)
    assert wire.status == status
    assert found["title"]
    assert found["message"]
    assert found["error_code"] == {429: "concurrency_limited", 402: "plan_upgrade_required"}.get(status)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<html>Bad Gateway</html>", "text/html"),
        ('{"cut": ', "application/json"),
        ("plainly", "text/plain"),
        (b"\x00\x01", "application/octet-stream"),
        ({"made": "up"}, "application/json"),
        ("", "text/plain"),
    ],
)
@pytest.mark.parametrize("status", [None, 502])
async def test_a_body_is_sent_as_it_is(
    emulator: Emulator, ask: Ask, body: str | bytes | dict[str, object], kind: str, status: int | None
) -> None:
    """A body of one's own is answered with 200, or the status asked for, and a type that fits."""
    emulator.fail("/voices", body=body, status=status)
    wire = await ask("GET", "/voices")
    assert wire.status == (status or 200)
    assert f"\r\nContent-Type: {kind}" in wire.head
    expected = json.dumps(body) if isinstance(body, dict) else body
    assert wire.body == (expected.encode() if isinstance(expected, str) else expected)


async def test_a_body_of_its_own_is_cut_too(emulator: Emulator, ask: Ask) -> None:
    """An error's body may come late, in pieces, and not to its end."""
    emulator.fail("/voices", status=502, body="<html>" * 10, drop_after=20, split=3, latency=0.01)
    wire = await ask("GET", "/voices")
    assert (wire.status, wire.body, wire.whole, wire.ending) == (502, (b"<html>" * 10)[:20], False, "eof")


async def test_headers_are_added_to_the_calls_own_answer(emulator: Emulator, ask: Ask) -> None:
    """Headers alone change the head of an answer that is otherwise the call's own; a type replaces its own."""
    for path in ("/voices", "/tts/bytes"):
        emulator.fail(path, headers={"X-Odd": "1", "content-type": "text/odd"})
    listed = await ask("GET", "/voices")
    spoken = await ask("POST", "/tts/bytes", SPEECH)
    for wire in (listed, spoken):
        assert wire.whole
        assert wire.head.lower().count("content-type") == 1
        assert "x-odd: 1" in wire.head.lower()
        assert "text/odd" in wire.head
    assert len(json.loads(listed.body)["data"]) == 10


async def test_an_empty_answer_bears_every_fault(emulator: Emulator, ask: Ask) -> None:
    """An answer without a body is none the worse for a silence or pieces."""
    emulator.fail("*", status=204)
    emulator.fail("*", status=204, stall_after=3, stall=0, split=1)
    for _ in range(2):
        wire = await ask("GET", "/voices")
        assert (wire.status, wire.body) == (204, b"")
