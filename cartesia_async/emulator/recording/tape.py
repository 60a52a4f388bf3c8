"""One exchange while it is recorded: a short body of text in memory, any other in a file; it counts once it is over."""

from __future__ import annotations

import re
import threading
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import attrs

from ..._io.files import write_whole
from .asked import Asked
from .recording import Answer, Recording, laid_out, to_text
from .secrecy import Secrets, Veil

_MOST_IN_MEMORY = 2**20
_BATCH = 2**18
_TEXT = re.compile(r"text/|application/(?:.*\+)?json|application/x-ndjson|application/(?:.*\+)?xml")
_ENDINGS = {
    "text/event-stream": ".sse",
    "application/json": ".json.txt",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/pcm": ".pcm",
}


class Tape:
    """
    Records one answer. What it writes takes its name at the end, the recording last: half of one is never there.

    Args:
        folder: Where the recording goes.
        name: Its name, without an ending.
        content_type: The type of the answer's body, without parameters.
        secrets: What must not be kept.

    Attributes:
        size: The length of the body so far, in bytes.
    """

    def __init__(self, folder: Path, name: str, *, content_type: str, secrets: Secrets) -> None:
        self._folder = folder
        self._name = name
        self._text = _TEXT.match(content_type) is not None
        self._ending = _ENDINGS.get(content_type, ".txt" if self._text else ".bin")
        self._veil = Veil(secrets.known(), text=self._text)
        self._waiting = bytearray()
        self._times, self._sizes = array("d"), array("Q")
        self._file: BinaryIO | None = None
        self._place = folder / f".{name}.part"
        self.size = 0
        self._lock = threading.RLock()
        self._over = False

    def add(self, data: bytes, milliseconds: float) -> bool:
        """Take a piece of the body and the time at which it came; tells whether `write_out` is due."""
        self.size += len(data)
        if self._over:
            return False
        self._times.append(round(milliseconds, 1))
        self._sizes.append(len(data))
        self._waiting += self._veil.feed(data)
        return len(self._waiting) > (_MOST_IN_MEMORY if self._text and self._file is None else _BATCH)

    def write_out(self) -> None:
        """Write what waits to the body's file; blocks, and may be called on any thread."""
        with self._lock:
            if self._over:
                # It was left while this waited for a thread.
                return
            if self._file is None:
                self._file = self._place.open("wb")
            batch, self._waiting = self._waiting, bytearray()
            self._file.write(batch)

    def finish(self, request: Asked, answer: Answer, *, target: str, recorded_at: str) -> Path:
        """
        Write the recording; blocks, and may be called on any thread.

        Args:
            request: What was asked.
            answer: What came back, but for its body.
            target: Where it came from.
            recorded_at: When.

        Returns:
            Where it is.
        """
        with self._lock:
            try:
                return self._finish(request, answer, target=target, recorded_at=recorded_at)
            except BaseException:
                self.discard()
                raise

    def _finish(self, request: Asked, answer: Answer, *, target: str, recorded_at: str) -> Path:
        self._waiting += self._veil.close()
        if self._file is not None or (self._waiting and not self._text):
            self.write_out()
            answer = attrs.evolve(answer, file=self._name + self._ending, pieces=list(self._pieces()))
        else:
            answer = attrs.evolve(answer, pieces=[[time, to_text(data)] for time, data in self._cut()])
        recording = Recording(request=request, answer=answer, target=target, recorded_at=recorded_at)
        path = self._folder / f"{self._name}.json"
        self._keep_file()
        write_whole(path, laid_out(recording))
        return path

    def discard(self) -> None:
        """Leave nothing behind."""
        with self._lock:
            self._over = True
            if self._file is not None:
                self._file.close()
                self._place.unlink(missing_ok=True)

    def _keep_file(self) -> None:
        self._over = True
        if self._file is not None:
            self._file.close()
            self._place = self._place.replace(self._folder / (self._name + self._ending))

    def _pieces(self) -> Iterator[list[float | int]]:
        return ([time, size] for time, size in zip(self._times, self._sizes, strict=True))

    def _cut(self) -> Iterator[tuple[float, bytes]]:
        start = 0
        for time, size in zip(self._times, self._sizes, strict=True):
            yield time, bytes(self._waiting[start : start + size])
            start += size
