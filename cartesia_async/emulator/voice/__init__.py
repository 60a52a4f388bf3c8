"""Voices of the emulator: what makes each of them sound as it does, and the stock library."""

from __future__ import annotations
