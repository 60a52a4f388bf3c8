"""The public face: its names, what is said of them, and that both clients have the same."""

from __future__ import annotations

import importlib
import inspect
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import cartesia_async
from cartesia_async import AsyncCartesia, Cartesia, errors, hooks
from cartesia_async._calls.binding import Resource, either, endpoint

ALIASES = {"OutputFormat", "TTSEvent", "Uploadable", "VoiceChangerEvent", "VoiceSpecifier"}
CLASSES = [name for name in cartesia_async.__all__ if name not in ALIASES and name != "__version__"]
FAMILIES = ("api_status", "tts", "voice_changer", "voices", "datasets")
# The seventeen calls, and the two that are made over a WebSocket.
CALLS = {
    "api_status": {"get"},
    "tts": {"bytes", "sse", "websocket", "stream"},
    "voice_changer": {"bytes", "sse"},
    "voices": {"list", "create", "get", "update", "delete", "localize", "mix", "clone"},
    "datasets": {"list", "create", "list_files", "upload_file"},
}
# A blocking stream, page or client has these under another name, or not at all.
TWINS = {
    "AsyncCartesia": "Cartesia",
    "AudioStream": "BlockingAudioStream",
    "EventStream": "BlockingEventStream",
    "Page": "BlockingPage",
    "Pages": "BlockingPages",
    "SpeechContext": "BlockingSpeechContext",
    "SpeechSocket": "BlockingSpeechSocket",
    "SpeechStream": "BlockingSpeechStream",
}


def _public(kind: type) -> Iterator[tuple[str, Any]]:
    for name in dir(kind):
        if name.startswith("_") or hasattr(BaseException, name):
            continue
        member = inspect.getattr_static(kind, name)
        if isinstance(member, (types.FunctionType, property, classmethod, staticmethod, endpoint, either)):
            yield name, member


def _function(member: Any) -> Any:
    if isinstance(member, property):
        return member.fget
    if isinstance(member, (classmethod, staticmethod)):
        return member.__func__
    if isinstance(member, (endpoint, either)):
        return member.method
    return member


def _methods() -> list[Any]:
    kinds = [getattr(cartesia_async, name) for name in CLASSES]
    client = Cartesia("key")
    kinds += [type(getattr(client, family)) for family in FAMILIES]
    found = {}
    for kind in kinds:
        for name, member in _public(kind):
            if not any(name in vars(base) for base in kind.__mro__ if base.__module__.startswith("cartesia_async")):
                continue
            found[f"{kind.__name__}.{name}"] = member
    return [pytest.param(member, id=name) for name, member in found.items()]


def test_all_is_sorted_and_true() -> None:
    """`__all__` is sorted, without doubles, and every name in it exists; `dir` shows the same."""
    names = cartesia_async.__all__
    assert names == sorted(set(names))
    assert [name for name in names if not hasattr(cartesia_async, name)] == []
    assert dir(cartesia_async) == names


def test_a_star_import_works() -> None:
    """`from cartesia_async import *` gives every name."""
    space: dict[str, Any] = {}
    exec("from cartesia_async import *", space)
    assert set(cartesia_async.__all__) <= set(space)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A name that does not exist is refused as by any module."""
    with pytest.raises(AttributeError, match="module 'cartesia_async' has no attribute 'Nothing'"):
        cartesia_async.Nothing  # noqa: B018


def test_checkers_and_programs_see_the_same() -> None:
    """The names that type checkers see, and those that are loaded when they are asked for, are the same."""
    source = Path(cartesia_async.__file__).read_text()
    block = source.partition("if TYPE_CHECKING:")[2].partition("\n\n# ")[0]
    imported = set()
    for home, names in re.findall(r"from \.(\S+) import \(?([^)]+?)\)?(?=\n    from|\Z)", block.strip() + "\n"):
        for name in names.replace("\n", " ").split(","):
            if name.strip():
                imported.add((home, name.strip().rpartition(" ")[2]))
    loaded = {(home, name) for home, names in cartesia_async._HOMES.items() for name in names}
    assert imported == loaded
    assert {name for _, name in loaded} | {"AsyncCartesia", "Cartesia"} == set(cartesia_async.__all__)


def test_every_error_and_hook_is_public() -> None:
    """Every error and every event for `on_event` is in `__all__`, and every error descends from one."""
    for module in (errors, hooks):
        own = {
            name: thing
            for name, thing in vars(module).items()
            if isinstance(thing, type) and thing.__module__ == module.__name__ and not name.startswith("_")
        }
        assert set(own) <= set(cartesia_async.__all__)
        if module is errors:
            assert all(issubclass(kind, errors.CartesiaError) for kind in own.values())
            assert all(name in (errors.__doc__ or "") for name in own)


def test_what_calls_take_and_give_is_public() -> None:
    """Every class of ours in the result of a call, or among a model's attributes, is in `__all__`."""
    missing = set()
    for name in CLASSES:
        kind = getattr(cartesia_async, name)
        if attrs.has(kind):
            home = vars(importlib.import_module(kind.__module__))
            hints = typing.get_type_hints(kind, {**vars(typing), **_everything(), **home})
            missing |= {found.__name__ for hint in hints.values() for found in _classes_in(hint)}
    assert missing - set(cartesia_async.__all__) == set()


