"""Everything under ``/tts``."""

from __future__ import annotations

from functools import partial
from typing import Unpack

from .._calls.binding import R, Resource, endpoint
from .._calls.streaming import SpeechAudio, SpeechEvents
from .._wire.events import EventReader
from .._wire.request import Request
from .._wire.speech import SpeechBody, speech_body
from ..models.events import TTSEvent
from ..models.speech import EventOptions, SpeechOptions


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
        return SpeechAudio(Request("POST", "/tts/bytes", needs=("tts.bytes", *body.features), json=body))

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
        return SpeechEvents(request, partial(EventReader[TTSEvent], TTSEvent))
