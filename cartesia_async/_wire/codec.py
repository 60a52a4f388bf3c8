"""Between JSON and models: the one converter, configured in one place."""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

import attrs
from cattrs import Converter, transform_error
from cattrs.gen import make_dict_structure_fn

from ..errors import APIResponseError
from ..models.api_status import ApiInfo
from ..models.events import AudioChunk
from .checks import is_object

T = TypeVar("T")
_EXCERPT = 120


def _is_open_enum(kind: Any) -> bool:
    return get_origin(kind) in {Union, UnionType} and any(get_origin(part) is Literal for part in get_args(kind))


def _exactly(*kinds: type) -> Callable[[Any, Any], Any]:
    def check(value: Any, _: Any) -> Any:
        # JSON's true and false are numbers to Python, but not to us.
        if isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool)):
            return value
        msg = f"expected {kinds[0].__name__}, not {type(value).__name__}"
        raise ValueError(msg)

    return check


def _sequence(value: Any, kind: Any) -> Any:
    # Thousands of numbers: looking at each one would cost more than reading them.
    if not isinstance(value, list):
        msg = f"expected a list, not {type(value).__name__}"
        raise TypeError(msg)
    numbers: list[Any] = value
    return tuple(numbers) if get_origin(kind) is tuple else numbers


def _is_plain_sequence(kind: Any) -> bool:
    return get_origin(kind) in {tuple, Sequence} and get_args(kind)[0] in {str, float, int}


def _open_enum(value: Any, kind: Any) -> Any:
    if value is None and NoneType in get_args(kind):
        return None
    return _exactly(str)(value, kind)


def _new_converter(*, detailed: bool) -> Converter:
    converter = Converter(detailed_validation=detailed)
    converter.register_structure_hook(str, _exactly(str))
    converter.register_structure_hook(int, _exactly(int))
    converter.register_structure_hook(float, _exactly(float, int))
    converter.register_structure_hook(bool, _exactly(bool))
    converter.register_structure_hook_func(_is_open_enum, _open_enum)
    converter.register_structure_hook_func(_is_plain_sequence, _sequence)
    converter.register_structure_hook_factory(_has_extra, partial(_keeping_extra, converter))
    converter.register_structure_hook(AudioChunk, _audio_chunk)
    converter.register_structure_hook(ApiInfo, _api_info(converter))
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
        if document.keys() <= known:
            return structure_known(document, into)
        ours = {name: value for name, value in document.items() if name in known}
        structured = structure_known(ours, into)
        extra = {name: value for name, value in document.items() if name not in known}
        # Frozen for its users, not yet for its maker: `evolve` would copy every field for this one.
        object.__setattr__(structured, "extra", extra)
        return structured

    return structure_all


def _api_info(converter: Converter) -> Callable[[Any, Any], Any]:
    structure_info = _keeping_extra(converter, ApiInfo)

    def structure_either(document: Any, into: Any) -> Any:
        if is_object(document) and "ok" not in document and "status" in document:
            document = {**document, "ok": document["status"]}
            del document["status"]
        return structure_info(document, into)

    return structure_either


_CHUNK_FIELDS = frozenset(attrs.fields_dict(AudioChunk)) | {"type", "done"}


def _audio_chunk(document: Any, _: Any) -> AudioChunk:
    # The hot event: written out, since it is most of what a stream is made of.
    get = document.get
    data = document["data"]
    return AudioChunk(
        data=data if type(data) is bytes else binascii.a2b_base64(data, strict_mode=True),
        step_time=get("step_time"),
        status_code=get("status_code"),
        context_id=get("context_id"),
        flush_id=get("flush_id"),
        sample_rate=get("sample_rate"),
        extra={}
        if document.keys() <= _CHUNK_FIELDS
        else {name: value for name, value in document.items() if name not in _CHUNK_FIELDS},
    )


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
        raise _not_understood(document, into, error) from error


def _not_understood(document: Any, into: Any, error: Exception) -> APIResponseError:
    # The quick converter does not say where it failed: a careful one does the same again.
    if not _explaining:
        _explaining.append(_new_converter(detailed=True))
    details: tuple[str, ...] = (str(error),)
    try:
        _explaining[0].structure(document, into)
    except Exception as explained:  # noqa: BLE001 - cattrs raises groups of whatever its hooks do
        details = tuple(transform_error(explained))
    name = getattr(into, "__name__", str(into))
    return APIResponseError(f"the answer is not a {name}: {'; '.join(details[:5])}", details=details)


def read_json(body: bytes, into: Any, *, request_id: str | None = None) -> Any:
    """
    Read a JSON body as a model; where *into* is ``NoneType``, whatever it is, as ``None``.

    Raises:
        APIResponseError: The body is not JSON, or not what *into* needs.
    """
    if into is NoneType or into is None:
        return None
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        start = body[:_EXCERPT].decode(errors="replace")
        what = f"begins with {start!r}" if body else "is empty"
        msg = f"the answer is not JSON: it {what}"
        raise APIResponseError(msg, request_id=request_id) from error
    try:
        return structure(document, into)
    except APIResponseError as error:
        error.request_id = request_id
        raise


def _list_of(kind: type) -> Any:
    return list[kind]  # type: ignore[valid-type]  # a type that is known at run time only


def structure_page(document: Any, into: type[T]) -> tuple[list[T], bool, str | None]:
    """
    Read one page of a list: its items, whether another follows, and the id to ask for it with.

    Raises:
        APIResponseError: The document is neither a page nor an array.
    """
    if isinstance(document, list):
        return cast("list[T]", structure(document, _list_of(into))), False, None
    if not is_object(document) or not isinstance(document.get("data"), list):
        msg = "the answer is neither a page nor an array"
        raise APIResponseError(msg, details=("expected an object with a list named data @ $",))
    items = cast("list[T]", structure(document["data"], _list_of(into)))
    cursor = document.get("next_page")
    return items, document.get("has_more") is True, cursor if isinstance(cursor, str) and cursor else None


def dumps(document: Mapping[str, Any]) -> bytes:
    """
    Write a request's JSON.

    Raises:
        ValueError: It holds what JSON cannot: NaN, an infinity, half a character, or an object.
    """
    try:
        return json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    except TypeError as error:
        raise ValueError(str(error)) from error


def plain(value: object) -> Any:
    """Give a model of a request, or a dictionary with some in it, as plain data without what is left out."""
    if attrs.has(type(value)):
        value = attrs.asdict(value, recurse=False)
    if is_object(value):
        return {name: plain(part) for name, part in value.items() if part is not None}
    return value
