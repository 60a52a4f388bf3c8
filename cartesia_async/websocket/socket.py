"""The WebSocket as a user holds it."""

from __future__ import annotations

from collections.abc import Generator
from types import TracebackType
from typing import Any, Self, Unpack

from ..audio.formats import format_of
from ..models.speech import ContextOptions
from .beginning import generation_of, new_channel, version_of
from .context import SpeechContext
from .pool import Pool
from .source import Text
from .speaking import Speaking
from .stream import SpeechStream


class SpeechSocket:
    """
    Speech over a WebSocket: one connection, on which dozens of contexts can be open at a time.

    Entering it with ``async with``, or awaiting it, connects; else the first text does. A connection that is lost is
    replaced, and what was sent and not yet answered is said again; one that lies idle is renewed before the service closes
    it. Leaving it, `close`, or dropping it ends its contexts and closes the connection.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def context(self, **options: Unpack[ContextOptions]) -> SpeechContext:
        """
        Begin a context: nothing is sent before its first text.

        Args:
            model_id: The model, such as ``"sonic-3"``.
            voice: An id, a `VoiceById`, a `VoiceByEmbedding`, a `Voice`, or the API's dictionary.
            output_format: A `RawFormat`, or the API's dictionary of it.
            context_id: Its name, of letters, digits, ``-`` and ``_``; left out, a new one.
            language: The language of the text, such as ``"en"``.
            duration: At most so many seconds; what is longer may be cut (until 2025-04-16).
            speed: ``"slow"``, ``"normal"`` or ``"fast"`` (until 2026-03-01).
            generation_config: Volume (0.5 to 2.0), speed (0.6 to 1.5) and emotion, with Sonic 3 models.
            pronunciation_dict_id: A pronunciation dictionary (from 2025-04-16).
            locale: In place of *language*, such as ``"en-GB"`` (from 2026-08-14).
            normalization: ``"auto"``, ``"off"`` or a locale (from 2026-08-14).
            accent: The accent to speak with (from 2026-08-14).
            add_timestamps: Whether to send the times of words.
            add_phoneme_timestamps: Whether to send the times of phonemes.
            use_normalized_timestamps: Whether the times are of the text as it is spoken.
            max_buffer_delay_ms: How many milliseconds the service may wait for more text before it speaks.

        Returns:
            The context.

        Raises:
            ValueError: An argument is known to be wrong, or a context of that name is open.
            UnsupportedVersionError: The pinned API version lacks an argument.
        """
        # https://docs.cartesia.ai/api-reference/tts/websocket
        return self._context(options, stacklevel=3)

    def _context(self, options: ContextOptions, stacklevel: int) -> SpeechContext:
        generation = generation_of("context", options)
        version = version_of(self._pool, generation, stacklevel=stacklevel)
        channel = new_channel(self._pool, generation, version)
        return SpeechContext(self._pool, channel, format_of(generation.body.fields["output_format"]), self)

    def stream(self, text: Text, **options: Unpack[ContextOptions]) -> SpeechStream:
        """
        Speak a text that comes in pieces, as `TTS.stream` does, over this connection.

        Args:
            text: A string, or an iterable or asynchronous iterable of pieces, cut anywhere.
            options: As those of `context`.

        Returns:
            The audio, and with `SpeechStream.events` the events.

        Raises:
            ValueError: An argument is known to be wrong, or a context of that name is open.
            TypeError: *text* is neither a string nor iterable.
            UnsupportedVersionError: The pinned API version lacks an argument.
        """
        return self._stream(text, options, stacklevel=3)

    def _stream(self, text: Text, options: ContextOptions, stacklevel: int) -> SpeechStream:
        generation = generation_of("stream", options)
        version = version_of(self._pool, generation, stacklevel=stacklevel)
        channel = new_channel(self._pool, generation, version)
        return SpeechStream(Speaking(self._pool, channel, text), keeper=self)

    async def __aenter__(self) -> Self:
        await self._pool.connect(self._pool.version)
        return self

    def __await__(self) -> Generator[Any, Any, Self]:
        return self.__aenter__().__await__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End what is open on it, and close the connection; a second time does nothing."""
        await self._pool.aclose()

    aclose = close

    def __del__(self) -> None:
        if (pool := getattr(self, "_pool", None)) is not None:
            pool.drop()
