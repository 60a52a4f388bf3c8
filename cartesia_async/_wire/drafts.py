"""Frozen models while they are being made."""

from __future__ import annotations

from typing import Any

import attrs

# Both are needed: else Python takes a long way round to write a field.
_WRITABLE = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}


def draft_of(kind: Any) -> Any:
    """
    Give a class of drafts of the frozen class *kind*.

    A draft is made of the values of all fields, in their order, and becomes what it is a draft of by the assignment of its
    class. The initializer of a frozen class would look up the way to each field anew, and take three times as long. It is a
    subclass, and so shows in ``kind.__subclasses__()``: Python 3.11 lets no other class take the place of one with slots.
    """
    draft = type(f"_{kind.__name__}Draft", (kind,), dict(_WRITABLE))
    return attrs.define(draft, eq=False, repr=False, on_setattr=attrs.setters.NO_OP, field_transformer=_all_by_position)


def _all_by_position(_: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    return [field.evolve(kw_only=False, default=attrs.NOTHING) for field in fields]
