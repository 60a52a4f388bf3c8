"""Between JSON and models: the one converter, configured in one place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_origin

import attrs
from cattrs import Converter, transform_error
from cattrs.gen import make_dict_structure_fn
from cattrs.v import format_exception

from ..errors import APIResponseError
from ..models.api_status import ApiInfo
from ..models.events import AudioChunk
from .checks import is_array, is_object
from .chunks import structure_base64, structure_chunk
from .documents import read
from .filling import is_optional, is_tuple_of_models, model_hook, optional_hook, tuple_hook
from .scalars import SCALARS, scalar_hook, scalars_of

T = TypeVar("T")
_EXCERPT = 120
_MOST_DETAILS = 20
_BASE64 = re.compile(r"[A-Za-z0-9+/=_-]{40,}")


def _sequence_hook(kind: Any) -> Callable[[Any, Any], Any]:
    is_tuple = get_origin(kind) is tuple

    def check(value: Any, _: Any) -> Any:
        # Thousands of numbers: looking at each one would cost more than reading them.
        if is_array(value):
            return tuple(value) if is_tuple else value
        # The service may write an empty list of words as null.
        if value is None and is_tuple:
            return ()
        msg = f"expected a list, not {type(value).__name__}"
        raise TypeError(msg)

    return check


def _is_plain_sequence(kind: Any) -> bool:
    return get_origin(kind) in {tuple, Sequence} and get_args(kind)[0] in {str, float, int}


def _new_converter(*, detailed: bool) -> Converter:
    converter = Converter(detailed_validation=detailed)
    if not detailed:
        converter.register_structure_hook_factory(is_optional, partial(optional_hook, converter))
    converter.register_structure_hook_factory(is_tuple_of_models, partial(tuple_hook, converter))
    converter.register_structure_hook_factory(lambda kind: bool(scalars_of(kind)), scalar_hook)
    for kind in SCALARS:
        # Those that cattrs has hooks of its own for, which coerce.
        converter.register_structure_hook(kind, scalar_hook(kind))
    converter.register_structure_hook_factory(_is_plain_sequence, _sequence_hook)
    model = partial(_keeping_extra if detailed else model_hook, converter)
    converter.register_structure_hook_factory(_has_extra, model)
    converter.register_structure_hook(bytes, structure_base64)
    if not detailed:
        converter.register_structure_hook(AudioChunk, structure_chunk)
    converter.register_structure_hook(ApiInfo, _api_info(model(ApiInfo)))
    return converter


def _has_extra(kind: Any) -> bool:
    return attrs.has(kind) and "extra" in attrs.fields_dict(kind)


def _keeping_extra(converter: Converter, kind: Any) -> Callable[[Any, Any], Any]:
    structure_known = cast("Callable[[Any, Any], Any]", make_dict_structure_fn(kind, converter))
    known = frozenset(attrs.fields_dict(kind)) - {"extra"}

    def structure_all(document: Any, into: Any) -> Any:
        if not is_object(document):
            msg = f"expected an object, not {type(document).__name__}"
            raise TypeError(msg)
        if known.issuperset(document):
            return structure_known(document, into)
        ours = {name: value for name, value in document.items() if name in known}
        structured = structure_known(ours, into)
        _keep_extra(structured, {name: value for name, value in document.items() if name not in known})
        return structured

    return structure_all


def _keep_extra(structured: Any, extra: Mapping[str, Any]) -> None:
    # Frozen for its users, not yet for its maker: `evolve` would copy every field for this one.
    object.__setattr__(structured, "extra", extra)


def _api_info(structure_info: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def structure_either(document: Any, into: Any) -> Any:
        if is_object(document) and "ok" not in document and "status" in document:
            document = {**document, "ok": document["status"]}
            del document["status"]
        return structure_info(document, into)

    return structure_either


_converter = _new_converter(detailed=False)
_explaining: list[Converter] = []


def hook_for(kind: Any) -> Callable[[Any, Any], Any]:
    """Give what structures *kind*, for those who do it often; what it raises is told by `structure`."""
    return _converter.get_structure_hook(kind)


def structure(document: Any, into: Any) -> Any:
    """
    Make a model of a JSON document.

    Raises:
        APIResponseError: The document is not what *into* needs; its details say where.
    """
    if into is Any:
        return document
    try:
        return _converter.structure(document, into)
    except Exception as error:
        raise _not_understood(_name_of(into), _explained(document, into, "$", error)) from error


def _structure_items(items: list[Any], kind: Any, path: str) -> list[Any]:
    # In place: each document is let go of as soon as its model is made, so that pages of thousands are not held twice.
    structure_one = hook_for(kind)
    for place, item in enumerate(items):
        try:
            items[place] = structure_one(item, kind)
        except Exception as error:
            later = ((place, error), *((after, None) for after in range(place + 1, len(items))))
            faults = (_explained(items[at], kind, f"{path}[{at}]", fault) for at, fault in later)
            raise _not_understood(f"list of {_name_of(kind)}", chain.from_iterable(faults)) from error
    return items


def _explained(document: Any, into: Any, path: str, error: Exception | None) -> list[str]:
    # The quick converter does not say where it failed: a careful one does the same again.
    if not _explaining:
        _explaining.append(_new_converter(detailed=True))
    try:
        _explaining[0].structure(document, into)
    except Exception as explained:  # noqa: BLE001 - cattrs raises groups of whatever its hooks do
        return transform_error(explained, path, _reason)
    return [] if error is None else [str(error)]


def _name_of(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind))


def _not_understood(name: str, details: Iterable[str]) -> APIResponseError:
    told = tuple(islice(details, _MOST_DETAILS))
    return APIResponseError(f"the answer is not a {name}: {'; '.join(told[:5])}", details=told)


def _reason(error: BaseException, kind: type | None) -> str:
    # The hooks of this module say what they expected, which cattrs leaves out.
    return str(error) if isinstance(error, (TypeError, ValueError)) and error.args else format_exception(error, kind)


def read_json(body: bytes, into: Any, *, request_id: str | None = None) -> Any:
    """
    Read a JSON body as a model; where *into* is ``NoneType``, whatever it is, as ``None``.

    Raises:
        APIResponseError: The body is not JSON, or not what *into* needs.
    """
    if into is NoneType or into is None:
        return None
    try:
        document = read(body)
    except (ValueError, RecursionError) as error:
        start = _BASE64.sub("...", body[:_EXCERPT].decode(errors="replace"))
        what = f"begins with {start!r}" if body else "is empty"
        msg = f"the answer is not JSON: it {what}"
        raise APIResponseError(msg, request_id=request_id) from error
    try:
        return structure(document, into)
    except APIResponseError as error:
        error.request_id = request_id
        raise


def structure_page(document: Any, into: type[T]) -> tuple[list[T], bool, str | None]:
    """
    Read one page of a list: its items, whether another follows, and the id to ask for it with; the document is used up.

    Raises:
        APIResponseError: The document is neither a page nor an array, or an item is not what *into* needs.
    """
    if is_array(document):
        return _structure_items(document, into, "$"), False, None
    items = document.get("data", "") if is_object(document) else ""
    if items is None:
        # The service may write an empty list so.
        items = list[Any]()
    if not is_object(document) or not is_array(items):
        msg = "the answer is neither a page nor an array"
        raise APIResponseError(msg, details=("expected an object with a list named data @ $",))
    page = _structure_items(items, into, "$.data")
    cursor = document.get("next_page")
    return page, document.get("has_more") is True, cursor if isinstance(cursor, str) and cursor else None


_encoder = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":"))
_PLAIN = frozenset({str, int, float, bool, NoneType})


def dumps(document: Mapping[str, Any]) -> bytes:
    """
    Write a request's JSON.

    Raises:
        ValueError: It holds what JSON cannot: NaN, an infinity, half a character, or an object.
    """
    try:
        return _encoder.encode(document).encode()
    except TypeError as error:
        raise ValueError(str(error)) from error


def plain(value: object) -> Any:
    """Give a model of a request, or a dictionary or list with some in it, as plain data without what is left out."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is not dict and attrs.has(kind):
        value = attrs.asdict(cast(Any, value), recurse=False)
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in cast("Sequence[object]", value)]
    if is_object(value):
        return {name: plain(part) for name, part in value.items() if part is not None}
    return value
