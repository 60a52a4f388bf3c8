"""What it costs to start: programs of one import, and of one call."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

IMPORTS = {
    "aiohttp": "import aiohttp",
    "cartesia": "from cartesia import AsyncCartesia, Cartesia",
    "cartesia_async": "from cartesia_async import AsyncCartesia, Cartesia",
}
CALLS = {
    "aiohttp": """
        async with aiohttp.ClientSession() as session, session.get("{url}/") as response:
            assert (await response.json())["ok"]
    """,
    "cartesia": """
        async with AsyncCartesia(api_key="sk_car_bench", base_url="{url}") as client:
            assert (await client.get_status()).ok
    """,
    "cartesia_async": """
        async with AsyncCartesia("sk_car_bench", base_url="{url}") as client:
            assert (await client.api_status.get()).ok
    """,
}
CLOCK = "print(time.process_time())"
COUNT = "print(sum(module is not None for module in sys.modules.values()))"
_TIMED = re.compile(r"import time:\s+\d+ \|\s+(\d+) \| (\s*)(\S+)")


def _python(program: str, core: int | None, hidden: tuple[str, ...], *options: str) -> subprocess.CompletedProcess[str]:
    # Of what is imported here, all was loaded before the program began.
    lines = [f"import os, sys\nsys.modules.update(dict.fromkeys({hidden!r}))"]
    if core is not None:
        lines.append(f"os.sched_setaffinity(0, {{{core}}})")
    command = [sys.executable, *options, "-c", "\n".join([*lines, program])]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)


def _import_time(trace: str) -> float:
    # What `site` needs was there before; from then on, each line without an indent tells of one import as a whole.
    found = _TIMED.findall(trace)
    last = max(place for place, (_, _, name) in enumerate(found) if name == "site")
    return sum(int(spent) for spent, indent, _ in found[last + 1 :] if not indent) / 1e6


def figures(package: str, hidden: tuple[str, ...], url: str, core: int | None) -> dict[str, Any]:
    """Measure both programs: `cpu` of the one that calls, and `import`, in seconds, and `modules` of the other."""
    importing = IMPORTS[package]
    calling = f"import asyncio, time\nasync def main():{CALLS[package].format(url=url)}\nasyncio.run(main())"
    called = _python(f"{importing}\n{calling}\n{CLOCK}", core, hidden)
    imported = _python(f"{importing}\n{COUNT}", core, hidden, "-X", "importtime")
    return {"cpu": float(called.stdout), "import": _import_time(imported.stderr), "modules": int(imported.stdout)}
