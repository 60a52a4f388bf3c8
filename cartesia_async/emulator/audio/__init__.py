"""Audio of the emulator: what it delivers, and the clips it is sent."""

from __future__ import annotations
