"""aiohttp with orjson and pybase64, and nothing else."""

from __future__ import annotations

import orjson
import pybase64

from tests.benchmarks.contestants import bare


class Contestant(bare.Contestant):
    """Each method is a call, written as a user of aiohttp writes it."""

    def __init__(self, url: str) -> None:
        super().__init__(url, orjson.loads, pybase64.b64decode)
