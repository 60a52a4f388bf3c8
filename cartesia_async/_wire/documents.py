"""
JSON and base64: read by the standard library, and quickly where orjson and pybase64 are installed (the extra ``speed``).

What is installed is found out once, when this module is loaded. Whatever a quick way refuses with a `ValueError` is to be
judged by the plain one. What both accept is the same, but for one thing: orjson makes a float of a whole number that has
more than 64 bits.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

_raw_decode = json.JSONDecoder().raw_decode
_DIGITS_TO_ZEROS = bytes(ord("0") if chr(byte) in "0123456789" else ord(" ") for byte in range(256))
_LONG_NUMBER = b"0" * 19  # digits: what has fewer is the same whoever reads it


def plainly_read(data: bytes) -> Any:
    """
    Read JSON by the standard library.

    Raises:
        ValueError: It is none.
        RecursionError: It is nested too deeply.
    """
    # `loads` would look for white space on both sides, at half the cost of a short event.
    try:
        text = data.decode()
        document, end = _raw_decode(text)
    except ValueError:
        return json.loads(data)
    return document if end == len(text) else json.loads(data)


def plainly_decoded(data: bytes | str) -> bytes:
    """
    Decode base64 by the standard library.

    Raises:
        ValueError: It is none.
    """
    return binascii.a2b_base64(data, strict_mode=True)


quickly_read: Callable[[bytes], Any] = plainly_read
quickly_decoded: Callable[[bytes | str], bytes] = plainly_decoded
with suppress(ImportError):
    import orjson

    quickly_read = orjson.loads
with suppress(ImportError):
    from pybase64 import b64decode

    def _decoded_by_pybase64(data: bytes | str) -> bytes:
        # Arguments that are named would take it as long as 320 bytes of audio.
        return b64decode(data, None, True)  # noqa: FBT003

    quickly_decoded = _decoded_by_pybase64


def read(data: bytes) -> Any:
    """
    Read JSON, in the quick way where there is one.

    Raises:
        ValueError: It is none.
        RecursionError: It is nested too deeply.
    """
    try:
        return quickly_read(data)
    except ValueError:
        return plainly_read(data)


def read_exactly(data: bytes) -> Any:
    """
    Read JSON, in the quick way where that makes no difference at all.

    Raises:
        ValueError: It is none.
        RecursionError: It is nested too deeply.
    """
    if quickly_read is plainly_read or _LONG_NUMBER in data.translate(_DIGITS_TO_ZEROS):
        return plainly_read(data)
    return read(data)
