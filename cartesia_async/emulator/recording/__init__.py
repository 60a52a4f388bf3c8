"""Exchanges with the service, kept as files: how they are recorded, and how the emulator answers from them."""

from __future__ import annotations
