"""The libraries of the extra, each of which may be missing."""

from __future__ import annotations

import importlib
from types import ModuleType


def extra_module(name: str) -> ModuleType | None:
    """
    Import a library of the extra.

    Args:
        name: `numpy`, `soundfile`, `soxr` or `parselmouth`.

    Returns:
        The module, `None` where it is not installed or its native part cannot be loaded.
    """
    try:
        return importlib.import_module(name)
    except (ImportError, OSError):
        return None
