"""What a person sees at a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cartesia_async.emulator import Emulator
from tests.cli.conftest import COMMAND, environment
from tests.processes import complaints

PIPE = subprocess.PIPE
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def at_terminal(
    *arguments: str,
    types: str = "",
    done: Callable[[str], bool] | None = None,
    redirect: int | None = None,
    **more: str,
) -> tuple[int, str]:
    """
    Run a command at a terminal, and give its exit status and what the terminal showed.

    With *types* that is typed at once; with *done*, Ctrl-C is typed when it is true of what was shown by then. With
    *redirect* standard output goes there.
    """
    ours, theirs = pty.openpty()
    shown = b""
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=theirs,
        stdout=theirs if redirect is None else redirect,
        stderr=theirs,
        env=environment(**{"TERM": "xterm-256color", **more}),
        start_new_session=True,
    )
    os.close(theirs)
    try:
        if types:
            os.write(ours, types.encode())
        while select.select([ours], [], [], 20)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            shown += piece
            if done is not None and done(shown.decode(errors="replace")):
                process.send_signal(signal.SIGINT)
                done = None
        return process.wait(20), complaints(shown).decode()
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def plain(shown: str) -> str:
    """Take away colours and movements of the cursor."""
    return ESCAPE.sub("", shown).replace("\r", "")


def test_a_table(pointed: Emulator) -> None:
    """Voices are shown as a table with headings, whose ids are whole."""
    status, shown = at_terminal("voices", "list", "--limit", "3")
    assert status == 0
    assert "\x1b[" in shown
    lines = plain(shown).splitlines()
    assert lines[1].split() == ["id", "name", "language", "gender", "description"]
    assert "694f9389-aac1-45b6-b726-9d9369183238" in plain(shown)
    assert all(len(line) <= 100 for line in lines)
    assert "\t" not in shown


def test_no_colour(pointed: Emulator) -> None:
    """`NO_COLOR` is honoured: there is no colour, in tables and in help."""
    colour = re.compile(r"\x1b\[[0-9;]*(3[0-7]|9[0-7]|38;[0-9;]+)[0-9;]*m")
    for arguments in (["voices", "list", "--limit", "1"], ["say", "--help"]):
        _, shown = at_terminal(*arguments, NO_COLOR="1")
        assert colour.search(shown) is None
    assert colour.search(at_terminal("say", "--help")[1])


@pytest.mark.parametrize("arguments", [[], ["voices", "list"], ["record"]], ids=" ".join)
def test_help_flows(arguments: list[str]) -> None:
    """In help, a line ends where the next word would not fit, or with its paragraph."""
    text = plain(at_terminal(*arguments, "--help", COLUMNS="60")[1]).partition("╭")[0].partition("Examples:")[0]
    for part in re.split(r"\n\s*\n", text):
        lines = part.strip().split("\n")
        for line, following in zip(lines, lines[1:], strict=False):
            assert len(line.strip()) + len(following.split()[0]) >= 57, (line, following)


def test_a_dumb_terminal(pointed: Emulator, tmp_path: Path) -> None:
    """A terminal that knows no movements is sent none."""
    file = str(tmp_path / "a.wav")
    status, shown = at_terminal("say", "One two.", "-o", file, "--srt", str(tmp_path / "a.srt"), TERM="dumb")
    assert (0, "") == (status, shown)


def test_progress(pointed: Emulator, tmp_path: Path) -> None:
    """What comes is shown while it comes, on standard error, and wiped away in the end; standard output stays clean."""
    pointed.fail("*", latency=0.3, split=2000)
    read, write = os.pipe()
    file = str(tmp_path / "a.wav")
    try:
        status, shown = at_terminal("say", "One two three.", "-o", file, redirect=write)
    finally:
        os.close(write)
    with os.fdopen(read, "rb") as out:
        assert (0, b"") == (status, out.read())
    assert "Receiving" in plain(shown)
    assert shown.endswith("\x1b[2K")


def test_progress_by_words(pointed: Emulator, tmp_path: Path) -> None:
    """Where the times of words come, progress is told in words, of as many as the text has."""
    pointed.fail("*", latency=0.3)
    status, shown = at_terminal("say", "One two three.", "--srt", str(tmp_path / "a.srt"))
    assert status == 0
    assert "Speaking" in plain(shown)
    assert "/3 words" in plain(shown)


def test_progress_of_an_upload(pointed: Emulator, tmp_path: Path) -> None:
    """A file is named while it is sent."""
    pointed.fail("*", latency=0.3)
    clip = tmp_path / "my [clip].wav"
    clip.write_bytes(b"RIFF" + bytes(100_000))
    _, shown = at_terminal("voices", "clone", str(clip), "--name", "Me", "--language", "en")
    assert "Uploading my [clip].wav" in plain(shown)


def test_ctrl_c_with_a_bar(pointed: Emulator, tmp_path: Path) -> None:
    """Ctrl-C gives the terminal back as it was, with its cursor, and leaves no file."""
    pointed.fail("/tts/bytes", stall_after=3)
    status, shown = at_terminal("say", "One.", "-o", str(tmp_path / "a.wav"), done=lambda shown: "Receiving" in shown)
    assert status == 130
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
    assert "Traceback" not in shown
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("answer", "status", "deleted"), [("y\n", 0, True), ("n\n", 1, False), ("\n", 1, False)])
def test_it_asks_before_it_deletes(pointed: Emulator, answer: str, status: int, deleted: bool) -> None:
    """`delete` names the voice and asks; anything but yes deletes nothing."""
    ended, shown = at_terminal("voices", "delete", "Sarah", types=answer)
    assert ended == status
    assert "Delete the voice Sarah (694f9389-aac1-45b6-b726-9d9369183238)?" in plain(shown)
    asked = [request.method for request in pointed.requests]
    assert ("DELETE" in asked) is deleted


def test_audio_is_not_for_a_terminal(pointed: Emulator) -> None:
    """`-o -` to a terminal is refused before anything is sent, and so is a command that would wait for text to be typed."""
    for arguments, said in ((["Hi", "-o", "-"], "is a terminal"), (["-o", "x.wav"], "give a TEXT")):
        status, shown = at_terminal("say", *arguments)
        assert status == 2
        assert said in shown
    assert len(pointed.requests) == 0
