"""Processor time and memory of what is measured."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def _memory(name: str) -> float:
    # In MB; what the peak was, and what is held now, only Linux tells apart.
    found = re.search(rf"{name}:\s+(\d+) kB", _STATUS.read_text())
    assert found
    return int(found[1]) * 1024 / 1e6


def load(url: str) -> dict[str, Any]:
    """Ask the server for its processor time, and for what it noted since it was last asked."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    connection.request("GET", "/load")
    answer: dict[str, Any] = json.load(connection.getresponse())
    connection.close()
    return answer


@contextmanager
def measured(url: str) -> Iterator[dict[str, Any]]:
    """Measure what is done meanwhile: seconds of processor and of wall time, growth of memory in MB, the server's load and notes."""
    figures: dict[str, Any] = {}
    server = load(url)["cpu"]
    memory = _RESET.exists()
    held = 0.0
    if memory:
        _RESET.write_text("5")
        held = _memory("VmRSS")
    wall, cpu = time.monotonic(), time.process_time()
    yield figures
    figures["cpu"], figures["wall"] = time.process_time() - cpu, time.monotonic() - wall
    if memory:
        figures["growth"] = _memory("VmHWM") - held
    after = load(url)
    figures["server"] = (after.pop("cpu") - server) / figures["wall"]
    figures.update(after)
