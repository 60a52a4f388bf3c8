"""What cannot be scripted is refused at once, in words that name it."""

from __future__ import annotations

import math
import re

import pytest

from cartesia_async.emulator import Emulator
from cartesia_async.emulator.routes import TABLE

WRONG: dict[str, tuple[str, dict[str, object], str]] = {
    "nothing": ("/tts/sse", {}, "nothing goes wrong"),
    "only times": ("/tts/sse", {"times": 3}, "nothing goes wrong"),
    "path": ("tts/sse", {"status": 500}, "path must be"),
    "query": ("/voices?limit=1", {"status": 500}, "no query"),
    "mistyped": ("/tts/bites", {"status": 500}, r"'/tts/bites' is of none; the nearest are /tts/bytes, "),
    "capital": ("/Voices", {"status": 500}, "the nearest are /voices, "),
    "a part too many": ("/tts/bytes/x", {"status": 500}, "/tts/bytes"),
    "only the start": ("/tts", {"status": 500}, "/tts/sse"),
    "a star for nothing": ("/nowhere/*", {"status": 500}, "is of none"),
    "url": ("http://127.0.0.1:1/tts/bytes", {"status": 500}, "path must be"),
    "empty path": ("", {"status": 500}, "path must be"),
    "status": ("*", {"status": 42}, "status must be from 200 to 599, not 42"),
    "status text": ("*", {"status": "500"}, "status must be"),
    "status truth": ("*", {"status": True}, "status must be"),
    "negative drop": ("/tts/sse", {"drop_after": -1}, "drop_after must be"),
    "half drop": ("/tts/sse", {"drop_after": 1.5}, "drop_after must be"),
    "drop": ("/tts/sse", {"drop_after": 1, "drop": "gently"}, "'close', 'reset', 'end', not 'gently'"),
    "end of nothing": ("/tts/sse", {"drop": "end"}, "needs drop_after"),
    "stall": ("/tts/sse", {"stall_after": -1}, "stall_after must be"),
    "stall nowhere": ("/tts/sse", {"stall": 1}, "needs stall_after"),
    "stall negative": ("/tts/sse", {"stall": -1, "stall_after": 1}, "stall must be a number of seconds"),
    "latency": ("*", {"latency": -0.1}, "latency must be"),
    "no number": ("*", {"latency": math.nan}, "latency must be"),
    "split": ("*", {"split": 0}, "split must be"),
    "half of nothing": ("/tts/sse", {"half": True}, "half needs"),
    "half of audio": ("/tts/bytes", {"half": True, "drop_after": 1}, "half is of an event"),
    "times": ("*", {"status": 500, "times": 0}, "times must be"),
    "half times": ("*", {"status": 500, "times": 1.5}, "times must be"),
    "after": ("*", {"status": 500, "after": -1}, "after must be"),
    "after an event": ("/tts/sse", {"event": {}, "after": -1}, "after must be"),
    "title alone": ("*", {"title": "T", "drop_after": 1}, "need a status"),
    "retry_after alone": ("*", {"retry_after": 1}, "need a status"),
    "retry_after of success": ("*", {"status": 200, "retry_after": 1}, "400 or more"),
    "endless retry_after": ("*", {"status": 429, "retry_after": math.inf}, "retry_after must be finite"),
    "body and title": ("*", {"status": 500, "title": "T", "body": "x"}, "body excludes"),
    "event and status": ("/tts/sse", {"event": {"type": "x"}, "status": 500}, "event excludes"),
    "event nowhere": ("/tts/bytes", {"event": {"type": "x"}}, "/tts/bytes does not"),
    "event of what": ("/tts/sse", {"event": {"type": object()}}, "event must be JSON"),
    "header name": ("*", {"status": 500, "headers": {"a b": "c"}}, "name that cannot be sent"),
    "header value": ("*", {"status": 500, "headers": {"a": "b\r\nc: d"}}, "value that cannot be sent"),
    "header type": ("*", {"status": 500, "headers": {"a": 1}}, "value that cannot be sent"),
    "length": ("*", {"status": 500, "headers": {"Content-Length": "7"}}, "leave Content-Length"),
    "cut and answered": ("*", {"drop": "reset", "status": 500}, "excludes every part of one"),
    "stale and answered": ("*", {"stale": True, "status": 500}, "excludes every part of one"),
    "stale and cut": ("*", {"stale": True, "drop_after": 2}, "excludes every part of one"),
    "connect": ("*", {"connect": "never"}, "connect must be"),
    "connect and path": ("/tts/sse", {"connect": "reset"}, "have no path yet"),
    "connect and more": ("*", {"connect": "reset", "latency": 1}, "no other fault"),
    "refusals counted": ("*", {"connect": "refuse", "times": 2}, "cannot be counted"),
    "refusals later": ("*", {"connect": "refuse", "after": 2}, "cannot be counted"),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_nonsense_is_refused(name: str) -> None:
    """A fault that cannot be, or not so, is a `ValueError`, and nothing is scripted."""
    path, arguments, words = WRONG[name]
    emulator = Emulator(engine="tone")
    with pytest.raises(ValueError, match=words):
        emulator.fail(path, **arguments)  # type: ignore[arg-type]
    assert emulator.faults == ()


@pytest.mark.parametrize("path", sorted(TABLE.paths))
def test_the_path_of_each_call_is_taken(path: str) -> None:
    """The path of a call is taken as it is documented, with an id, with a star, and with a slash at the end."""
    emulator = Emulator(engine="tone")
    with_id = re.sub(r"{\w+}", "694f9389-aac1-45b6-b726-9d9369183238", path)
    for one in (path, with_id, re.sub(r"{\w+}", "*", path), f"{path}/", f"{with_id}/"):
        emulator.fail(one, status=500)
    assert len(emulator.faults) == 5


@pytest.mark.parametrize("path", ["*", "/*", "/tts/*", "*/files", "/v*e*/abc-*", "/voices/[ab]*", "/voices/a{id}"])
def test_patterns_are_taken(path: str) -> None:
    """A pattern is taken where it may stand for the path of a call."""
    emulator = Emulator(engine="tone")
    emulator.fail(path, status=500)
    assert emulator.faults[0].fault.path == path


def test_any_path_is_taken_where_recordings_answer() -> None:
    """What was recorded may be of any path, and so may a fault for it."""
    emulator = Emulator(replay="recordings")
    emulator.fail("/what/ever", status=500)
    assert emulator.faults[0].fault.path == "/what/ever"


def test_an_unknown_argument_is_named() -> None:
    """An argument that there is not is a `TypeError`, as for every function."""
    with pytest.raises(TypeError, match="drop_afer"):
        Emulator(engine="tone").fail("*", drop_afer=1)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"concurrency": 0}, "concurrency must be 1 or more"),
        ({"concurrency": -1}, "concurrency must be 1 or more"),
        ({"chaos": 1.5}, "chaos must be from 0 to 1"),
        ({"chaos": -0.5}, "chaos must be from 0 to 1"),
        ({"seed": 1, "chaos": math.nan}, "chaos must be from 0 to 1"),
    ],
)
def test_an_emulator_refuses_nonsense(arguments: dict[str, float], words: str) -> None:
    """A number of places, or a share of faults, that cannot be is refused when the emulator is made."""
    with pytest.raises(ValueError, match=words):
        Emulator(engine="tone", **arguments)  # type: ignore[arg-type]
