"""Test runs of a user's own, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

# At the end of a user's test run nothing may be open that was not so at its start.
_NOTHING_LEFT = """
import gc, os, threading, pytest

def _open():
    links = (os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{fd}"))
    sockets = {link for link in links if link.startswith("socket:")}
    return sockets | {thread.name for thread in threading.enumerate() if "cartesia" in thread.name}

_before = _open() if os.path.isdir("/proc/self/fd") else None

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    gc.collect()
    # xdist's own channel was there before.
    assert _before is None or _open() <= _before, _open() - _before
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run modules of tests as a user would, with every warning an error: ``run(source, arguments=("-x",))``."""

    def start(*sources: str, arguments: tuple[str, ...] = (), conftest: str = "") -> pytest.RunResult:
        pytester.makeini("[pytest]\nfilterwarnings = error\n")
        pytester.makeconftest(_NOTHING_LEFT + conftest)
        pytester.makepyfile(**{f"test_{number}": source for number, source in enumerate(sources)})
        left_out = [
            word
            for name in ("cacheprovider", "cov", "schemathesis", "hypothesispytest")
            for word in ("-p", f"no:{name}")
        ]
        return pytester.runpytest_subprocess(*left_out, *arguments, timeout=60)

    return start
