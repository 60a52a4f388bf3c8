"""The page of the documentation about the command line: what it shows to type can be typed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from cartesia_async import Cartesia
from cartesia_async.emulator import Emulator
from tests.cli.conftest import KEY, PACKAGE, environment
from tests.cli.forking import CLIENT

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
# What the page speaks of beside the command itself: programs that play and that write, and a loudspeaker.
STAND_INS = {
    "python": f'exec "{sys.executable}" "$@"',
    "aplay": "exec cat > heard.wav",
    "language-model": 'echo "Once upon a time"; echo "there was a voice."',
}
LOUDSPEAKER = """
class PortAudioError(Exception): ...
class RawOutputStream:
    def __init__(self, **options): ...
    def start(self): ...
    def write(self, data): ...
    def stop(self): ...
    def close(self): ...
"""


def _blocks() -> Iterator[object]:
    for token in MarkdownIt().parse(PAGE.read_text(encoding="utf-8")):
        # What installs is run by whoever sets up these tests.
        if token.type == "fence" and token.info == "console" and not token.content.startswith("python -m pip"):
            assert token.map is not None
            yield pytest.param(token.content, id=f"line-{token.map[0] + 1}")


@pytest.fixture(scope="module")
def library() -> Iterator[Emulator]:
    """A service that has what the page speaks of, as earlier lines of it left it."""
    pytest.importorskip("parselmouth", reason="the page is for the emulator with its extra")
    with Emulator(engine="tone") as running:
        yield running


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give what runs the command line quickly."""
    address = str(tmp_path_factory.mktemp("line") / "socket")
    program = [sys.executable, str(Path(__file__).parent / "forking.py"), address]
    with subprocess.Popen(program, stdout=subprocess.PIPE, env=environment()) as forking:
        assert forking.stdout is not None
        assert forking.stdout.readline() == b"ready\n"
        client = Path(address).with_name("client.py")
        client.write_text(CLIENT.format(address=address))
        yield f'exec "{sys.executable}" -S -E "{client}" "$@"'
        forking.kill()


@pytest.fixture
def shell(library: Emulator, command: str, tmp_path: Path) -> dict[str, str]:
    """Give what a shell in a folder with a clip and a story is started with."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in {**STAND_INS, "cartesia-async": command}.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    (programs / "sounddevice.py").write_text(LOUDSPEAKER)
    (tmp_path / "story.txt").write_text("Once upon a time. The end.")
    with Cartesia(KEY, base_url=library.base_url) as client:
        client.tts.bytes(
            model_id="sonic-3",
            transcript="This is a clip.",
            voice="694f9389-aac1-45b6-b726-9d9369183238",
            output_format={"container": "wav", "encoding": "pcm_s16le", "sample_rate": 22050},
        ).save(tmp_path / "clip.wav")
    return environment(
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}",
        PYTHONPATH=f"{PACKAGE}{os.pathsep}{programs}",
        CARTESIA_API_KEY=KEY,
        CARTESIA_BASE_URL=library.base_url,
    )


@pytest.mark.parametrize("block", list(_blocks()))
def test_it_runs(block: str, shell: dict[str, str], tmp_path: Path) -> None:
    """A block of commands, pasted into a shell, runs; what serves until Ctrl-C says where, and ends on it."""
    if "--emulator" in block:  # that one is its own
        shell.pop("CARTESIA_BASE_URL")
    serves = block.startswith(("cartesia-async emulator", "cartesia-async record"))
    served = block.replace("8020", "0").replace("8021", "0")
    served = served.replace("cartesia-async", f'exec "{sys.executable}" -m cartesia_async', 1)
    script = f"set -eo pipefail\n{served if serves else block}"
    pipe = subprocess.PIPE
    with subprocess.Popen(["bash", "-c", script], cwd=tmp_path, env=shell, stdout=pipe, stderr=pipe) as process:
        if serves:
            assert process.stdout is not None
            assert b"http://127.0.0.1:" in process.stdout.readline()
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    err = b"\n".join(line for line in err.splitlines() if b"was retired by the service" not in line)
    assert (130 if serves else 0, b"") == (process.returncode, err)
    assert b"Traceback" not in out
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []
