"""
Loads what would else be loaded in the middle of a request.

There it would hold up the loop, and a process forked at that moment would wait for ever to load it too.
"""

from __future__ import annotations

import concurrent.futures.thread
import encodings.idna  # a host's name is encoded with it
from importlib import import_module

__all__ = ["concurrent", "encodings"]

# anyio looks for its backend when the first portal is made.
import_module("anyio._backends._asyncio")
