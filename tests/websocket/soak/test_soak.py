"""Two thousand contexts on one socket, dozens at once, whose connections are cut, fall silent, die and refuse."""

from __future__ import annotations

import gc
import os
import random
from collections import Counter

import psutil
import pytest

from tests.websocket.ordeal import Ordeal

MIB = 2**20
TALKS = 2_000
pytestmark = pytest.mark.timeout(900)


class Memory:
    """What the process takes, from a quarter of the talks on, when all that is kept is there."""

    def __init__(self) -> None:
        self.first = self.last = 0

    def look(self, ended: int) -> None:
        """Look at it now and then."""
        if ended % (TALKS // 4) == 0:
            gc.collect()
            self.last = psutil.Process().memory_info().rss
            self.first = self.first or self.last


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def ordeal(memory: Memory, capsys: pytest.CaptureFixture[str]) -> Ordeal:
    """A new one each time; SOAK_SEED gives that of another run."""
    seed = os.environ.get("SOAK_SEED") or str(random.SystemRandom().randrange(10**6))
    with capsys.disabled():
        print(f" SOAK_SEED={seed} ", end="", flush=True)
    return Ordeal(seed=seed, talks=TALKS, at_once=48, connections=50, apart=1_200, tell=memory.look)


def _conclude(verdicts: Counter[str], memory: Memory, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(dict(verdicts), f"{(memory.last - memory.first) / MIB:+.1f} MiB ", end="", flush=True)
    assert verdicts.total() == TALKS
    assert verdicts["whole"] > TALKS / 2
    assert min(verdicts["broken"], verdicts["left"]) > TALKS / 40
    assert memory.last - memory.first < 8 * MIB


async def test_two_thousand_contexts(ordeal: Ordeal, memory: Memory, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is heard word for word, or raises an error that names it; memory stays what it was, and nothing is left."""
    _conclude(await ordeal.hold(), memory, capsys)


def test_two_thousand_on_threads(ordeal: Ordeal, memory: Memory, capsys: pytest.CaptureFixture[str]) -> None:
    """The blocking client does so too, with two threads for each context."""
    _conclude(ordeal.hold_on_threads(), memory, capsys)
