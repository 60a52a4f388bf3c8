"""Starting loads what is needed and no more, and opens the door to this machine alone."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys

import psutil
import pytest

from cartesia_async.emulator import Emulator

# What takes long to load, and is for clips, for MP3 and for other rates alone.
FOR_LATER = ("parselmouth", "soundfile", "soxr", "scipy")
START = """
import sys
import cartesia_async.emulator
assert "aiohttp.web" not in sys.modules, "the server is loaded before it is asked for"
from cartesia_async.emulator import Emulator
with Emulator(engine={engine!r}) as emulator:
    print(*sys.modules)
"""


def loaded(engine: str) -> set[str]:
    """Start an emulator in a fresh interpreter, and give the modules that are loaded once it listens."""
    script = START.format(engine=engine)
    return set(
        subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    )


def test_beeping_needs_no_extra() -> None:
    """An emulator that beeps starts without numpy and without espeak-ng."""
    assert loaded("tone").isdisjoint({"numpy", "espeakng_loader", *FOR_LATER})


def test_speaking_loads_what_speaks() -> None:
    """One that speaks starts with numpy and espeak-ng; what only some requests need is loaded by the first of them."""
    modules = loaded("espeak")
    assert {"numpy", "espeakng_loader"} <= modules
    assert modules.isdisjoint(FOR_LATER)


def listens(emulator: Emulator) -> set[str]:
    """Give the addresses on which this process listens at the port of an emulator."""
    port = int(emulator.base_url.rpartition(":")[2])
    connections = psutil.Process().net_connections("tcp")
    return {
        one.laddr.ip for one in connections if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port
    }


async def test_listens_on_loopback_alone(caplog: pytest.LogCaptureFixture) -> None:
    """Unless told otherwise nobody but this machine can reach it, and there is nothing to warn of."""
    async with Emulator(engine="tone") as emulator:
        assert listens(emulator) == {"127.0.0.1"}
    async with Emulator(engine="tone", host="localhost") as emulator:
        assert listens(emulator) <= {"127.0.0.1", "::1"}
    assert caplog.records == []


@pytest.mark.skipif(not socket.has_ipv6, reason="there is no IPv6 here")
async def test_listens_on_loopback_of_the_other_family(caplog: pytest.LogCaptureFixture) -> None:
    """The loopback address of IPv6 is one, too."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("there is no IPv6 here")
    async with Emulator(engine="tone", host="::1") as emulator:
        assert listens(emulator) == {"::1"}
        assert emulator.base_url.startswith("http://[::1]:")
    assert caplog.records == []


async def test_says_so_when_others_can_reach_it(caplog: pytest.LogCaptureFixture) -> None:
    """Told to listen everywhere it does, and logs a warning that names the address."""
    async with Emulator(engine="tone", host="0.0.0.0") as emulator:
        assert listens(emulator) == {"0.0.0.0"}
        assert emulator.base_url.startswith("http://127.0.0.1:")
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("cartesia_async.emulator", logging.WARNING)
    assert record.getMessage() == "The emulator listens on 0.0.0.0, which other machines may reach."
