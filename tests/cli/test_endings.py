"""How the command line ends: its statuses, what it says, and what it leaves behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cartesia_async.__main__ import main
from cartesia_async.emulator import Emulator
from tests.cli.conftest import COMMAND, KEY, Cli, environment, run
from tests.processes import complaints

PIPE = subprocess.PIPE
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([], 2, "Missing command"),
        (["sing"], 2, "No such command 'sing'"),
        (["voices"], 2, "cartesia-async voices --help"),
        (["say", "Hi"], 2, "-o"),
        (["say", "Hi", "there", "-o", "x.wav"], 2, "unexpected extra argument"),
        (["say", "Hi", "-o", "x.wav", "--api-key", "sk_car_secret"], 2, "No such option: --api-key"),
        (["say", "Hi", "-f", "x.txt", "-o", "x.wav"], 2, "exclude each other"),
        (["say", "-f", "x.txt", "-o", "x.wav"], 2, "cannot read 'x.txt'"),
        (["say", "Hi", "-o", "x.ogg"], 2, "--output must end in one of .wav, .mp3, .raw"),
        (["say", "Hi", "-o", "x.wav", "--format", "mp3"], 2, "say different things"),
        (["say", "Hi", "-o", "x.wav", "--format", "ogg"], 2, "--format"),
        (["say", "Hi", "-o", "x.mp3", "--encoding", "pcm_s16le"], 2, "--encoding is for wav and raw"),
        (["say", "Hi", "-o", "x.wav", "--bit-rate", "64000"], 2, "--bit-rate is for mp3"),
        (["say", "Hi", "-o", "no/such/folder/x.wav"], 2, "--output must be in a folder that exists"),
        (["say", "Hi", "--format", "raw", "-o", "."], 2, "--output must be a file"),
        (["say", "Hi", "-o", "x.wav", "--srt", "no/x.srt"], 2, "--srt must be in a folder that exists"),
        (["say", "Hi", "-o", "-", "--format", "mp3", "--srt", "x.srt"], 2, "ends in .mp3"),
        (["say", " ", "-o", "x.wav"], 2, "transcript must be a string that is not empty"),
        (["say", "Hi", "-o", "x.wav", "--voice", ""], 2, "voice must be an id"),
        (["say", "Hi", "-o", "x.wav", "--timeout", "0"], 2, "must be a number of seconds above 0"),
        (["say", "Hi", "-o", "x.wav", "--base-url", "nowhere"], 2, "base_url must be a URL"),
        (["say", "Hi", "-o", "x.wav", "--emulator", "--base-url", "http://x"], 2, "exclude each other"),
        (["say", "Hi", "-o", "x.wav", "--api-version", "soon"], 2, "api_version must be a date"),
        (["say", "Hi", "-o", "x.wav", "--format", "ogg"], 2, "'--format': 'ogg' is not one of 'wav', 'mp3', 'raw'"),
        (["say", "Hi", "-o", "x.wav", "--voice", "nobody"], 2, "no voice has the name or the id 'nobody'"),
        (["say", "Hi", "-o", "x.wav", "--voice", NOBODY], 1, "404 Invalid voice"),
        (["change", "clip.wav", "-o", "x.wav", "--voice", "nobody"], 2, "(see: cartesia-async voices list)"),
        (["say", "Hi", "-o", "/proc/x.wav"], 1, "cartesia-async: /proc/x.wav: No such file or directory"),
        (["record", "/proc/folder"], 1, "cartesia-async: /proc/folder: No such file or directory"),
        (["emulator", "--port", "x"], 2, "--port"),
        (["emulator", "--port", "99999"], 2, "port"),
        (["emulator", "--engine", "choir"], 2, "--engine"),
        (["emulator", "--replay", "none"], 2, "none"),
        (["emulator", "--voice", "a b"], 2, "voices[0].id` must be letters"),
        (["emulator", "--voice", "a", "--any-voice"], 2, "exclude each other"),
        (["record", "folder", "--target", "nowhere"], 2, "target must be"),
        (["status", "--base-url", "http://127.0.0.1:1"], 1, "cannot connect to 127.0.0.1:1: Connection refused"),
    ],
)
def test_bad_use_and_failures(cli: Cli, tmp_path: Path, arguments: list[str], status: int, said: str) -> None:
    """Bad use ends with status 2 and a failed call with 1: one line on standard error, no traceback, no file."""
    outcome = cli(*arguments)
    assert (status, "") == (outcome.status, outcome.out)
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("cartesia-async: ")
    assert said.lower() in outcome.err.lower()
    assert "sk_car_secret" not in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_no_key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key, bad use is said, and where it comes from."""
    monkeypatch.delenv("CARTESIA_API_KEY")
    outcome = cli("say", "Hi", "-o", "a.wav")
    assert outcome.status == 2
    assert "CARTESIA_API_KEY" in outcome.err


