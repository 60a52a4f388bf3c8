"""Speaking from the command line."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import wave
from pathlib import Path

import pytest

from cartesia_async.__main__ import main
from cartesia_async.emulator import Emulator
from tests.audio.conftest import Loudspeaker, loudspeaker
from tests.cli.conftest import COMMAND, Cli, environment, run
from tests.processes import complaints

__all__ = ["loudspeaker"]


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


@pytest.mark.parametrize(
    ("arguments", "wanted", "start"),
    [
        (["-o", "a.wav"], {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 44100}, b"RIFF"),
        (["-o", "a.raw"], {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 44100}, b"\0"),
        (["-o", "a.PCM"], {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 44100}, b"\0"),
        (["-o", "a.mp3"], {"container": "mp3", "sample_rate": 44100, "bit_rate": 128000}, b"\xff"),
        (
            ["-o", "a.mp3", "--bit-rate", "64000"],
            {"container": "mp3", "sample_rate": 44100, "bit_rate": 64000},
            b"\xff",
        ),
        (
            ["-o", "a.ulaw", "--format", "raw", "--encoding", "pcm_mulaw", "--sample-rate", "8000"],
            {"container": "raw", "encoding": "pcm_mulaw", "sample_rate": 8000},
            b"",
        ),
    ],
    ids=["wav", "raw", "pcm", "mp3", "bit-rate", "named"],
)
def test_the_format(
    cli: Cli, pointed: Emulator, tmp_path: Path, arguments: list[str], wanted: dict[str, object], start: bytes
) -> None:
    """The file's suffix, or the options, choose the format; the whole way goes over HTTP."""
    if wanted["container"] == "mp3":
        pytest.importorskip("soundfile", reason="the emulator makes MP3 by its extra")
    outcome = cli("say", "Hi", *arguments)
    assert (0, "", "") == (outcome.status, outcome.out, outcome.err)
    assert (tmp_path / arguments[1]).read_bytes().startswith(start)
    asked = pointed.requests[-1]
    assert (asked.path, asked.json["output_format"]) == ("/tts/bytes", wanted)


def test_how_it_is_said(cli: Cli, pointed: Emulator) -> None:
    """Speed, volume, emotion, language and model are sent as they are, and left out where they are not given."""
    style = ["--speed", "0.9", "--volume", "1.2", "--emotion", "calm", "--language", "en", "--model", "sonic-3.5"]
    assert cli("say", "Hi", "-o", "a.wav", *style).status == 0
    body = pointed.requests[-1].json
    assert body["generation_config"] == {"speed": 0.9, "volume": 1.2, "emotion": "calm"}
    assert (body["language"], body["model_id"]) == ("en", "sonic-3.5")
    assert cli("say", "Hi", "-o", "a.wav").status == 0
    assert {"generation_config", "language"} & set(pointed.requests[-1].json) == set()


def test_text_from_standard_input_and_audio_to_standard_output(pointed: Emulator) -> None:
    """`-` reads the text from standard input, and `-o -` writes a WAV stream to standard output."""
    done = run("say", "-", "-o", "-", text="Hello from a pipe")
    assert (0, b"") == (done.returncode, done.stderr)
    assert pointed.requests[-1].json["transcript"] == "Hello from a pipe"
    with wave.open(io.BytesIO(done.stdout)) as speech:
        assert speech.getframerate() == 44100


def test_text_without_being_told(pointed: Emulator, tmp_path: Path) -> None:
    """Where there is neither TEXT nor a file, standard input is read, be it with a mark of its byte order."""
    done = run("say", "-o", str(tmp_path / "a.wav"), text="\ufeffGrüße")
    assert (0, b"") == (done.returncode, done.stderr)
    assert pointed.requests[-1].json["transcript"] == "Grüße"


def test_text_from_a_file(cli: Cli, pointed: Emulator, tmp_path: Path) -> None:
    """`-f` reads the text from a file, however long it is."""
    text = "Grüße. " * 1000
    (tmp_path / "story.txt").write_text(text, encoding="utf-8")
    assert cli("say", "-f", "story.txt", "-o", "a.wav").status == 0
    assert pointed.requests[-1].json["transcript"] == text


