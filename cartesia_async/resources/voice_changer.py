"""Everything under ``/voice-changer``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from .._calls.binding import R, Resource, endpoint
from .._calls.streaming import SpeechAudio, SpeechEvents
from .._wire import checks
from .._wire.request import Form, Request
from .._wire.speech import output_format
from ..models.events import VoiceChangerEvent
from ..models.speech import VoiceChangerOptions
from ..models.uploads import Upload, Uploadable

_PREFIX = "output_format_"


class VoiceChanger(Resource[R]):
    """Speech in, the same speech in another voice out."""

    @endpoint
    def bytes(self, clip: Uploadable, **options: Unpack[VoiceChangerOptions]) -> SpeechAudio:
        """
        Change the voice of a clip, as audio that arrives while it is made.

        Args:
            clip: The recording: a path, bytes, a binary file, an iterable of bytes, or an `Upload`.
            voice_id: The voice to speak with.
            output_format_container: ``"raw"``, ``"wav"`` or ``"mp3"``.
            output_format_sample_rate: Samples a second, in Hz.
            output_format_encoding: How a sample is written; needed for raw and wav.
            output_format_bit_rate: Bits a second; needed for mp3.

        Returns:
            The audio, in the format asked for.

        Raises:
            ValueError: An argument is known to be wrong.
            CartesiaError: The request failed; raised when the stream is read.
        """
        # https://docs.cartesia.ai/api-reference/voice-changer/bytes
        form, wanted = _form("voice_changer.bytes", clip, options)
        return SpeechAudio(Request("POST", "/voice-changer/bytes", needs=("voice_changer.bytes",), form=form), wanted)

    @endpoint
    def sse(self, clip: Uploadable, **options: Unpack[VoiceChangerOptions]) -> SpeechEvents[VoiceChangerEvent]:
        """
        Change the voice of a clip, as events that arrive while it is made.

        Args:
            clip: The recording: a path, bytes, a binary file, an iterable of bytes, or an `Upload`.
            voice_id: The voice to speak with.
            output_format_container: ``"raw"``, ``"wav"`` or ``"mp3"``.
            output_format_sample_rate: Samples a second, in Hz.
            output_format_encoding: How a sample is written; needed for raw and wav.
            output_format_bit_rate: Bits a second; needed for mp3.

        Returns:
            The events.

        Raises:
            ValueError: An argument is known to be wrong.
            CartesiaError: The request failed; raised when the stream is read.
        """
        # https://docs.cartesia.ai/api-reference/voice-changer/sse
        form, wanted = _form("voice_changer.sse", clip, options)
        request = Request("POST", "/voice-changer/sse", needs=("voice_changer.sse",), form=form)
        return SpeechEvents(request, VoiceChangerEvent, wanted)


def _form(call: str, clip: Uploadable, options: VoiceChangerOptions) -> tuple[Form, Mapping[str, Any]]:
    checks.names(call, options, VoiceChangerOptions)
    wanted = {name.removeprefix(_PREFIX): value for name, value in options.items() if name.startswith(_PREFIX)}
    given = output_format({name: value for name, value in wanted.items() if value is not None}, prefix=_PREFIX)
    fields = [("voice[id]", checks.identifier("voice_id", options["voice_id"]))]
    fields += [(f"output_format[{name}]", str(value)) for name, value in given.items()]
    return Form(tuple(fields), (("clip", Upload.of(clip)),)), given
