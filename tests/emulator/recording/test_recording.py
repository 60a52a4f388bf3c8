"""One exchange as a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async.emulator.recording.asked import Asked
from cartesia_async.emulator.recording.body import Body, Content, FormBody, JSONBody, UploadedFile
from cartesia_async.emulator.recording.recording import (
    FORMAT,
    Answer,
    Recording,
    RecordingError,
    laid_out,
    read_recording,
    to_bytes,
    to_text,
)

RECORDING = Recording(
    request=Asked(method="POST", path="/tts/sse", version="2026-08-14", body=JSONBody({"transcript": "Grüße"})),
    answer=Answer(
        status=200, headers=["Content-Type: text/event-stream"], began=1.5, pieces=[[2.0, "data: é\n\n"], [3.1, "x"]]
    ),
    target="https://api.cartesia.ai",
    recorded_at="2026-11-23T10:00:00+00:00",
)
FILE = UploadedFile(field="clip", size=3, sha256="abc", filename=None, content_type="audio/wav")


@pytest.mark.parametrize(
    "body",
    [
        None,
        JSONBody(None),
        JSONBody({"a": [1, "\ud800"]}),
        FormBody(fields={"a": ["1", "2"]}, files=[FILE]),
        Content(size=3, sha256="abc"),
    ],
    ids=["none", "null", "json", "form", "content"],
)
def test_what_is_written_is_read(body: Body | None, tmp_path: Path) -> None:
    """A recording is read as it was written."""
    recording = attrs.evolve(RECORDING, request=attrs.evolve(RECORDING.request, body=body, query={"a": ["b"]}))
    path = tmp_path / "1.json"
    path.write_bytes(laid_out(recording))
    assert read_recording(path) == recording
    unread = attrs.evolve(RECORDING, request=attrs.evolve(RECORDING.request, body=None, unread=True))
    path.write_bytes(laid_out(unread))
    assert read_recording(path) == unread


def test_it_is_readable() -> None:
    """Letters are letters, and each piece of the answer stands on a line of its own."""
    lines = laid_out(RECORDING).decode().splitlines()
    assert '      "transcript": "Grüße"' in lines
    assert r'      [2.0, "data: é\n\n"],' in lines
    assert json.loads(laid_out(attrs.evolve(RECORDING, answer=Answer(status=204))))["answer"]["pieces"] == []


@given(pieces=st.lists(st.binary(max_size=8)))
def test_any_bytes_are_kept(pieces: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Bytes that are no text, or half a character, come back as they were."""
    answer = Answer(status=200, pieces=[[0.0, to_text(piece)] for piece in pieces])
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(laid_out(attrs.evolve(RECORDING, answer=answer)))
    read = read_recording(path).answer
    assert [to_bytes(text) for _, text in read.pieces] == pieces
    assert read.size == sum(map(len, pieces))


def _changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(laid_out(RECORDING))
    change(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Expecting value"),
        (b"\xff", "decode"),
        (b"[" * 100_000, "recursion"),
        (b"[]", "format"),
        (b'{"format": "other"}', "format"),
        (laid_out(RECORDING)[:-20], "delimiter"),
        (_changed(lambda document: document.pop("request")), "no request"),
        (_changed(lambda document: document.pop("answer")), "answer"),
        (_changed(lambda document: document["request"].pop("method")), "method"),
        (_changed(lambda document: document["request"].update(query=[])), "query"),
        (_changed(lambda document: document["request"].update(path=5)), "path"),
        (
            _changed(lambda document: document["request"].update(form=5) or document["request"].pop("json")),
            "the form of its request",
        ),
        (_changed(lambda document: document["answer"].update(status="200")), "status"),
        (_changed(lambda document: document["answer"].update(ended="well")), "ended"),
        (_changed(lambda document: document["answer"].update(pieces=[[1]])), "piece 1"),
        (_changed(lambda document: document["answer"].update(pieces=[[1, 5]])), "piece 1"),
        (_changed(lambda document: document["answer"].update(headers=["no header"])), "no header"),
        (_changed(lambda document: document["answer"].update(file="x", pieces=[[1, "a"]])), "piece 1"),
        (_changed(lambda document: document["answer"].update(file="x", pieces=[[1, -1]])), "piece 1"),
        (_changed(lambda document: document["answer"].update(file="../x", pieces=[[1, 1]])), "same folder"),
        (_changed(lambda document: document["answer"].update(file="gone", pieces=[[1, 1]])), "gone"),
    ],
    ids=lambda value: value if isinstance(value, str) else "data",
)
def test_damage_is_told(data: bytes, told: str, tmp_path: Path) -> None:
    """A file that is no recording is an error that names it and says what is wrong."""
    path = tmp_path / "1.json"
    path.write_bytes(data)
    with pytest.raises(RecordingError) as raised:
        read_recording(path)
    assert str(path) in str(raised.value)
    assert told in str(raised.value)


def test_the_file_beside_it(tmp_path: Path) -> None:
    """A body that lies in a file of its own must have the length of its pieces."""
    answer = Answer(status=200, file="1.wav", pieces=[[1.0, 2], [2.0, 3]])
    path = tmp_path / "1.json"
    path.write_bytes(laid_out(attrs.evolve(RECORDING, answer=answer)))
    (tmp_path / "1.wav").write_bytes(b"12345")
    assert read_recording(path).answer == answer
    (tmp_path / "1.wav").write_bytes(b"1234")
    with pytest.raises(RecordingError, match="4 bytes, and should have 5"):
        read_recording(path)


def test_a_format_of_its_own() -> None:
    """The file says what it is."""
    assert json.loads(laid_out(RECORDING))["format"] == FORMAT
