"""What befalls one connection after the other, drawn by lot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from cartesia_async.emulator import Emulator
from cartesia_async.emulator.faults.script import ScriptedFault

PATH = "/tts/websocket"
GHOST = "ghost"  # a context that has ended long ago
_ERROR = {"type": "error", "done": True, "status_code": 429, "title": "Too much", "message": "Not now."}
_SAID_LATE = {"words": ["late"], "start": [0.0], "end": [0.1]}
_LATE = {"type": "timestamps", "done": False, "status_code": 206, "context_id": GHOST, "word_timestamps": _SAID_LATE}


def _cut(dice: Random, after: int) -> Mapping[str, Any]:
    return {"drop": dice.choice(("close", "reset", "end")), "drop_after": after, "half": dice.random() < 0.3}


def _cut_later(dice: Random, after: int) -> Mapping[str, Any]:
    return _cut(dice, after + dice.randint(1, after + 1))


def _silence(dice: Random, after: int) -> Mapping[str, Any]:
    return {**_cut_later(dice, after), "stall_after": after, "stall": dice.uniform(0, 0.1)}


def _death(dice: Random, after: int) -> Mapping[str, Any]:
    # While half of an event is out, pings are not answered.
    return {"stall_after": after, "half": True}


def _error_of_one(dice: Random, after: int) -> Mapping[str, Any]:
    return {**_cut_later(dice, after), "event": {**_ERROR, "context_id": "*"}, "after": after}


def _error_of_all(dice: Random, after: int) -> Mapping[str, Any]:
    return {**_cut_later(dice, after), "event": _ERROR, "after": after}


def _late(dice: Random, after: int) -> Mapping[str, Any]:
    return {**_cut_later(dice, after), "event": _LATE, "after": after}


def _unreadable(dice: Random, after: int) -> Mapping[str, Any]:
    return {**_cut_later(dice, after), "event": '{"type":"chunk","data":"', "after": after}


def _unheard_of(dice: Random, after: int) -> Mapping[str, Any]:
    event = {"type": "mood", "done": False, "context_id": "*"}
    return {**_cut_later(dice, after), "event": event, "after": after}


def _refusal(dice: Random, after: int) -> Mapping[str, Any]:
    return {"status": dice.choice((429, 500, 503))}


def _pieces(dice: Random, after: int) -> Mapping[str, Any]:
    return {**_cut_later(dice, after), "split": dice.randint(64, 2_048)}


KINDS: Mapping[str, Callable[[Random, int], Mapping[str, Any]]] = {
    "cut": _cut,
    "silence": _silence,
    "death": _death,
    "error of one": _error_of_one,
    "error of all": _error_of_all,
    "late event": _late,
    "unheard-of event": _unheard_of,
    "unreadable event": _unreadable,
    "refusal": _refusal,
    "pieces": _pieces,
}


def script(emulator: Emulator, dice: Random, connections: int, apart: int) -> list[ScriptedFault]:
    """
    Let something befall each of so many connections, every kind at least once; those that follow are left in peace.

    Args:
        emulator: Where.
        dice: What decides.
        connections: How many; as many as there are kinds, or more.
        apart: After how many events of a connection, at most.

    Returns:
        What was scripted.
    """
    kinds = list(KINDS)
    kinds += dice.choices(kinds, [0.5 if kind == "death" else 1 for kind in kinds], k=connections - len(kinds))
    dice.shuffle(kinds)
    return [emulator.fail(PATH, **KINDS[kind](dice, dice.randint(0, apart))) for kind in kinds]
