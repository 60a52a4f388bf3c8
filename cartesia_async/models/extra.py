"""What a model has besides its fields, where the service sent nothing more."""

from __future__ import annotations

from typing import Any, Never


def _refuse(*_: object, **__: object) -> Never:
    msg = "the extra fields of a model cannot be changed"
    raise TypeError(msg)


class _Nothing(dict[str, Any]):
    # One for all models: one for each would be a third of the objects of a page of thousands that the garbage collector
    # counts, and so make it walk through all others more often. It is a dictionary, so that models can be written as JSON.
    __slots__ = ()
    __setitem__ = __ior__ = setdefault = update = _refuse

    def __init__(self) -> None:
        # Called again, that of a dictionary would fill it.
        super().__init__()

    def __reduce__(self) -> str:
        return "NOTHING_MORE"


NOTHING_MORE = _Nothing()