def test_a_key_that_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key that the service refuses is a failed call, and is not shown."""
    with Emulator(engine="tone", api_keys={"another"}) as emulator:
        monkeypatch.setenv("CARTESIA_API_KEY", KEY)
        assert main(["voices", "list", "--base-url", emulator.base_url, "-v"]) == 1
    printed = capsys.readouterr()
    assert "401" in printed.err
    assert KEY not in printed.err + printed.out


def test_a_stream_that_breaks_off(cli: Cli, pointed: Emulator, tmp_path: Path) -> None:
    """If the audio breaks off there is one line, and the file that was there is still there, as it was."""
    (tmp_path / "a.wav").write_bytes(b"what was there")
    for arguments, path in ((("-o", "a.wav"), "/tts/bytes"), (("-o", "a.wav", "--srt", "a.srt"), "/tts/sse")):
        pointed.fail(path, drop_after=2)
        outcome = cli("say", "One two three four five.", *arguments)
        assert (1, "", 1) == (outcome.status, outcome.out, outcome.err.count("\n"))
        assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]
        assert (tmp_path / "a.wav").read_bytes() == b"what was there"


@contextmanager
def _under_way(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([*COMMAND, *arguments], stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment()) as process:
        try:
            yield process
        finally:
            process.kill()


def _eventually(true: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (["say", "One two three.", "-o", "a.wav"], "/tts/bytes"),
        (["say", "One two three.", "-o", "a.wav", "--srt", "a.srt"], "/tts/sse"),
        (["say", "-", "--stream", "-o", "a.wav"], "/tts/websocket"),
        (["bench", "-n", "9", "-c", "3"], "/tts/bytes"),
    ],
    ids=["plain", "subtitles", "stream", "bench"],
)
def test_ctrl_c(
    pointed: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], path: str
) -> None:
    """Ctrl-C ends what is under way with 130, tells of nothing but the calls, and leaves no file, nor a half one."""
    monkeypatch.chdir(tmp_path)
    pointed.fail(path, stall_after=3, times=20)
    with _under_way(*arguments, "--verbose") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        if "--stream" in arguments:
            process.stdin.write(b"One two three. And four five ")
            process.stdin.flush()
        # An answer has begun by then, and waits for what does not come.
        told = iter(process.stderr.readline, b"")
        assert any(path.encode() in line and b"first byte after" in line for line in told)
        process.send_signal(signal.SIGINT)
        # Its standard input is still open: what reads it must not hold up the end.
        assert process.wait(20) == 130
        assert process.stdout.read() == b""
        rest = complaints(process.stderr.read()).splitlines()
        assert [line for line in rest if not line.startswith((b"GET /", b"POST /"))] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["say", "word " * 3000, "-o", "-"], ["voices", "list"]], ids=["audio", "lines"])
def test_nobody_reads(pointed: Emulator, arguments: list[str]) -> None:
    """If whoever reads standard output leaves, the command ends with 1 and says nothing."""
    with _under_way(*arguments) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if arguments[0] == "say":
            assert len(process.stdout.read(100)) == 100
        process.stdout.close()
        assert (1, b"") == (process.wait(20), complaints(process.stderr.read()))


def test_the_emulator_runs_until_ctrl_c() -> None:
    """`emulator` says where it listens, answers, and ends on Ctrl-C without a traceback."""
    with _under_way(
        "emulator", "--port", "0", "--engine", "tone", "--api-key", "k", "--seed", "x", "--chaos", "0"
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        address = next(word for word in line.split() if word.startswith("http://127.0.0.1:")).rstrip(",")
        assert run("status", CARTESIA_API_KEY="k", CARTESIA_BASE_URL=address).returncode == 0
        assert run("voices", "list", CARTESIA_API_KEY="another", CARTESIA_BASE_URL=address).returncode == 1
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (130, b"") == (process.returncode, complaints(errors))


@pytest.mark.parametrize(
    "arguments", [["emulator", "--engine", "tone"], ["record", "folder"]], ids=["emulator", "record"]
)
def test_others_may_reach_it(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that listens on more than loopback says so on a line of standard error, before it says where."""
    monkeypatch.chdir(tmp_path)
    with _under_way(*arguments, "--port", "0", "--host", "0.0.0.0") as process:
        assert process.stdout is not None
        assert b"http://127.0.0.1:" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    server = "emulator" if arguments[0] == "emulator" else "recorder"
    said = f"cartesia-async: warning: The {server} listens on 0.0.0.0, which other machines may reach.\n"
    assert (130, said.encode()) == (process.returncode, complaints(errors))


def test_what_was_recorded_is_replayed(pointed: Emulator, tmp_path: Path, cli: Cli) -> None:
    """`record` keeps exchanges, without the key, and `emulator --replay` answers from them."""
    folder = tmp_path / "recordings"
    with _under_way("record", str(folder), "--target", pointed.base_url, "--port", "0") as process:
        assert process.stdout is not None
        address = next(word for word in process.stdout.readline().decode().split() if word.startswith("http://"))
        outcome = cli("voices", "list", "--limit", "2", "--base-url", address)
        assert outcome.status == 0
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        assert (130, b"") == (process.returncode, complaints(errors))
    kept = [file for file in folder.rglob("*") if file.is_file()]
    assert kept
    assert not any(KEY.encode() in file.read_bytes() for file in kept)
    with _under_way("emulator", "--port", "0", "--replay", str(folder)) as process:
        assert process.stdout is not None
        address = next(word for word in process.stdout.readline().decode().split() if word.startswith("http://"))
        assert cli("voices", "list", "--limit", "2", "--base-url", address).out == outcome.out
        assert cli("voices", "show", "f786b574-daa5-4673-aa0c-cbe3e8534c02", "--base-url", address).status == 1


def test_the_extra_is_missing() -> None:
    """Without typer there is one line that says what to install, and status 2."""
    program = "import sys; sys.modules['typer'] = None; from cartesia_async.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=environment(), timeout=60, check=False
    )
    assert (2, b"", 1) == (done.returncode, done.stdout, done.stderr.count(b"\n"))
    assert b"pip install 'cartesia-async[cli]'" in done.stderr


def test_a_mistake_of_ours_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is neither bad use nor a failed call is a mistake of the program, and keeps its traceback."""
    from cartesia_async.cli import app

    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(app, "build", broken)
    with pytest.raises(ZeroDivisionError):
        main(["status"])
