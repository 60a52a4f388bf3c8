"""
How models are made of JSON objects: hooks for cattrs, for whatever comes by the thousand.

cattrs' own would look up the way to each value anew, and call a frozen class, which goes the long way to each of its fields.
These look at the types of all values at once, which are the same for nearly every object, and fill the fields in
directly. What they refuse is explained by cattrs' own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
from cattrs import Converter

from ..models.extra import NOTHING_MORE
from .checks import is_array, is_object
from .drafts import draft_of
from .scalars import scalars_of

Hook = Callable[[Any, Any], Any]
# Types of what may have been sent, or stands for nothing: a default of any other type is known by its type.
_AMBIGUOUS = frozenset({dict, list, str, int, float, bool, NoneType, type(attrs.NOTHING)})
_USUAL = 64  # mixtures of types that are remembered, of each model


def model_hook(converter: Converter, kind: Any) -> Hook:
    """
    Give what makes a frozen model, with all that the object has besides in its ``extra``.

    Its fields have neither converters nor validators, and no default is made anew for each.
    """
    hints = get_type_hints(kind)
    fields = [field for field in attrs.fields(kind) if field.name != "extra"]
    names = [field.name for field in fields]
    known = frozenset(names)
    defaults = [field.default for field in fields]
    hooks = [converter.get_structure_hook(hints[name]) for name in names]
    # The types of values that are taken as they are: of scalars that fit, and of a default that cannot have been sent.
    fitting = [{*scalars_of(hints[field.name]), *({type(field.default)} - _AMBIGUOUS)} for field in fields]
    draft = draft_of(kind)

    @functools.lru_cache(maxsize=_USUAL)
    def to_structure(types: tuple[type, ...]) -> tuple[tuple[int, Hook, Any], ...]:
        return tuple(
            (place, hooks[place], hints[names[place]])
            for place, given in enumerate(types)
            if given not in fitting[place]
        )

    def fill(document: Any, _: Any) -> Any:
        if not is_object(document):
            msg = f"expected an object, not {type(document).__name__}"
            raise TypeError(msg)
        values = list(map(document.get, names, defaults))
        for place, structure, field_kind in to_structure(tuple(map(type, values))):
            if values[place] is attrs.NOTHING:
                raise KeyError(names[place])
            values[place] = structure(values[place], field_kind)
        extra: Mapping[str, Any] = NOTHING_MORE
        if not known.issuperset(document):
            extra = {key: value for key, value in document.items() if key not in known}
        model = draft(*values, extra)
        model.__class__ = kind
        return model

    return fill


def is_tuple_of_models(kind: Any) -> bool:
    """Tell whether *kind* is a tuple of any number of models."""
    return get_origin(kind) is tuple and attrs.has(get_args(kind)[0])


def tuple_hook(converter: Converter, kind: Any) -> Hook:
    """Give what makes a tuple of models of a list, and of nothing else: cattrs' own takes whatever can be walked through."""
    models: Any = list[get_args(kind)[0]]  # type: ignore[misc]  # a type that is known at run time only
    structure = converter.get_structure_hook(models)

    def structure_each(value: Any, _: Any) -> Any:
        if not is_array(value):
            msg = f"expected a list, not {type(value).__name__}"
            raise TypeError(msg)
        return tuple(structure(value, models))

    return structure_each


def is_optional(kind: Any) -> bool:
    """Tell whether *kind* is something or nothing."""
    return get_origin(kind) in {Union, UnionType} and len(get_args(kind)) == 2 and NoneType in get_args(kind)


def optional_hook(converter: Converter, kind: Any) -> Hook:
    """Give what makes something of anything but nothing."""
    (some,) = (part for part in get_args(kind) if part is not NoneType)
    structure = converter.get_structure_hook(some)
    return lambda value, _: None if value is None else structure(value, some)
