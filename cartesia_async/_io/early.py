"""What would else be loaded in the middle of a request."""

from __future__ import annotations

from importlib import import_module

_NAMES = (
    "concurrent.futures.thread",  # a loop's worker threads
    "encodings.idna",  # looking up a host's name
)


def load() -> None:
    """
    Load it now.

    Later it would hold up the loop; and a process that is forked while a thread loads a module can never load it itself.
    """
    for name in _NAMES:
        import_module(name)
