"""
The hot event: a chunk of audio, which is nearly all that a stream is made of.

`quick_chunk` makes one out of an event's bytes, provided that it is of the usual sort. It gives nothing for any other event,
nor for a chunk that is in any way unusual: those go the plain way, which says what is wrong with them. For whatever
it does make, the plain way would have made the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import NoneType
from typing import Any

import attrs

from ..models.events import AudioChunk
from .documents import plainly_decoded, quickly_decoded, quickly_read
from .drafts import draft_of

_LONG = 2000  # bytes of an event, from which on cutting its audio out of the JSON costs less than reading it as JSON
_KEY = b'"data":"'
_STANDIN = os.urandom(8).hex()  # so that no other value can be it
_STANDIN_BYTES = _STANDIN.encode()
_EXACT = 2.0**63  # below it, numbers are the same whoever reads them
_FIELDS = (frozenset(attrs.fields_dict(AudioChunk)) | {"type", "done"}) - {"extra"}
_NUMBERS, _WHOLE, _TEXT = {float, int, NoneType}, {int, NoneType}, {str, NoneType}
_Draft = draft_of(AudioChunk)


def structure_chunk(document: Any, _: Any = AudioChunk) -> AudioChunk:
    """
    Make a chunk of its JSON object, whose audio may be decoded already; it is registered as cattrs' hook.

    Raises:
        Exception: A field is missing, or of another type.
    """
    extra = {name: value for name, value in document.items() if name not in _FIELDS}
    return _made(document, plainly_decoded, extra)


def quick_chunk(data: bytes) -> AudioChunk | None:
    """Make a chunk of the bytes of an event; ``None`` where the plain way must be gone."""
    try:
        document = quickly_read(data) if len(data) <= _LONG else _without_audio(data)
        # An event without a type that has audio, and nothing that is unknown, is a chunk too.
        if document.get("type", "chunk") != "chunk" or document.get("done") or not _FIELDS.issuperset(document):
            return None
        chunk = _made(document, quickly_decoded, {})
    except Exception:  # noqa: BLE001 - what is wrong is found out at leisure
        return None
    step_time = chunk.step_time
    return chunk if step_time is None or -_EXACT < step_time < _EXACT else None


def _made(document: Any, decode: Callable[[str], bytes], extra: dict[str, Any]) -> AudioChunk:
    get = document.get
    data = document["data"]
    step_time, status_code, context_id = get("step_time"), get("status_code"), get("context_id")
    flush_id, sample_rate = get("flush_id"), get("sample_rate")
    if not (
        type(step_time) in _NUMBERS
        and type(status_code) in _WHOLE
        and type(context_id) in _TEXT
        and type(flush_id) in _WHOLE
        and type(sample_rate) in _WHOLE
    ):
        msg = "a field is of another type"
        raise TypeError(msg)
    if type(data) is str:
        data = decode(data)
    elif type(data) is not bytes:
        msg = f"expected base64, not {type(data).__name__}"
        raise TypeError(msg)
    chunk: AudioChunk = _Draft(data, step_time, status_code, context_id, flush_id, sample_rate, extra)
    chunk.__class__ = AudioChunk
    return chunk


def _without_audio(data: bytes) -> Any:
    # The base64 is cut out of the bytes, decoded, and put into the document in place of a stand-in. A quotation mark inside
    # a JSON string is escaped, so the key that is found is a key; should it be another object's, the stand-in is missing.
    start = data.find(_KEY, 0, _LONG) + len(_KEY)
    if start < len(_KEY):  # written with white space, perhaps
        return quickly_read(data)
    end = data.index(b'"', start)
    document = quickly_read(b"".join((data[:start], _STANDIN_BYTES, data[end:])))
    if document["data"] != _STANDIN:
        msg = "the audio is somewhere else"
        raise ValueError(msg)
    document["data"] = quickly_decoded(data[start:end])
    return document
