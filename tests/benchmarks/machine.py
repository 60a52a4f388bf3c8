"""The machine: its cores, and what the figures were measured on."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import re
from pathlib import Path

SHOWN = ("cartesia-async", "cartesia", "aiohttp", "orjson", "pybase64", "uvloop")


def cores() -> tuple[int, int] | None:
    """Tell the cores of client and server, if a process can be bound to one here."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    allowed = os.sched_getaffinity(0)
    return min(allowed), max(allowed)


def pin(core: int) -> None:
    """Bind this process to a core."""
    os.sched_setaffinity(0, {core})


def versions() -> dict[str, str]:
    """Tell the version of each package that takes part and is installed."""
    found = {}
    for name in SHOWN:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def described() -> str:
    """Say in a sentence when, on what and with what this is measured."""
    number = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    packages = ", ".join(f"{name} {version}" for name, version in versions().items())
    today = datetime.datetime.now().astimezone().date()
    return f"{today}, {_processor()} ({number} cores), {platform.system()} {platform.release().split('-')[0]}; {python}, {packages}."
