"""The voice changer, datasets, the service's state and measuring, from the command line."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import pytest

from cartesia_async.emulator import Emulator
from tests.audio.conftest import Loudspeaker, loudspeaker
from tests.cli.conftest import Cli, run

__all__ = ["loudspeaker"]

BARRY = "a0e99841-438c-4a64-b679-ae501e7d6091"


@pytest.fixture
def clip(cli: Cli, tmp_path: Path) -> Path:
    """Have a recording of speech."""
    pytest.importorskip("parselmouth", reason="the emulator changes voices by its extra")
    assert cli("say", "This is a clip.", "-o", "clip.wav").status == 0
    return tmp_path / "clip.wav"


def test_a_clip_is_changed(cli: Cli, pointed: Emulator, clip: Path, tmp_path: Path) -> None:
    """`change` sends the clip and writes what comes, in the format that the suffix names."""
    outcome = cli("change", "clip.wav", "-o", "changed.wav", "--voice", "barry")
    assert (0, "", "") == (outcome.status, outcome.out, outcome.err)
    with wave.open(str(clip)) as before, wave.open(str(tmp_path / "changed.wav")) as after:
        assert after.getnframes() == pytest.approx(before.getnframes(), rel=0.2)
    asked = pointed.requests[-1]
    assert (asked.path, asked.files[0].filename) == ("/voice-changer/bytes", "clip.wav")
    assert asked.form["voice[id]"] == BARRY


def test_a_clip_in_a_pipe(pointed: Emulator, clip: Path) -> None:
    """A clip comes by standard input, and goes changed by standard output."""
    done = run("change", "-", "-o", "-", "--voice", BARRY, text=clip.read_bytes())
    assert (0, b"") == (done.returncode, done.stderr)
    assert done.stdout.startswith(b"RIFF")


def test_a_changed_clip_is_played(cli: Cli, clip: Path, loudspeaker: Loudspeaker) -> None:
    """`change --play` plays while it comes."""
    assert cli("change", "clip.wav", "--play", "--voice", "Barry").status == 0
    assert len(loudspeaker.data) > 10_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.wav", "-o", "a.wav", "--voice", "Barry"], "none.wav"),
        (["clip.wav", "-o", "a.wav"], "--voice"),
        (["clip.wav", "--voice", "Barry"], "-o FILE"),
    ],
    ids=["no-clip", "no-voice", "nowhere"],
)
def test_nothing_to_change(cli: Cli, tmp_path: Path, arguments: list[str], said: str) -> None:
    """Without a clip, a voice or somewhere to go it is bad use, on one line."""
    outcome = cli("change", *arguments)
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.err.count("\n"))
    assert said in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_a_dataset(cli: Cli, tmp_path: Path) -> None:
    """A dataset is made, filled with files, and listed with them."""
    made = json.loads(cli("datasets", "create", "Recordings", "--description", "Of me", "--json").out)
    assert made["name"] == "Recordings"
    (tmp_path / "one.wav").write_bytes(b"RIFF1234")
    (tmp_path / "two.wav").write_bytes(b"RIFF12345")
    uploaded = cli("datasets", "upload", made["id"], "one.wav", "two.wav")
    assert (0, "", "") == (uploaded.status, uploaded.out, uploaded.err)
    lines = [line.split("\t") for line in cli("datasets", "files", made["id"]).out.splitlines()]
    assert {(name, size) for _, name, size, _ in lines} == {("one.wav", "8"), ("two.wav", "9")}
    [line] = cli("datasets", "list").out.splitlines()
    assert line.split("\t")[:3] == [made["id"], "Recordings", "Of me"]
    assert json.loads(cli("datasets", "list", "--json").out)[0]["id"] == made["id"]


def test_a_file_that_is_missing(cli: Cli, tmp_path: Path) -> None:
    """Files before the one that is missing were sent; it is named, and the status is 2."""
    made = json.loads(cli("datasets", "create", "Recordings", "--json").out)
    (tmp_path / "one.wav").write_bytes(b"RIFF1234")
    outcome = cli("datasets", "upload", made["id"], "one.wav", "none.wav")
    assert (2, 1) == (outcome.status, outcome.err.count("\n"))
    assert "none.wav" in outcome.err
    assert cli("datasets", "files", made["id"]).out.count("\n") == 1


def test_the_status(cli: Cli) -> None:
    """`status` tells whether the service is up, and its version."""
    assert cli("status").out == "ok\tyes\nversion\t2026-08-14\n"
    assert json.loads(cli("status", "--json").out) == {"ok": True, "version": "2026-08-14"}


@pytest.mark.parametrize("way", ["bytes", "sse", "websocket"])
def test_bench(cli: Cli, pointed: Emulator, way: str) -> None:
    """`bench` says a text as often as it is told, each way, and gives numbers that belong together."""
    outcome = cli("bench", "-n", "5", "-c", "2", "--way", way, "--text", "One two three.", "--json")
    assert (0, "") == (outcome.status, outcome.err)
    told = json.loads(outcome.out)
    assert len(told["measured"]) == 5
    paths = [request.path for request in pointed.requests if request.path != "/"]
    assert paths == [f"/tts/{way}"] * 5
    for each in told["measured"]:
        assert 0 < each["first_audio"] <= each["total"]
        assert each["audio"] > 0.2
    for name in ("time to first audio (s)", "time to last audio (s)", "real-time factor"):
        numbers = told[name]
        assert 0 < numbers["min"] <= numbers["median"] <= numbers["p95"] <= numbers["max"]
    firsts = [each["first_audio"] for each in told["measured"]]
    assert told["time to first audio (s)"]["min"] == min(firsts)
    assert told["time to first audio (s)"]["median"] == pytest.approx(sorted(firsts)[2])


def test_bench_in_lines(cli: Cli) -> None:
    """In a pipe `bench` prints a line for each measure: min, median, mean, p95 and max; of one request they are the same."""
    outcome = cli("bench", "-n", "1", "--text", "One.")
    lines = [line.split("\t") for line in outcome.out.splitlines()]
    assert [line[0] for line in lines] == ["time to first audio (s)", "time to last audio (s)", "real-time factor"]
    assert [len(set(line[1:])) for line in lines] == [1, 1, 1]


def test_bench_that_fails(cli: Cli, pointed: Emulator) -> None:
    """The first request that fails ends it with its error."""
    pointed.fail("/tts/bytes", status=402, times=5)
    outcome = cli("bench", "-n", "5", "-c", "3")
    assert (1, "", 1) == (outcome.status, outcome.out, outcome.err.count("\n"))
    assert "402" in outcome.err
