"""The engines that speak for the emulator."""

from __future__ import annotations

from ..audio.extra import extra_module
from .protocol import Engine

_EXTRA = "cartesia-async[emulator]"


def engine_named(name: str | None) -> Engine:
    """
    Give an engine.

    Args:
        name: `"espeak"`, `"tone"`, or `None`: espeak where the extra is installed, else tone.

    Raises:
        ValueError: There is no engine of that name, or it cannot be had: its extra is not installed, or does not work.
    """
    if name == "tone" or (name is None and not _extra_is_installed()):
        from .tone import ToneEngine

        return ToneEngine()
    if name not in (None, "espeak"):
        raise ValueError(f"engine must be 'espeak', 'tone' or None, not {name!r}")
    if not _extra_is_installed():
        raise ValueError(f"The engine 'espeak' needs the extra {_EXTRA}, which is not installed.")
    from .espeak import EspeakEngine

    try:
        return EspeakEngine()
    except (ImportError, OSError) as error:
        raise ValueError(f"The engine 'espeak' does not work here: {error}") from error


def _extra_is_installed() -> bool:
    return all(extra_module(name) is not None for name in ("espeakng_loader", "numpy"))
