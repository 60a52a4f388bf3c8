"""Where the audio goes: to a file, to standard output, to a loudspeaker; and its subtitles."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import attrs
import typer

from cartesia_async import Mp3Format, WavFormat

from .formats import STDOUT, AudioFormat
from .terminal import is_terminal

if TYPE_CHECKING:
    from cartesia_async import Audio

OutputOption = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="A .wav, .mp3, .raw or .pcm file, replaced if it is there; - writes to standard output.",
    ),
]
PlayOption = Annotated[bool, typer.Option("--play", help="Play on this machine's loudspeaker; needs the extra `play`.")]


@attrs.frozen(kw_only=True)
class Destination:
    """
    Where audio goes.

    Attributes:
        output: A file, ``-`` for standard output, or ``None`` for neither.
        play: Whether it is played.
        srt: A file for its subtitles as SubRip.
        vtt: A file for its subtitles as WebVTT.
    """

    output: str | None
    play: bool = False
    srt: str | None = None
    vtt: str | None = None

    def check(self) -> None:
        """
        Refuse what cannot be written to, before anything is sent.

        Raises:
            ValueError: There is nowhere to go, or no such folder, or standard output is a terminal.
        """
        if self.output is None and not self.play and not self.with_subtitles:
            msg = "say where the audio goes: -o FILE, -o - for standard output, or --play"
            raise ValueError(msg)
        if self.to_stdout and is_terminal(sys.stdout):
            msg = "-o - is for a pipe or a file: standard output is a terminal, which cannot show audio"
            raise ValueError(msg)
        files = {"--output": None if self.to_stdout else self.output, "--srt": self.srt, "--vtt": self.vtt}
        for option, path in files.items():
            if path is not None:
                _check_file(option, path)

    @property
    def to_stdout(self) -> bool:
        """Whether audio goes to standard output."""
        return self.output == STDOUT

    @property
    def with_subtitles(self) -> bool:
        """Whether subtitles are written."""
        return self.srt is not None or self.vtt is not None

    @property
    def only_played(self) -> bool:
        """Whether the audio is heard and not kept."""
        return self.play and self.output is None and not self.with_subtitles

    @property
    def only_piped(self) -> bool:
        """Whether the audio goes to standard output, and nowhere else."""
        return self.to_stdout and not self.play and not self.with_subtitles

    def check_mp3_with_subtitles(self) -> None:
        """
        Refuse what cannot be made: times of words come with raw audio only, of which MP3 is made here, in a file.

        Raises:
            ValueError: It does not go to a .mp3 file.
            ImportError: The extra ``audio`` is not installed.
        """
        if self.output is None or os.path.splitext(self.output)[1].lower() != ".mp3":
            msg = "mp3 with subtitles needs a file that ends in .mp3; or take wav"
            raise ValueError(msg)
        if find_spec("soundfile") is None:
            msg = "mp3 with subtitles needs soundfile: pip install 'cartesia-async[audio]'"
            raise ImportError(msg)

    def take(self, audio: Audio, wanted: AudioFormat) -> None:
        """
        Write *audio* and its subtitles, each file whole or not there, and play it.

        Args:
            audio: All of it.
            wanted: The format for the file or standard output.

        Raises:
            ValueError: It cannot be had in that format, or there is no such loudspeaker.
            ImportError: It takes an extra that is not installed.
            OSError: A file cannot be written, or the loudspeaker cannot play.
        """
        from .._io.files import write_whole

        if self.output is not None:
            self._write(audio, wanted)
        if self.srt is not None:
            write_whole(self.srt, audio.srt().encode())
        if self.vtt is not None:
            write_whole(self.vtt, audio.vtt().encode())
        if self.play:
            audio.play()

    def _write(self, audio: Audio, wanted: AudioFormat) -> None:
        if isinstance(wanted, Mp3Format) and audio.container != "mp3":
            audio.save(str(self.output))
            return
        from .._io.files import write_whole

        data = audio.to_wav().data if isinstance(wanted, WavFormat) else audio.data
        if self.to_stdout:
            write_out(data)
        else:
            write_whole(str(self.output), data)


def write_out(piece: bytes) -> None:
    """Write a *piece* of audio to standard output, now."""
    sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _check_file(option: str, path: str) -> None:
    from .._io.files import is_special

    if is_special(path):
        if not os.access(path, os.W_OK):
            msg = f"{option} must be something that can be written to, not {path!r}"
            raise ValueError(msg)
        return
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        msg = f"{option} must be in a folder that exists, not {path!r}"
        raise ValueError(msg)
    if os.path.isdir(path):
        msg = f"{option} must be a file, not the folder {path!r}"
        raise ValueError(msg)
    if not os.access(folder, os.W_OK):
        msg = f"{option} must be in a folder that can be written to, not {path!r}"
        raise ValueError(msg)
