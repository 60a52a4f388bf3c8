"""Answering with audio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from starlette.background import BackgroundTask
from starlette.datastructures import MutableHeaders
from starlette.types import Send

from ..audio.formats import MEDIA_TYPES, AudioFormat
from ..models.speech import RawFormat
from ..streams.audio import AudioStream
from ..streams.reading import Stream
from .responses import SpeechResponse, piece


class AudioResponse(SpeechResponse[bytes]):
    """
    Audio as an answer, streamed as it is spoken.

    When the listener leaves, the request to the service is ended at once. A listener who is slow slows the service down.
    A request that fails before its first audio raises, so that an exception handler can answer; audio that breaks off
    later breaks the answer off too, so that half of it is not taken for all. Of ``HEAD``, the service learns nothing.

    Args:
        stream: What `tts.bytes`, `tts.stream` or `voice_changer.bytes` of an `AsyncCartesia` gives, or `EventStream.audio`.
        status_code: The status.
        headers: Headers that are added, or take the place of these: ``Cache-Control: no-store``, ``Accept-Ranges: none``,
            ``X-Accel-Buffering: no``, and those of the service, ``X-Request-ID`` and ``Cartesia-File-ID``.
        media_type: The media type; left out, that of the audio: ``audio/wav``, ``audio/mpeg``, or ``audio/pcm`` with
            the rate (in Hz), the number of channels and the encoding.
        background: What to do afterwards, whether all was heard or not.

    Raises:
        TypeError: *stream* is no such stream.
    """

    media_type = "audio/*"  # what the app's own description says

    def __init__(
        self,
        stream: AudioStream,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
    ) -> None:
        if not isinstance(stream, AudioStream):
            msg = f"stream must be the AudioStream of an AsyncCartesia, not {type(stream).__name__}"
            raise TypeError(msg)
        # What was asked for is known to the stream alone until the service has answered.
        known = media_type or media_type_of(stream._format)  # noqa: SLF001
        super().__init__(stream, status_code, headers, known, background)
        self.headers.setdefault("Accept-Ranges", "none")

    def _learn(self, stream: Stream[bytes], headers: MutableHeaders) -> None:
        headers.setdefault("Content-Type", stream.headers.get("Content-Type", "application/octet-stream"))
        super()._learn(stream, headers)

    async def _send_all(self, first: bytes, others: AsyncIterator[bytes], send: Send) -> None:
        await piece(send, first)
        async for data in others:
            await piece(send, data)


def media_type_of(format: AudioFormat | None) -> str | None:
    """
    Give the media type of audio of a *format*: of samples without a header, with all that is needed to play them.

    Returns:
        The type, and ``None`` where the format is not known.
    """
    if format is None:
        return None
    type = MEDIA_TYPES[format.container]
    if isinstance(format, RawFormat):
        return f"{type}; rate={format.sample_rate}; channels=1; encoding={format.encoding}"
    return type
