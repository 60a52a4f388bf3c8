"""What processes say on standard error, however busy the machine is."""

from __future__ import annotations

import re

# In Python's development mode asyncio tells of each callback that took 0.1 s: on a laden machine, any may.
_SLOW = re.compile(rb"^Executing <.*> took \d+\.\d+ seconds\r?$\n?", re.MULTILINE)


def complaints(errors: bytes) -> bytes:
    """Give what a process complained of, without what asyncio tells of a slow machine."""
    return _SLOW.sub(b"", errors)
