"""The benchmark of a conversation: next to nothing of everything, so that it does not rot."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from tests.benchmarks import answers, command
from tests.benchmarks.child import figures_of
from tests.benchmarks.contestants import ENTRIES
from tests.benchmarks.latency import first_sample
from tests.benchmarks.latency.__main__ import LATENCY
from tests.benchmarks.latency.measures import EMULATOR, measures
from tests.benchmarks.latency.tables import spread
from tests.benchmarks.measures import TINY
from tests.benchmarks.rounds import rounds, server
from tests.benchmarks.tally import MANY, Tally, WrongCountError

ROOT = Path(__file__).parents[2]
KNOWN = measures(TINY)
CONTESTANTS = ("bare", "ours", "ours-blocking")


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    with server(None, EMULATOR) as running:
        yield running


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server(None) as running:
        yield running


@pytest.mark.parametrize("contestant", CONTESTANTS)
@pytest.mark.parametrize("measure", ["fast", "fast-open"])
def test_tokens(measure: str, contestant: str, emulator: str) -> None:
    """Every text is heard whole, and the time to its first sample is that of the emulator and what is beyond it."""
    figures = figures_of(ENTRIES[contestant], KNOWN[measure], emulator)
    assert 0 < figures["own"] < figures["total"]
    assert 0 < figures["client"] < figures["beyond"] < figures["total"]
    assert figures["cpu"] > 0


def test_a_realistic_pace(emulator: str) -> None:
    """The first word is whole with the second token, and so nobody hears anything before."""
    figures = figures_of(ENTRIES["ours"], KNOWN["real"], emulator)
    assert figures["beyond"] > 0.02
    assert 0 < figures["client"] < figures["total"] - 0.02


@pytest.mark.parametrize("contestant", CONTESTANTS)
def test_contexts(contestant: str, url: str) -> None:
    """Every context on a connection gets all its events."""
    for name in ("one", "many"):
        assert figures_of(ENTRIES[contestant], KNOWN[name], url)["cpu"] > 0
    assert KNOWN["many"].items == MANY * answers.Asked(TINY.socket_events // MANY, 4096).events


def test_contexts_take_turns() -> None:
    """Each that is open sends one message after the other; the last one sends many at a time."""
    contexts = deque(iter([name * 2] * 3) for name in (b"a", b"b"))
    contexts.append(iter([b"cc"] * 70))
    first, second, third, *rest = answers.in_turn(contexts)
    assert first == second == third == b"aabbcc"
    assert b"".join(rest) == b"cc" * 67
    assert len(rest) < 5


async def test_a_source_keeps_its_pace() -> None:
    """No token comes before its time, and who asks late is given at once what was written meanwhile."""
    source = first_sample.Source(0.01)
    times = [time.monotonic() - source.begun async for _ in source.tokens()]
    assert all(spent >= 0.01 * number for number, spent in enumerate(times))
    assert source.second - source.begun == pytest.approx(times[1], abs=0.005)
    late = first_sample.Source(0.01)
    late.begun -= 1
    assert tuple(late.blocking_tokens()) == first_sample.TOKENS
    assert time.monotonic() - late.begun < 1 + 0.01 * len(first_sample.TOKENS)


def test_a_text_that_is_not_heard_whole(emulator: str) -> None:
    """A client that loses a part of a text is refused."""
    watch = first_sample.Watch(KNOWN["fast"], emulator)
    ((context, source),) = watch.texts(1, "text")
    with pytest.raises(WrongCountError, match="gave 3 bytes in place of [0-9]{4}"):
        watch.note(context, source, Tally(1, 3, 0.0))


def test_a_spread() -> None:
    """It is the median, with the lowest and the highest; of one value there is none."""
    assert spread([0.002, 0.010, 0.003], 1e-3) == "3.00 (2.00–10.0)"
    assert (spread([2.0]), spread([])) == ("2.00", "–")


def test_the_tables() -> None:
    """Each measure is run beside its own server, in a process of its own, and has its place in the tables."""
    chosen = [attrs.evolve(KNOWN[name], contestants=("ours",)) for name in ("fast-open", "many")]
    runs = rounds(1, chosen, TINY, lambda *_: None)
    assert [(run.measure, run.error) for run in runs] == [("fast-open", ""), ("many", "")]
    text = LATENCY.page(chosen, runs, 1)
    assert "| 500 tokens a second, an open connection, ms | `cartesia_async` |" in text
    assert "| beyond the emulator's own |" in text
    assert f"| {MANY} contexts: events in a second of processor time |" in text
    assert "One round; client and server were" in text


def test_the_command_knows_its_measures(capsys: pytest.CaptureFixture[str]) -> None:
    """It names them where it is asked for another."""
    with pytest.raises(SystemExit):
        LATENCY.main(["--only", "everything"])
    assert "there are fast, fast-open, real, real-open, one, many" in capsys.readouterr().err


def test_the_documentation_has_a_place_for_the_tables() -> None:
    """The command fills it."""
    text = (ROOT / "docs" / "llm-streaming.md").read_text()
    assert text.index(command.BEGIN) < text.index(command.END)
