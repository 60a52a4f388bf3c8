"""espeak-ng, as one process that speaks for everyone here, one clause at a time."""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import re
import subprocess
import sys
import threading
from array import array
from enum import Enum
from functools import cache
from pathlib import Path

import attrs

from .espeak_child import Answer, Order, Ready

_SCRIPT = Path(__file__).with_name("espeak_child.py")
_PATIENCE = 30.0
_NOT_PLAIN = re.compile(r"[^\w .,!?]")


class Kind(Enum):
    """What a mark marks."""

    WORD = "word"
    PHONEME = "phoneme"
    SILENCE = "silence"


@attrs.frozen
class Mark:
    """
    Where in the audio something begins.

    Attributes:
        kind: What begins.
        sample: The sample at which it does.
        position: For a word: where it begins in the text, in characters from 0.
        text: For a phoneme: which it is, in IPA.
    """

    kind: Kind
    sample: int
    position: int = 0
    text: str = ""


@attrs.frozen
class Spoken:
    """Audio (16 bits, mono) and the marks in it, in the order in which they are heard."""

    samples: array[int]
    marks: list[Mark]


@attrs.frozen(kw_only=True)
class Manner:
    """
    How a text is said.

    Attributes:
        voices: Names of voices and variants, such as `en-US+f2`; the first that the library has is taken.
        rate: Words a minute, 80 to 449.
        pitch: 0 to 99, 50 for the voice's own.
        pitch_range: 0 to 99, 50 for the voice's own.
    """

    voices: tuple[str, ...]
    rate: int
    pitch: int
    pitch_range: int


class _ChildError(Exception):
    """The process has ended in the middle of a text."""


class _TextError(Exception):
    """A fork of the process has ended in the middle of a text."""


class _Child:
    """The process."""

    def __init__(self, library: str, data: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (a script of ours)
            [sys.executable, "-I", "-S", str(_SCRIPT), library, data],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._owner = os.getpid()
        try:
            ready: Ready = json.loads(self._line())
        except _ChildError:
            ready = {"sample_rate": 0}
        self.sample_rate = ready["sample_rate"]
        if self.sample_rate <= 0:
            self.end()
            raise OSError(f"espeak-ng cannot be started with the data in {data} (its path may be too long)")

    @property
    def mine(self) -> bool:
        """Whether this process started it, and not one that this was forked from."""
        return self._owner == os.getpid()

    def say(self, order: Order) -> tuple[Answer, array[int]]:
        watch = threading.Timer(_PATIENCE, self._process.kill)
        watch.start()
        try:
            return self._say(order)
        finally:
            watch.cancel()
            watch.join()

    def _say(self, order: Order) -> tuple[Answer, array[int]]:
        asked, said = self._process.stdin, self._process.stdout
        assert asked is not None
        assert said is not None
        try:
            asked.write(json.dumps(order).encode() + b"\n")
            asked.flush()
        except OSError as error:
            raise _ChildError from error
        answer: Answer = json.loads(self._line())
        if answer["size"] < 0:
            raise _TextError
        data = said.read(answer["size"])
        if len(data) < answer["size"]:
            raise _ChildError
        return answer, array("h", data)

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise _ChildError
        return line

    def end(self) -> None:
        """End it, and leave nothing of it behind."""
        if self.mine:
            self._process.kill()
        with contextlib.suppress(OSError), self._process:
            pass  # leaving closes the pipes, and waits


class EspeakLibrary:
    """
    espeak-ng, ready to speak; made by `espeak_library`.

    Args:
        library: Path of the library.
        data: Path of its data.

    Attributes:
        sample_rate: Samples a second of what it makes.

    Raises:
        OSError: It cannot be started.
    """

    def __init__(self, library: str, data: str) -> None:
        self._places = (library, data)
        self._lock = threading.Lock()
        self._child: _Child | None = _Child(*self._places)
        self.sample_rate = self._child.sample_rate
        atexit.register(self.close)

    def say(self, text: str, manner: Manner, *, end_pause: bool) -> Spoken:
        """
        Say a short text; others wait meanwhile.

        Args:
            text: A clause or a few, without control characters and surrogates.
            manner: How.
            end_pause: Whether it is followed by the pause that its last punctuation asks for.

        Returns:
            What was said: without its signs where espeak-ng dies of those, and nothing where it dies of the letters.
        """
        with self._lock:
            for said in (text, _NOT_PLAIN.sub(" ", text)):
                order: Order = {
                    "text": said,
                    "voices": list(manner.voices),
                    "rate": manner.rate,
                    "pitch": manner.pitch,
                    "pitch_range": manner.pitch_range,
                    "end_pause": end_pause,
                }
                try:
                    answer, samples = self._running().say(order)
                except _TextError:
                    continue
                except _ChildError:
                    self._end()
                    continue
                return Spoken(samples, [_mark(*mark) for mark in answer["marks"]])
            return Spoken(array("h"), [])

    def close(self) -> None:
        """End the process; it is started again when there is more to say."""
        with self._lock:
            self._end()

    def _running(self) -> _Child:
        if self._child is not None and not self._child.mine:
            self._end()
        if self._child is None:
            self._child = _Child(*self._places)
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


def _mark(kind: str, sample: int, position: int, text: str) -> Mark:
    if kind == "word":
        return Mark(Kind.WORD, sample, position=position)
    text = text.strip("_: ")
    # Where the language changes, the new one comes in brackets.
    return Mark(Kind.SILENCE, sample) if not text or text.startswith("(") else Mark(Kind.PHONEME, sample, text=text)


@cache
def espeak_library() -> EspeakLibrary:
    """
    Give the one library of this process, started when it is first asked for.

    Raises:
        ImportError: The package `espeakng-loader` is not installed.
        OSError: The library cannot be started.
    """
    loader = importlib.import_module("espeakng_loader")
    return EspeakLibrary(str(loader.get_library_path()), str(loader.get_data_path()))
