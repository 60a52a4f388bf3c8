"""Playing on the machine's loudspeaker."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from .._io.threads import on_thread
from .._wire.wav import UNKNOWN, WavHeader, read_header
from ..errors import APIResponseError
from ..models.speech import RawFormat, WavFormat
from .extras import library
from .formats import AudioFormat
from .samples import WIDTHS, Samples, decode, known

Device: TypeAlias = int | str | None
# What is handed over at once, in seconds: playing stops after so much at the latest.
_PIECE = 0.05
_LONGEST_HEADER = 65_536


class Speaker:
    """
    A loudspeaker that takes samples as fast as it plays them, and no faster.

    Args:
        kind: What the samples are; its own are not played.
        device: Which loudspeaker, by number or by a part of its name; ``None`` for the usual one.
    """

    def __init__(self, kind: Samples, device: Device = None) -> None:
        self._kind, self._device = kind, device
        self._started = False
        self._stream: Any = None  # of a library that has no types
        self._errors: tuple[type[Exception], ...] = ()

    def open(self) -> None:
        """
        Take hold of the loudspeaker.

        Raises:
            ImportError: sounddevice is not installed.
            ValueError: There is no such loudspeaker.
            OSError: It cannot be had.
        """
        sounddevice = library("sounddevice", extra="play", purpose="Playing")
        self._errors = (sounddevice.PortAudioError,)
        with self._told_apart():
            self._stream = sounddevice.RawOutputStream(
                samplerate=self._kind.sample_rate,
                channels=self._kind.channels,
                dtype="float32" if self._kind.encoding == "pcm_f32le" else "int16",
                device=self._device,
            )

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Cut whole frames into what is handed over at once."""
        size = max(1, round(_PIECE * self._kind.sample_rate)) * self._kind.frame
        for at in range(0, len(data), size):
            yield data[at : at + size]

    def write(self, piece: bytes) -> None:
        """Play a piece, as soon as there is room for it."""
        with self._told_apart():
            if not self._started:
                self._started = True
                self._stream.start()
            self._stream.write(decode(piece, self._kind.encoding).tobytes())

    def finish(self) -> None:
        """Wait until all has been heard."""
        if self._started:
            with self._told_apart():
                self._stream.stop()

    def close(self) -> None:
        """Let go of the loudspeaker; what has not been heard is not."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    @contextmanager
    def _told_apart(self) -> Generator[None, None, None]:
        try:
            yield
        except self._errors as error:
            msg = f"the loudspeaker cannot play: {error}"
            raise OSError(msg) from error


def play(samples: Samples, device: Device) -> None:
    """
    Play *samples* to their end, and block meanwhile.

    Raises:
        ImportError: sounddevice is not installed.
        ValueError: There is no such loudspeaker.
        OSError: It cannot play.
    """
    speaker = Speaker(samples, device)
    try:
        speaker.open()
        for piece in speaker.pieces(samples.data):
            speaker.write(piece)
        speaker.finish()
    finally:
        speaker.close()


async def play_async(samples: Samples, device: Device) -> None:
    """Play *samples* to their end, or until the task is cancelled."""
    speaker = Speaker(samples, device)
    try:
        await on_thread(speaker.open)
        for piece in speaker.pieces(samples.data):
            await on_thread(speaker.write, piece)
        await on_thread(speaker.finish)
    finally:
        speaker.close()


class Playable:
    """
    Makes whole frames of audio that comes cut anywhere.

    Args:
        format: The format that was asked for.

    Raises:
        ValueError: It is none that can be played while it comes.
    """

    def __init__(self, format: AudioFormat | None) -> None:
        if not isinstance(format, (RawFormat, WavFormat)):
            container = "audio of an unknown format" if format is None else f"{format.container} audio"
            msg = (
                f"{container} cannot be played while it comes: ask for a RawFormat or WavFormat, or collect() it first"
            )
            raise ValueError(msg)  # noqa: TRY004 - a dictionary is as good a format
        self.kind = Samples(b"", known(format.encoding), format.sample_rate)
        self._in_header = isinstance(format, WavFormat)
        self._left = bytearray()
        self._more = UNKNOWN

    def feed(self, piece: bytes) -> bytes:
        """
        Take a piece and give the frames complete by now.

        Raises:
            APIResponseError: It is no WAV file, or not of the encoding that was asked for.
        """
        self._left += piece
        if self._in_header and not self._took_header():
            return b""
        size = min(len(self._left), self._more)
        size -= size % WIDTHS[self.kind.encoding]
        frames = bytes(self._left[:size])
        del self._left[:size]
        if self._more != UNKNOWN:
            # What follows the audio in its file is not to be heard.
            self._more -= size
            if not self._more:
                self._left.clear()
        return frames

    def _took_header(self) -> bool:
        header = self._header()
        if header is None:
            return False
        if (header.encoding, header.sample_rate, header.channels) != (self.kind.encoding, self.kind.sample_rate, 1):
            msg = f"the answer is audio of {header.encoding} at {header.sample_rate} Hz in {header.channels} channels"
            raise APIResponseError(msg)
        del self._left[: header.start]
        self._in_header = False
        # Nought is what a service writes that does not know yet, as is the highest number.
        self._more = header.length or UNKNOWN
        return True

    def _header(self) -> WavHeader | None:
        try:
            header = read_header(bytes(self._left))
        except ValueError as error:
            msg = f"the answer cannot be played: {error}"
            raise APIResponseError(msg) from error
        if header is None and len(self._left) > _LONGEST_HEADER:
            msg = "the answer cannot be played: it is a WAV file without audio"
            raise APIResponseError(msg)
        return header
