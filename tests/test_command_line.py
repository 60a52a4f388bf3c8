"""The command line, as a person runs it."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartesia_async.__main__ import main
from cartesia_async.emulator import Emulator

PACKAGE = str(Path(__file__).parents[1])


def run(*arguments: str, text: str | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own, where a warning is an error."""
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-m", "cartesia_async", *arguments],
        input=None if text is None else text.encode(),
        capture_output=True,
        env={**os.environ, "PYTHONPATH": PACKAGE, **environment},
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(engine="tone") as running:
        yield running


@pytest.fixture
def pointed(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """Point the command line at a quick emulator."""
    monkeypatch.setenv("CARTESIA_API_KEY", "test")
    monkeypatch.setenv("CARTESIA_BASE_URL", emulator.base_url)
    return emulator


def test_say_speaks_on_a_fresh_machine(tmp_path: Path) -> None:
    """`say --emulator` leaves a WAV file with true sizes and some speech in it, and prints nothing."""
    file = tmp_path / "hello.wav"
    done = run("say", "Hello, world!", "--emulator", "-o", str(file))
    assert (0, b"", b"") == (done.returncode, done.stdout, done.stderr)
    with wave.open(str(file)) as speech:
        assert speech.getframerate() == 44100
        frames = speech.readframes(1 << 24)
        assert len(frames) == 2 * speech.getnframes()
    assert 44100 < len(frames) < 4 * 2 * 44100
    assert file.stat().st_size == 44 + len(frames)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("name", "start"), [("a.wav", b"RIFF"), ("a.mp3", b""), ("a.raw", b"")])
def test_the_suffix_chooses_the_format(pointed: Emulator, tmp_path: Path, name: str, start: bytes) -> None:
    """The file's suffix chooses container and encoding; the whole way goes over HTTP."""
    file = tmp_path / name
    if name.endswith("mp3"):  # the tone engine has none without the extra, so the request is what counts
        main(["say", "Hi", "-o", str(file)])
    else:
        assert main(["say", "Hi", "-o", str(file), "--voice", "a0e99841-438c-4a64-b679-ae501e7d6091"]) == 0
        assert file.read_bytes().startswith(start)
    asked = pointed.requests[-1]
    assert asked.path == "/tts/bytes"
    assert asked.json["output_format"]["container"] == name[-3:]


def test_text_from_standard_input_and_audio_to_standard_output(pointed: Emulator) -> None:
    """`-` reads the text from standard input, and `-o -` writes a WAV stream to standard output."""
    done = run("say", "-", "-o", "-", text="Hello from a pipe")
    assert (0, b"") == (done.returncode, done.stderr)
    assert pointed.requests[-1].json["transcript"] == "Hello from a pipe"
    with wave.open(io.BytesIO(done.stdout)) as speech:
        assert speech.getframerate() == 44100


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([], 2, "COMMAND"),
        (["sing"], 2, "invalid choice: 'sing'"),
        (["say", "Hi"], 2, "-o"),
        (["say", "Hi", "-o", "x.ogg"], 2, "--output must end in one of .wav, .mp3, .raw"),
        (["say", "Hi", "-o", "no/such/folder/x.wav"], 2, "--output must be in a folder that exists"),
        (["say", " ", "-o", "x.wav"], 2, "transcript must be a string that is not empty"),
        (["say", "Hi", "-o", "x.wav", "--voice", ""], 2, "voice must be an id"),
        (["say", "Hi", "-o", "x.wav", "--voice", "nobody"], 1, "404 Invalid voice"),
        (["emulator", "--port", "x"], 2, "--port"),
        (["emulator", "--port", "99999"], 2, "port"),
    ],
)
def test_bad_use_and_failures(
    pointed: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    status: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Bad use ends with status 2 and a failed call with 1: one line on standard error, no traceback, no file."""
    monkeypatch.chdir(tmp_path)
    try:
        ended = main(arguments)
    except SystemExit as left:
        ended = left.code
    printed = capsys.readouterr()
    assert (status, "") == (ended, printed.out)
    assert printed.err.count("\n") == 1
    assert said.lower() in printed.err.lower()
    assert list(tmp_path.iterdir()) == []


def test_no_key_and_no_service() -> None:
    """Without a key, bad use is said; without a service, that there was no connection."""
    done = run("say", "Hi", "-o", "-")
    assert done.returncode == 2
    assert b"CARTESIA_API_KEY" in done.stderr
    done = run("say", "Hi", "-o", "-", CARTESIA_API_KEY="k", CARTESIA_BASE_URL="http://127.0.0.1:1")
    assert (1, b"", 1) == (done.returncode, done.stdout, done.stderr.count(b"\n"))
    assert b"cannot connect" in done.stderr


def test_emulator_runs_until_ctrl_c() -> None:
    """`emulator` says where it listens, answers, and ends on Ctrl-C without a traceback."""
    command = [sys.executable, "-X", "dev", "-m", "cartesia_async", "emulator", "--port", "0", "--engine", "tone"]
    environment = {**os.environ, "PYTHONPATH": PACKAGE}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        address = next(word for word in line.split() if word.startswith("http://127.0.0.1:"))
        done = run("say", "Hi", "-o", "-", CARTESIA_API_KEY="k", CARTESIA_BASE_URL=address)
        assert done.returncode == 0
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (130, b"") == (process.returncode, errors)
