"""The two companded encodings, as tables."""

from __future__ import annotations

from cartesia_async.audio.companding import codes, levels

__all__ = ["codes", "levels"]