@pytest.mark.parametrize("name", ["a.wav", "a.raw", "a.mp3"])
def test_subtitles(cli: Cli, tmp_path: Path, name: str) -> None:
    """`--srt` and `--vtt` write subtitles of the words beside the audio, in every format."""
    if name == "a.mp3":
        pytest.importorskip("soundfile", reason="needs the extra audio")
    outcome = cli("say", "One two three.", "-o", name, "--srt", "a.srt", "--vtt", "a.vtt")
    assert (0, "", "") == (outcome.status, outcome.out, outcome.err)
    assert "One two three." in (tmp_path / "a.srt").read_text()
    assert (tmp_path / "a.vtt").read_text().startswith("WEBVTT")
    assert {each.name for each in tmp_path.iterdir()} == {name, "a.srt", "a.vtt"}
    if name == "a.wav":
        with wave.open(str(tmp_path / name)) as speech:
            assert speech.getnframes() > 10_000


def test_subtitles_alone(cli: Cli, tmp_path: Path) -> None:
    """Subtitles can be had without the audio."""
    assert cli("say", "One two three.", "--srt", "a.srt").status == 0
    assert [each.name for each in tmp_path.iterdir()] == ["a.srt"]


def test_it_is_played(cli: Cli, loudspeaker: Loudspeaker) -> None:
    """`--play` alone plays while audio comes, and needs no file."""
    outcome = cli("say", "Hi there", "--play")
    assert (0, "", "") == (outcome.status, outcome.out, outcome.err)
    assert len(loudspeaker.data) > 10_000
    assert loudspeaker.log[-2:] == ["stop", "close"]


def test_it_is_played_and_kept(cli: Cli, tmp_path: Path, loudspeaker: Loudspeaker) -> None:
    """With a file too, what is heard is what the file holds."""
    assert cli("say", "Hi there", "--play", "-o", "a.raw").status == 0
    assert loudspeaker.data == (tmp_path / "a.raw").read_bytes()


def test_no_loudspeaker(cli: Cli, pointed: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, `--play` says what to install, and nothing is asked of the service."""
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    outcome = cli("say", "Hi", "--play")
    assert outcome.status == 2
    assert "cartesia-async[play]" in outcome.err
    assert len(pointed.requests) == 0


def test_a_text_that_comes(pointed: Emulator) -> None:
    """With `--stream` the first words are spoken before the last are known, and none is lost."""
    command = [*COMMAND, "say", "-", "--stream", "-o", "-", "--format", "raw"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment()) as process:
        process.stdin.write(b"One two three. And four five six. ")
        process.stdin.flush()
        heard = process.stdout.read(1000)
        assert len(heard) == 1000
        process.stdin.write("Sieben Grüße.".encode())
        process.stdin.close()
        rest = process.stdout.read()
        assert (0, b"") == (process.wait(20), complaints(process.stderr.read()))
    assert len(rest) > 10_000
    said = "".join(message["transcript"] for message in pointed.requests[-1].messages)
    assert said.strip() == "One two three. And four five six. Sieben Grüße."


def test_a_text_that_comes_with_subtitles(pointed: Emulator, tmp_path: Path) -> None:
    """With `--stream` subtitles run on one clock, and a WAV file is whole."""
    file, subtitles = tmp_path / "a.wav", tmp_path / "a.srt"
    done = run("say", "-", "--stream", "-o", str(file), "--srt", str(subtitles), text="One two three. Four five six.")
    assert (0, b"", b"") == (done.returncode, done.stdout, done.stderr)
    assert "One two three." in subtitles.read_text()
    assert "Four five six." in subtitles.read_text()
    with wave.open(str(file)) as speech:
        assert speech.getnframes() > 20_000


def test_nothing_is_left_of_threads(pointed: Emulator, tmp_path: Path) -> None:
    """What reads the text while it comes is gone when the command is."""
    before = threading.active_count()
    (tmp_path / "a.txt").write_text("One two.")
    assert main(["say", "-f", str(tmp_path / "a.txt"), "--stream", "-o", str(tmp_path / "a.wav")]) == 0
    assert threading.active_count() <= before


def test_verbose_tells_of_calls_and_never_the_key(cli: Cli) -> None:
    """`--verbose` tells of attempts, the first byte and the end, on standard error."""
    outcome = cli("say", "Hi", "-o", "a.wav", "-v")
    assert outcome.status == 0
    assert "POST /tts/bytes: attempt 1\n" in outcome.err
    assert "POST /tts/bytes: first byte after " in outcome.err
    assert "POST /tts/bytes: 200, " in outcome.err
