"""The header of a WAV file."""

from __future__ import annotations

from cartesia_async._wire.wav import ALAW, FLOAT, FORMATS, MULAW, PCM, UNKNOWN, wav_header

__all__ = ["ALAW", "FLOAT", "FORMATS", "MULAW", "PCM", "UNKNOWN", "wav_header"]
