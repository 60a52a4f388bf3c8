"""Which requests are the same, and in what others differ."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async.emulator.recording.asked import Asked
from cartesia_async.emulator.recording.body import Content, FormBody, JSONBody, UploadedFile

SAID = {"transcript": "Hello", "voice": {"id": "a"}, "numbers": [1, 2.5], "empty": {}}
ASKED = Asked(method="POST", path="/tts/sse", version="2026-08-14", body=JSONBody(SAID))


def _file(**known: Any) -> UploadedFile:
    return UploadedFile(**{"field": "clip", "size": 3, "sha256": "abc", "filename": "a.wav", **known})


@pytest.mark.parametrize(
    "other",
    [
        attrs.evolve(ASKED, path="/tts/sse/"),
        attrs.evolve(ASKED, headers=["User-Agent: x"]),
        attrs.evolve(ASKED, body=JSONBody({**dict(reversed(SAID.items())), "numbers": [1.0, 2.5]})),
    ],
    ids=["slash", "headers", "order of keys"],
)
def test_the_same(other: Asked) -> None:
    """A slash at the end, headers, the order of keys and how a number is written make no difference."""
    assert ASKED.parts == other.parts
    assert other.differences(ASKED) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"method": "PUT"}, "method: PUT, recorded POST"),
        ({"path": "/tts/bytes"}, "path: /tts/bytes, recorded /tts/sse"),
        ({"version": None}, "version: none, recorded 2026-08-14"),
        ({"query": {"limit": ["1"]}}, 'query.limit: "1", recorded left out'),
        ({"body": JSONBody({**SAID, "transcript": "Hallo"})}, 'json.transcript: "Hallo", recorded "Hello"'),
        ({"body": JSONBody({**SAID, "numbers": [1]})}, "json.numbers[1]: left out, recorded 2.5"),
        ({"body": JSONBody({**SAID, "empty": None})}, "json.empty: null, recorded {}"),
        ({"body": JSONBody({**SAID, "a b": True})}, 'json["a b"]: true, recorded left out'),
        ({"body": JSONBody({**SAID, "voice": {"id": "x" * 99}})}, f'json.voice.id: "{"x" * 59}..., recorded "a"'),
    ],
)
def test_what_differs(change: dict[str, Any], told: str) -> None:
    """Each difference is told by its name and both values, long ones shortened."""
    other = attrs.evolve(ASKED, **change)
    assert other.parts != ASKED.parts
    assert other.differences(ASKED) == [told]


def test_forms() -> None:
    """Forms are the same by fields and digests; names and types of files make no difference."""
    form = FormBody(fields={"a": ["1", "2"]}, files=[_file(), _file(sha256="def")])
    one = Asked(method="POST", path="/x", body=form)
    same = FormBody(fields={"a": ["1", "2"]}, files=[_file(filename="b", content_type="x"), _file(sha256="def")])
    assert one.parts == attrs.evolve(one, body=same).parts
    other = FormBody(fields={"a": ["1", "3"]}, files=[_file(), _file()])
    assert attrs.evolve(one, body=other).differences(one) == [
        'form.a#2: "3", recorded "2"',
        "file.clip#2: 3 bytes, sha256 abc, recorded 3 bytes, sha256 def",
    ]
    raw = attrs.evolve(one, body=Content(size=1, sha256="x"))
    assert "body: 1 bytes, sha256 x, recorded left out" in raw.differences(one)


def test_a_body_not_read() -> None:
    """A recorded request that was answered before it was whole is the same whatever the body."""
    unread = attrs.evolve(ASKED, body=None, unread=True)
    assert unread.parts == ASKED.without_body
    assert ASKED.differences(unread) == []


def test_the_nearest() -> None:
    """Same method, likest path, and then what differs least is nearest."""
    others = {
        "method": attrs.evolve(ASKED, method="GET"),
        "path": attrs.evolve(ASKED, path="/tts/bytes"),
        "far": attrs.evolve(ASKED, body=JSONBody({})),
        "near": attrs.evolve(ASKED, body=JSONBody({**SAID, "transcript": "Hello!"})),
        "less near": attrs.evolve(ASKED, body=JSONBody({**SAID, "transcript": "Quite another"})),
    }
    assert sorted(others, key=lambda name: ASKED.distance(others[name])) == [
        *("near", "less near", "far", "path", "method")
    ]
    assert ASKED.distance(ASKED) == (False, 0, 0)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(one=VALUES, other=VALUES)
def test_values_are_the_same_if_their_json_is(one: object, other: object) -> None:
    """Two JSON bodies are taken for the same if, and only if, they are."""
    parts = [Asked(method="POST", path="/", body=JSONBody(value)).parts for value in (one, other)]
    canonical = [json.dumps(value, sort_keys=True) for value in (one, other)]
    assert (parts[0] == parts[1]) == (canonical[0] == canonical[1])
