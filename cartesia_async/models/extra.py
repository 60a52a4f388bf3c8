"""What a model has besides its fields, where the service sent nothing more."""

from __future__ import annotations

from typing import Any, Never


def _refuse(*_: object, **__: object) -> Never:
    msg = "the extra fields of a model cannot be changed"
    raise TypeError(msg)


class _Nothing(dict[str, Any]):
    # One for all models: one for each would be a third of the objects that the garbage collector counts, and then walks
    # through, on a page of thousands. It is a dictionary, so that models can be written as JSON.
    __setitem__ = __ior__ = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[()]]:
        return dict, ()


NOTHING_MORE = _Nothing()
