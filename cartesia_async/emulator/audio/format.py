"""What audio is delivered in, and the refusal of what cannot be made here."""

from __future__ import annotations

import attrs

EXTRA = "cartesia-async[emulator]"
_CONTENT_TYPES = {"raw": "audio/pcm", "wav": "audio/wav", "mp3": "audio/mpeg"}


class UnsupportedAudio(ValueError):
    """Audio in this format cannot be made here; the message says what is missing."""


@attrs.frozen(kw_only=True)
class AudioFormat:
    """
    What audio is delivered in; always mono.

    Attributes:
        container: `raw`, `wav` or `mp3`.
        sample_rate: Hz.
        encoding: `pcm_f32le`, `pcm_s16le`, `pcm_mulaw` or `pcm_alaw`; of no account for `mp3`.
        bit_rate: Bits per second, for `mp3` alone.
    """

    container: str
    sample_rate: int
    encoding: str | None
    bit_rate: int | None

    @property
    def content_type(self) -> str:
        """The media type of the container."""
        return _CONTENT_TYPES[self.container]
