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
from functools import partial
from typing import Any

_raw_decode = json.JSONDecoder().raw_decode


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


plainly_decoded: Callable[[bytes | str], bytes] = partial(binascii.a2b_base64, strict_mode=True)
quickly_read: Callable[[bytes], Any] = plainly_read
quickly_decoded = plainly_decoded
with suppress(ImportError):
    import orjson

    quickly_read = orjson.loads
with suppress(ImportError):
    import pybase64

    quickly_decoded = partial(pybase64.b64decode, validate=True)


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
