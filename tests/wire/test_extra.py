"""What a model holds in `extra` where the service sent nothing more: one dictionary for all, which stays empty."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import cattrs
import pytest

from cartesia_async._wire.codec import structure
from cartesia_async.models.voices import Voice

CHANGES: dict[str, Callable[[Any], object]] = {
    "set": lambda extra: extra.__setitem__("colour", "blue"),
    "update": lambda extra: extra.update(colour="blue"),
    "setdefault": lambda extra: extra.setdefault("colour", "blue"),
    "|=": lambda extra: extra.__ior__({"colour": "blue"}),
    "init": lambda extra: extra.__init__(colour="blue"),
    "attribute": lambda extra: setattr(extra, "colour", "blue"),
}
COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "evolve": attrs.evolve,
}


@pytest.mark.parametrize("again", [lambda model: model, *COPIES.values()], ids=["itself", *COPIES])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_is_shared_cannot_be_changed(change: Callable[[Any], object], again: Callable[[Any], Any]) -> None:
    """Whoever tries to add something, to a model or to a copy of it, is told, and no other model gets it."""
    voice = again(structure({"id": "a", "locales": [{}]}, Voice))
    with pytest.raises((TypeError, AttributeError)):
        change(voice.extra)
    assert voice.extra == voice.locales[0].extra == Voice(id="b").extra == {}


def test_adding_says_what_is_wrong() -> None:
    """The error says that the fields of a model cannot be changed."""
    with pytest.raises(TypeError, match="the extra fields of a model cannot be changed"):
        CHANGES["set"](Voice(id="a").extra)


@pytest.mark.parametrize("again", COPIES.values(), ids=COPIES.keys())
def test_a_model_without_more_is_copied_like_any_other(again: Callable[[Any], Any]) -> None:
    """However it is copied, it is equal, and its extra is empty."""
    voice = structure({"id": "a"}, Voice)
    assert again(voice) == voice == Voice(id="a")
    assert again(voice).extra == {} == again(voice).extra.copy()


@pytest.mark.parametrize("plain", [attrs.asdict, cattrs.unstructure])
def test_a_model_without_more_can_be_written_as_json(plain: Callable[[Any], Any]) -> None:
    """Its extra is an empty object."""
    assert json.loads(json.dumps(plain(Voice(id="a"))))["extra"] == {}
    assert repr(Voice(id="a")).endswith("extra={})")


def test_a_page_of_models_holds_no_dictionary_for_each() -> None:
    """Models without more share what they have nothing in, so that the garbage collector does not count one for each."""
    voices = [structure({"id": str(number), "locales": [{}]}, Voice) for number in range(3)]
    shared = {id(model.extra) for voice in voices for model in (voice, *voice.locales)}
    assert len(shared) == 1
    assert structure({"id": "a", "colour": "blue"}, Voice).extra == {"colour": "blue"}
