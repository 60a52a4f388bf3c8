"""How one exchange comes to be a file."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async.emulator.recording.asked import Asked
from cartesia_async.emulator.recording.keeping import FolderKeeper
from cartesia_async.emulator.recording.recording import Answer, read_recording, to_bytes
from cartesia_async.emulator.recording.secrecy import Secrets
from cartesia_async.emulator.recording.tape import Tape
from cartesia_async.emulator.workers import Workers

ASKED = Asked(method="GET", path="/x")
ANSWER = Answer(status=200)
KEY = "sk_car_0123456789"


def _tape(folder: Path, content_type: str) -> Tape:
    secrets = Secrets()
    secrets.meet([("X-API-Key", KEY)])
    return Tape(folder, "00001-get-x", content_type=content_type, secrets=secrets)


def _recorded(tape: Tape, pieces: list[bytes]) -> tuple[Path, list[bytes]]:
    for number, piece in enumerate(pieces):
        if tape.add(piece, number):
            tape.write_out()
    path = tape.finish(ASKED, ANSWER, target="t", recorded_at="now")
    answer = read_recording(path).answer
    assert [time for time, _ in answer.pieces] == list(range(len(pieces)))
    if answer.file is None:
        return path, [to_bytes(text) for _, text in answer.pieces]
    body = (path.parent / answer.file).read_bytes()
    cut = []
    for _, size in answer.pieces:
        cut.append(body[:size])
        body = body[size:]
    return path.parent / answer.file, cut


@given(
    pieces=st.lists(st.binary(max_size=20)), content_type=st.sampled_from(["audio/wav", "text/plain", "application/x"])
)
def test_pieces_are_kept(pieces: list[bytes], content_type: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every piece is kept as it came, in text and in bytes."""
    folder = tmp_path_factory.mktemp("pieces")
    assert _recorded(_tape(folder, content_type), pieces)[1] == pieces
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("audio/wav", "00001-get-x.wav"),
        ("audio/mpeg", "00001-get-x.mp3"),
        ("application/octet-stream", "00001-get-x.bin"),
        ("text/event-stream", "00001-get-x.json"),
        ("application/json", "00001-get-x.json"),
        ("application/problem+json", "00001-get-x.json"),
    ],
)
def test_where_a_body_lies(content_type: str, name: str, tmp_path: Path) -> None:
    """Audio can be played from its file; text stands in the recording."""
    assert _recorded(_tape(tmp_path, content_type), [b"a", b"b"])[0].name == name


@pytest.mark.parametrize("content_type", ["text/event-stream", "application/json", "text/html"])
def test_long_texts(content_type: str, tmp_path: Path) -> None:
    """A long text lies in a file of its own, secrets hidden where pieces part them too; little of it is in memory."""
    tape = _tape(tmp_path, content_type)
    pieces = [b"word " * 20_000, KEY[:9].encode(), KEY[9:].encode()] * 30
    path, kept = _recorded(tape, pieces)
    assert path.suffix != ".json"
    assert [len(piece) for piece in kept] == [len(piece) for piece in pieces]
    assert kept[:3] == [pieces[0], b"*" * 9, b"*" * 8]
    assert KEY.encode() not in path.read_bytes()


def test_nothing_half_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the recording cannot be written, its body does not stay either."""
    tape = _tape(tmp_path, "audio/wav")
    tape.add(b"RIFF", 0)
    tape.write_out()
    assert [path.name for path in tmp_path.iterdir()] == [".00001-get-x.part"]
    (tmp_path / "00001-get-x.json").mkdir()
    with pytest.raises(OSError):
        tape.finish(ASKED, ANSWER, target="t", recorded_at="now")
    assert [path.name for path in tmp_path.iterdir()] == ["00001-get-x.json"]


def test_a_tape_that_is_thrown_away(tmp_path: Path) -> None:
    """What is discarded leaves nothing."""
    tape = _tape(tmp_path, "audio/wav")
    tape.add(bytes(10), 0)
    tape.write_out()
    tape.discard()
    assert not any(tape.add(bytes(300_000), 1) for _ in range(3))
    tape.write_out()
    assert list(tmp_path.iterdir()) == []
    assert tape.size == 900_010


async def test_writing_outlasts_who_waits_for_it(tmp_path: Path) -> None:
    """What there is to write is written, however often the exchange is cancelled meanwhile."""
    go_on = threading.Event()
    done: list[Path] = []
    workers = Workers()
    reader = SimpleNamespace(asked=lambda: go_on.wait(5) and ASKED)
    keeper = FolderKeeper(
        folder=tmp_path,
        name="1",
        target="t",
        recorded_at="now",
        reader=reader,  # type: ignore[arg-type]
        secrets=Secrets(),
        workers=workers,
        done=done.append,
        failed=lambda error: None,
    )
    keeping = asyncio.create_task(keeper.keep(keeper.tape("text/plain"), ANSWER))
    for _ in range(3):
        await asyncio.sleep(0)
        keeping.cancel()
    await asyncio.sleep(0)
    assert not keeping.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert done == [tmp_path / "1.json"]
    await workers.close()
