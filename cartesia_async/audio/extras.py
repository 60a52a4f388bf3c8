"""The libraries of the extras, which a base install has not."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def library(name: str, *, extra: str, purpose: str) -> ModuleType:
    """
    Import a library of an extra.

    Args:
        name: The library.
        extra: The extra that brings it.
        purpose: What it is needed for, as the beginning of a sentence.

    Raises:
        ImportError: It is not installed, or what it is built on cannot be loaded.
    """
    try:
        return import_module(name)
    except ImportError as error:
        msg = f"{purpose} needs {name}: pip install 'cartesia-async[{extra}]'"
        raise ImportError(msg, name=name) from error
    except OSError as error:
        msg = f"{purpose} needs {name}, which is installed but cannot be loaded: {error}"
        raise ImportError(msg, name=name) from error