def _everything() -> dict[str, Any]:
    from collections import abc

    return {**vars(abc), **{name: getattr(cartesia_async, name) for name in cartesia_async.__all__}}


def _classes_in(hint: Any) -> Iterator[type]:
    for part in typing.get_args(hint):
        yield from _classes_in(part)
    if isinstance(hint, type) and hint.__module__.startswith("cartesia_async"):
        # A dictionary or an object of some shape is written without its name.
        if not typing.is_typeddict(hint) and not getattr(hint, "_is_protocol", False):
            yield hint


@pytest.mark.parametrize("name", CLASSES)
def test_classes_are_documented(name: str) -> None:
    """Every public class says what it is, in its own words, and names its attributes."""
    kind = getattr(cartesia_async, name)
    own = vars(kind).get("__doc__")
    assert own, name
    assert own.strip().splitlines()[0].rstrip().endswith((".", "`.", ":")), own
    if attrs.has(kind):
        named = [field.name for field in attrs.fields(kind) if field.name not in {"extra", "type", "container", "mode"}]
        text = " ".join(base.__doc__ or "" for base in kind.__mro__)
        assert [field for field in named if not re.search(rf"\b{field}:", text)] == []


@pytest.mark.parametrize("member", _methods())
def test_methods_are_documented(member: Any) -> None:
    """Every public method has a docstring that names each of its arguments."""
    function = _function(member)
    text = inspect.getdoc(function)
    assert text
    parameters = [name for name in inspect.signature(function).parameters if name not in {"self", "cls", "resource"}]
    taken = [name for name in parameters if name not in {"args", "kwargs", "options"}]
    if taken:
        assert "Args:" in text
        assert [name for name in taken if not re.search(rf"^\s+\*{{0,2}}{name}: ", text, re.MULTILINE)] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_calls_are_all_there_and_say_what_they_raise(family: str) -> None:
    """Both clients have all calls, the very same; each tells what it gives and raises."""
    blocking, asynchronous = (getattr(kind("key"), family) for kind in (Cartesia, AsyncCartesia))
    assert type(blocking) is type(asynchronous)
    calls = {name: member for name, member in _public(type(blocking)) if isinstance(member, (endpoint, either))}
    assert set(calls) == CALLS[family]
    for name, member in calls.items():
        text = inspect.getdoc(member.method) or ""
        assert "Raises:" in text, name
        assert "CartesiaError" in text, name
        gives = inspect.signature(member.method).return_annotation
        assert "Returns:" in text or "None" in str(gives), name
        assert inspect.signature(getattr(blocking, name)) == inspect.signature(getattr(asynchronous, name))


def test_seventeen() -> None:
    """There are seventeen calls, and two over a WebSocket."""
    assert sum(map(len, CALLS.values())) == 17 + 2


@pytest.mark.parametrize("asynchronous", TWINS)
def test_twins_have_the_same_methods(asynchronous: str) -> None:
    """What is asynchronous and its blocking twin have the same methods, with the same parameters."""
    first, second = (dict(_public(getattr(cartesia_async, name))) for name in (asynchronous, TWINS[asynchronous]))
    first.pop("aclose", None)
    assert set(first) == set(second)
    for name, member in first.items():
        if not isinstance(member, property):
            own, other = (inspect.signature(_function(each)).parameters for each in (member, second[name]))
            assert [(p.name, p.kind, p.default) for p in own.values()] == [
                (p.name, p.kind, p.default) for p in other.values()
            ], name


def test_the_clients_take_the_same() -> None:
    """`Cartesia` takes what `AsyncCartesia` takes, but for the session."""
    own, other = (inspect.signature(kind).parameters for kind in (AsyncCartesia, Cartesia))
    without = {name: (p.kind, p.default) for name, p in own.items() if name != "session"}
    assert without == {name: (p.kind, p.default) for name, p in other.items()}
    assert next(iter(own)) == "api_key"
    for kind in (AsyncCartesia, Cartesia):
        text = inspect.getdoc(kind) or ""
        assert [name for name in inspect.signature(kind).parameters if f"    {name}: " not in text] == []
        assert "Raises:" in text


def test_resources_are_made_once() -> None:
    """Each family is one class for both clients."""
    assert issubclass(type(Cartesia("key").voices), Resource)


def test_it_is_typed() -> None:
    """The package says that it is typed."""
    assert (Path(cartesia_async.__file__).parent / "py.typed").exists()
