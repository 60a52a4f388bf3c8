"""
How models are made of JSON objects: hooks for cattrs, for whatever comes by the thousand.

cattrs' own would look up the way to each value anew, and call a frozen class, which goes the long way to each of its fields.
These know their ways beforehand, and fill the fields in directly. What they refuse is explained by cattrs' own.
"""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
from cattrs import Converter

from .checks import is_array, is_object
from .scalars import scalars_of

Hook = Callable[[Any, Any], Any]
_LEFT_OUT = object()


def model_hook(converter: Converter, kind: Any) -> Hook:
    """
    Give what makes a frozen model, with all that the object has besides in its ``extra``.

    Its fields have neither converters nor validators, and no default but `extra` is made anew for each.
    """
    hints = get_type_hints(kind)
    fields = [field for field in attrs.fields(kind) if field.name != "extra"]
    known = frozenset(field.name for field in fields)
    plan = [
        (
            field.name,
            getattr(kind, field.name).__set__,
            frozenset(scalars_of(hints[field.name])),
            field.default,
            hints[field.name],
            converter.get_structure_hook(hints[field.name]),
        )
        for field in fields
    ]
    new: Any = object.__new__
    set_extra = kind.extra.__set__

    def fill(document: Any, _: Any) -> Any:
        if not is_object(document):
            msg = f"expected an object, not {type(document).__name__}"
            raise TypeError(msg)
        get, model = document.get, new(kind)
        for name, set_field, scalars, default, field_kind, structure in plan:
            value = get(name, _LEFT_OUT)
            if type(value) in scalars:
                set_field(model, value)
            elif value is not _LEFT_OUT:
                set_field(model, structure(value, field_kind))
            elif default is attrs.NOTHING:
                raise KeyError(name)
            else:
                set_field(model, default)
        more = not known.issuperset(document)
        set_extra(model, {key: value for key, value in document.items() if key not in known} if more else {})
        return model

    return fill


def is_tuple_of_models(kind: Any) -> bool:
    """Tell whether *kind* is a tuple of any number of models."""
    return get_origin(kind) is tuple and attrs.has(get_args(kind)[0])


def tuple_hook(converter: Converter, kind: Any) -> Hook:
    """Give what makes a tuple of models."""
    model = get_args(kind)[0]
    structure = converter.get_structure_hook(model)

    def structure_each(value: Any, _: Any) -> Any:
        if not is_array(value):
            msg = f"expected a list, not {type(value).__name__}"
            raise TypeError(msg)
        return tuple([structure(item, model) for item in value])

    return structure_each


def is_optional(kind: Any) -> bool:
    """Tell whether *kind* is something or nothing."""
    return get_origin(kind) in {Union, UnionType} and len(get_args(kind)) == 2 and NoneType in get_args(kind)


def optional_hook(converter: Converter, kind: Any) -> Hook:
    """Give what makes something of anything but nothing."""
    (some,) = (part for part in get_args(kind) if part is not NoneType)
    structure = converter.get_structure_hook(some)
    return lambda value, _: None if value is None else structure(value, some)
