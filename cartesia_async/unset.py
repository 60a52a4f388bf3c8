"""Telling "left out" from ``None``, where ``None`` means something."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        """Show it as a default should be shown."""
        return "UNSET"


UNSET: Final = Unset.UNSET
