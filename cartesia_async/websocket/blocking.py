"""The blocking twins: the same, for threads; contexts of one connection may be used from several."""

from __future__ import annotations

from types import TracebackType
from typing import Self, Unpack

from .._io.private_loop import PrivateLoop
from ..audio.audio import Audio
from ..models.events import TTSEvent
from ..models.speech import ContextOptions
from ..streams.blocking import BlockingAudioStream, BlockingEventStream
from .context import SpeechContext
from .socket import SpeechSocket
from .source import Text
from .stream import SpeechStream


class BlockingSpeechContext(BlockingEventStream[TTSEvent]):
    """
    One context of a `BlockingSpeechSocket`: what is sent on it is spoken as one text, with one intonation.

    It is sent to with `send`, `flush`, `finish` and `cancel`, by one thread or several, and read by another or afterwards,
    like any `BlockingEventStream`. The last event is `Done`. Left early, it is ended on the service too.
    """

    def __init__(self, loop: PrivateLoop, context: SpeechContext) -> None:
        super().__init__(loop, context)
        self._context = context

    @property
    def context_id(self) -> str:
        """The context's name, which each of its events repeats."""
        return self._context.context_id

    def send(self, text: str) -> None:
        """
        Have more text spoken.

        What is sent is joined as it is: send the spaces too. It waits while the connection is slow. Text at the start
        that holds nothing speakable, such as a quotation mark, waits for what follows, since the service refuses it.

        Args:
            text: The text, cut anywhere between words.

        Raises:
            ValueError: *text* is no text that can be sent.
            CartesiaError: The context failed, or could not be begun.
            RuntimeError: It is finished.
        """
        self._loop.call(self._context.send, text)

    def flush(self) -> None:
        """
        Have what was sent spoken now, to its end; `FlushDone` tells when it was. Where nothing was sent, do nothing.

        Raises:
            UnsupportedVersionError: The pinned API version lacks it.
            CartesiaError: The context failed.
            RuntimeError: It is finished.
        """
        self._loop.call(self._context.flush)

    def finish(self) -> None:
        """
        Tell that no more text follows; a second time does nothing.

        Raises:
            CartesiaError: The context failed.
        """
        self._loop.call(self._context.finish)

    def cancel(self) -> None:
        """
        End the context now, here and on the service.

        What has come and was not read is dropped, and whoever reads it is woken: the loop ends, with `Done`.
        """
        self._loop.call(self._context.cancel)


class BlockingSpeechStream(BlockingAudioStream):
    """
    The audio of a text that is sent while it comes.

    It is a `BlockingAudioStream` like any other; `events` gives what came with the audio too. Left early, it is ended on
    the service, and the source of the text is closed.
    """

    def __init__(self, loop: PrivateLoop, stream: SpeechStream) -> None:
        super().__init__(loop, stream)
        self._speech = stream

    def events(self) -> BlockingEventStream[TTSEvent]:
        """Give all events, as a stream of its own that takes this one's place; the last is `Done`."""
        return BlockingEventStream(self._loop, self._speech.events())

    def collect(self) -> Audio:
        """
        Read to the end and put everything together.

        Returns:
            All the audio, with its format and all timestamps, which run on one clock.

        Raises:
            CartesiaError: The request failed, or the stream broke off.
        """
        return self.events().collect()


class BlockingSpeechSocket:
    """
    Speech over a WebSocket: one connection, on which dozens of contexts can be open at a time.

    Entering it with ``with`` connects; else the first text does. A connection that is lost is replaced, and what was sent
    and not yet answered is said again; one that lies idle is renewed before the service closes it. Leaving it, `close`, or
    dropping it ends its contexts and closes the connection.
    """

    def __init__(self, loop: PrivateLoop, socket: SpeechSocket) -> None:
        self._loop, self._socket = loop, socket

    def context(self, **options: Unpack[ContextOptions]) -> BlockingSpeechContext:
        """
        Begin a context: nothing is sent before its first text.

        Args:
            options: As those of `SpeechSocket.context`.

        Returns:
            The context.

        Raises:
            ValueError: An argument is known to be wrong, or a context of that name is open.
            UnsupportedVersionError: The pinned API version lacks an argument.
        """
        return BlockingSpeechContext(self._loop, self._socket._context(options, stacklevel=3))  # noqa: SLF001 - its twin

    def stream(self, text: Text, **options: Unpack[ContextOptions]) -> BlockingSpeechStream:
        """
        Speak a text that comes in pieces, as `TTS.stream` does, over this connection.

        Args:
            text: A string, or an iterable or asynchronous iterable of pieces, cut anywhere.
            options: As those of `SpeechSocket.context`.

        Returns:
            The audio, and with `BlockingSpeechStream.events` the events.

        Raises:
            ValueError: An argument is known to be wrong, or a context of that name is open.
            TypeError: *text* is neither a string nor iterable.
            UnsupportedVersionError: The pinned API version lacks an argument.
        """
        stream = self._socket._stream(text, options, stacklevel=3)  # noqa: SLF001 - its twin
        return BlockingSpeechStream(self._loop, stream)

    def __enter__(self) -> Self:
        self._loop.call(self._socket.__aenter__)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what is open on it, and close the connection; a second time does nothing."""
        if not self._loop.closed:
            self._loop.call(self._socket.close)
