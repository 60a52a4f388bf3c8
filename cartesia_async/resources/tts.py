"""Everything under ``/tts``."""

from __future__ import annotations

from typing import Unpack

from .._calls.binding import R, Resource, endpoint
from .._calls.speaking import SpeechSockets, SpeechStreams
from .._calls.streaming import SpeechAudio, SpeechEvents
from .._wire.generation import Generation
from .._wire.request import Request
from .._wire.speech import SpeechBody, speech_body
from ..models.events import TTSEvent
from ..models.speech import ContextOptions, EventOptions, SpeechOptions
from ..websocket.beginning import generation_of
from ..websocket.source import Text, checked


class TTS(Resource[R]):
    """Text to speech."""

    @endpoint
    def bytes(self, **options: Unpack[SpeechOptions]) -> SpeechAudio:
        """
        Speak a text, as audio that arrives while it is made.

        Args:
            model_id: The model, such as ``"sonic-3"``.
            transcript: The text.
            voice: An id, a `VoiceById`, a `VoiceByEmbedding`, a `Voice`, or the API's dictionary.
            output_format: A `RawFormat`, `WavFormat` or `Mp3Format`, or the API's dictionary.
            language: The language of the text, such as ``"en"``.
            duration: At most so many seconds; what is longer may be cut (until 2025-04-16).
            speed: ``"slow"``, ``"normal"`` or ``"fast"`` (until 2026-03-01).
            generation_config: Volume (0.5 to 2.0), speed (0.6 to 1.5) and emotion, with Sonic 3 models.
            save: Keep the audio; the header ``Cartesia-File-ID`` tells its id (2025-04-16 to 2026-03-01).
            pronunciation_dict_id: A pronunciation dictionary (from 2025-04-16).
            locale: In place of *language*, such as ``"en-GB"`` (from 2026-08-14).
            normalization: ``"auto"``, ``"off"`` or a locale (from 2026-08-14).
            accent: The accent to speak with (from 2026-08-14).

        Returns:
            The audio, in the format asked for.

        Raises:
            ValueError: An argument is known to be wrong.
            UnsupportedVersionError: The pinned API version lacks an argument.
            CartesiaError: The request failed; raised when the stream is read.
        """
        # https://docs.cartesia.ai/api-reference/tts/bytes
        body: SpeechBody = speech_body("tts.bytes", options, SpeechOptions)
        request = Request("POST", "/tts/bytes", needs=("tts.bytes", *body.features), json=body)
        return SpeechAudio(request, body.fields["output_format"])

    @endpoint
    def sse(self, **options: Unpack[EventOptions]) -> SpeechEvents[TTSEvent]:
        """
        Speak a text, as events that arrive while it is made: audio, and times of words and phonemes.

        Args:
            model_id: The model, such as ``"sonic-3"``.
            transcript: The text.
            voice: An id, a `VoiceById`, a `VoiceByEmbedding`, a `Voice`, or the API's dictionary.
            output_format: A `RawFormat`, or the API's dictionary of it.
            language: The language of the text, such as ``"en"``.
            duration: At most so many seconds; what is longer may be cut (until 2025-04-16).
            speed: ``"slow"``, ``"normal"`` or ``"fast"`` (until 2026-03-01).
            generation_config: Volume (0.5 to 2.0), speed (0.6 to 1.5) and emotion, with Sonic 3 models.
            save: Keep the audio (2025-04-16 to 2026-03-01).
            pronunciation_dict_id: A pronunciation dictionary (from 2025-04-16).
            locale: In place of *language*, such as ``"en-GB"`` (from 2026-08-14).
            normalization: ``"auto"``, ``"off"`` or a locale (from 2026-08-14).
            accent: The accent to speak with (from 2026-08-14).
            add_timestamps: Whether to send the times of words.
            add_phoneme_timestamps: Whether to send the times of phonemes.
            use_normalized_timestamps: Whether the times are of the text as it is spoken.
            context_id: A name that each event repeats.

        Returns:
            The events.

        Raises:
            ValueError: An argument is known to be wrong.
            UnsupportedVersionError: The pinned API version lacks an argument.
            CartesiaError: The request failed; raised when the stream is read.
        """
        # https://docs.cartesia.ai/api-reference/tts/sse
        body: SpeechBody = speech_body("tts.sse", options, EventOptions, raw_only=True)
        request = Request("POST", "/tts/sse", needs=("tts.sse", *body.features), json=body)
        return SpeechEvents(request, TTSEvent, body.fields["output_format"])

    @endpoint
    def websocket(self) -> SpeechSockets:
        """
        Connect for speech over a WebSocket: many texts at a time, each sent in pieces while it is spoken.

        Returns:
            The WebSocket, which connects when it is entered.

        Raises:
            CartesiaError: The connection was refused; raised when it is entered.
        """
        # https://docs.cartesia.ai/api-reference/tts/websocket
        return SpeechSockets(Request("GET", "/tts/websocket", needs=("tts.websocket",)))

    @endpoint
    def stream(self, text: Text, **options: Unpack[ContextOptions]) -> SpeechStreams:
        """
        Speak a text that comes in pieces, such as a language model's tokens, over a WebSocket of its own.

        Text is sent while audio is received. Words are never cut, and what holds nothing speakable waits for what follows.
        A slow reader slows the source of the text down, and so does a slow service.

        Args:
            text: A string, or an iterable or asynchronous iterable of pieces, cut anywhere. What blocks is asked on a
                thread of its own.
            model_id: The model, such as ``"sonic-3"``.
            voice: An id, a `VoiceById`, a `VoiceByEmbedding`, a `Voice`, or the API's dictionary.
            output_format: A `RawFormat`, or the API's dictionary of it.
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
            context_id: A name that each event repeats.
            max_buffer_delay_ms: How many milliseconds the service may wait for more text before it speaks.

        Returns:
            The audio; `SpeechStream.events` gives the events, whose times run on one clock.

        Raises:
            ValueError: An argument is known to be wrong.
            TypeError: *text* is neither a string nor iterable.
            UnsupportedVersionError: The pinned API version lacks an argument.
            CartesiaError: It failed; raised when the stream is read, as is whatever the source of the text raises.
        """
        # https://docs.cartesia.ai/api-reference/tts/websocket
        generation: Generation = generation_of("tts.stream", options)
        request = Request("GET", "/tts/websocket", needs=("tts.stream", *generation.body.features))
        return SpeechStreams(request, generation, checked(text))
