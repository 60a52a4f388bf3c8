"""
The hot event: a chunk of audio, which is nearly all that a stream is made of.

`quick_chunk` makes one out of an event's bytes, provided that it is of the usual sort. It gives nothing for any other event,
nor for a chunk that is in any way unusual: those go the plain way, which says what is wrong with them. For whatever
it does make, the plain way would have made the same.
"""

from __future__ import annotations

import os
from typing import Any

import attrs

from ..models.events import AudioChunk
from ..models.extra import NOTHING_MORE
from .documents import plainly_decoded, quickly_decoded, quickly_read
from .drafts import draft_of

_LONG = 2000  # bytes of an event, from which on cutting its audio out of the JSON costs less than reading it as JSON
_KEY = b'"data":"'
_STANDIN = os.urandom(8).hex()  # so that nobody can have sent it
_STANDIN_MEMBER = f'"{_STANDIN}":""'.encode()
_EXACT = 2.0**63  # below it, numbers are the same whoever reads them
_FIELDS = (frozenset(attrs.fields_dict(AudioChunk)) | {"type", "done"}) - {"data", "extra"}
_Draft = draft_of(AudioChunk)


def structure_base64(value: Any, _: Any = bytes) -> bytes:
    """
    Decode base64; it is registered as cattrs' hook.

    Raises:
        TypeError: It is no text.
        ValueError: It is no base64.
    """
    if type(value) is not str:
        msg = f"expected base64, not {type(value).__name__}"
        raise TypeError(msg)
    try:
        return plainly_decoded(value)
    except ValueError as error:
        msg = f"not valid base64: {error}"
        raise ValueError(msg) from error


def structure_chunk(document: Any, _: Any = AudioChunk) -> AudioChunk:
    """
    Make a chunk of its JSON object; it is registered as cattrs' hook.

    Raises:
        Exception: A field is missing, or of another type.
    """
    audio = structure_base64(document["data"])
    extra = {name: value for name, value in document.items() if name not in _FIELDS and name != "data"}
    return _made(document, audio, extra or NOTHING_MORE)


def quick_chunk(data: bytes) -> AudioChunk | None:
    """Make a chunk of the bytes of an event; ``None`` where the plain way must be gone."""
    try:
        at = data.find(_KEY, 0, _LONG) if len(data) > _LONG else -1
        if at < 0:
            document = quickly_read(data)
            encoded = document.pop("data", None)
        else:
            # A quotation mark inside a JSON string is escaped, so the key that is found is a key, unless this is no JSON. With
            # a stand-in for key and value, also a text, the event is JSON where it was; it is missed if it is another object's.
            end = data.index(b'"', at + len(_KEY))
            document = quickly_read(b"".join((data[:at], _STANDIN_MEMBER, data[end + 1 :])))
            del document[_STANDIN]
            encoded = data[at + len(_KEY) : end]
        # An event without a type that has audio, and nothing that is unknown, is a chunk too.
        if document.get("type", "chunk") != "chunk" or document.get("done") or not _FIELDS.issuperset(document):
            return None
        chunk = _made(document, quickly_decoded(encoded), NOTHING_MORE)
    except Exception:  # noqa: BLE001 - what is wrong is found out at leisure
        return None
    step_time = chunk.step_time
    return chunk if step_time is None or -_EXACT < step_time < _EXACT else None


def _made(document: Any, audio: bytes, extra: dict[str, Any]) -> AudioChunk:
    get = document.get
    step_time, status_code, context_id = get("step_time"), get("status_code"), get("context_id")
    flush_id, sample_rate = get("flush_id"), get("sample_rate")
    if not (
        (type(step_time) is float or step_time is None or type(step_time) is int)
        and (type(status_code) is int or status_code is None)
        and (type(context_id) is str or context_id is None)
        and (flush_id is None or type(flush_id) is int)
        and (sample_rate is None or type(sample_rate) is int)
    ):
        msg = "a field is of another type"
        raise TypeError(msg)
    chunk: AudioChunk = _Draft(audio, step_time, status_code, context_id, flush_id, sample_rate, extra)
    chunk.__class__ = AudioChunk
    return chunk
