"""The engines that speak for the emulator."""

from __future__ import annotations

from importlib.util import find_spec

from .protocol import Engine

EXTRA = "cartesia-async[emulator]"


def engine_named(name: str | None) -> Engine:
    """
    Give the engine of this name.

    Args:
        name: `"espeak"`, `"tone"`, or `None`: espeak where it is installed, else tone.

    Raises:
        ValueError: There is no such engine, or it is not installed.
    """
    if name is None:
        name = "espeak" if _espeak_is_there() else "tone"
    if name == "tone":
        from .tone import ToneEngine

        return ToneEngine()
    if name == "espeak":
        if not _espeak_is_there():
            msg = f"the engine 'espeak' needs the extra {EXTRA}"
            raise ValueError(msg)
        from .espeak import EspeakEngine

        return EspeakEngine()
    msg = f"engine must be 'espeak', 'tone' or None, not {name!r}"
    raise ValueError(msg)


def _espeak_is_there() -> bool:
    return find_spec("espeakng_loader") is not None and find_spec("numpy") is not None
