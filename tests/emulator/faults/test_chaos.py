"""Faults by chance: the same for the same seed, as many as wished, of every kind."""

from __future__ import annotations

import asyncio
import uuid

import aiohttp
import pytest

from cartesia_async.emulator import Emulator, Fault
from cartesia_async.emulator.faults.chaos import Chaos

ASKED = [("GET", "/voices"), ("POST", "/tts/sse"), ("POST", "/tts/bytes"), ("GET", "/voices/{}")] * 50


def lots(seed: int | str, share: float = 0.5) -> list[Fault | None]:
    """Draw for two hundred requests."""
    chaos = Chaos(seed, share)
    return [chaos.meet(method, path.format(uuid.uuid4()), "2026-08-14") for method, path in ASKED]


def test_the_same_seed_gives_the_same_faults() -> None:
    """The lots hang on the seed and the requests alone, and not on ids; another seed gives others."""
    assert lots(7) == lots(7)
    assert lots(7) != lots(8)
    assert lots("seven") == lots("seven")


def test_paths_do_not_disturb_each_other() -> None:
    """What a path meets does not hang on what else is asked in between."""
    alone = Chaos(7, 0.5)
    assert [alone.meet("POST", "/tts/sse", "2026-08-14") for _ in range(50)] == lots(7)[1::4]


def test_chaos_begins_again() -> None:
    """After a restart the first lots are drawn again."""
    chaos = Chaos(7, 0.5)
    first = [chaos.meet("GET", "/voices", None) for _ in range(9)]
    chaos.restart()
    assert [chaos.meet("GET", "/voices/", None) for _ in range(9)] == first


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_the_share_is_kept(share: float) -> None:
    """About as many requests as wished meet a fault."""
    met = sum(lot is not None for lot in lots(3, share))
    assert abs(met / len(ASKED) - share) <= (0.08 if 0 < share < 1 else 0)


def test_every_kind_comes() -> None:
    """All that the documentation names is drawn sooner or later, and only calls with events meet odd events."""
    chaos = Chaos(1, 1)
    drawn = [chaos.meet("POST", path, None) for path in ("/tts/sse", "/tts/bytes") for _ in range(300)]
    faults = [fault for fault in drawn if fault is not None]
    assert {fault.status for fault in faults} == {None, 429, 500, 502, 503}
    assert {(fault.drop, fault.drop_after is None) for fault in faults} == {
        (None, True), ("reset", True), ("close", False), ("reset", False), ("end", False),
    }  # fmt: skip
    assert {type(fault.event) for fault in faults[:300]} == {dict, str, type(None)}
    assert {fault.event for fault in faults[300:]} == {None}
    assert any(fault.stall_after is not None for fault in faults)
    assert any(fault.half for fault in faults)
    assert any(fault.split for fault in faults)
    assert any(fault.ends for fault in faults)
    assert 0 < max(fault.latency for fault in faults) <= 0.3


@pytest.mark.parametrize(("version", "key"), [("2024-06-10", "error"), ("2026-08-14", "message")])
def test_an_error_event_is_of_its_generation(version: str, key: str) -> None:
    """An error event by chance has the shape of the version that is asked for."""
    chaos = Chaos(1, 1)
    drawn = [chaos.meet("POST", "/tts/sse", version) for _ in range(100)]
    events = [fault.event for fault in drawn if fault is not None and fault.ends]
    assert events
    assert all(isinstance(event, dict) and key in event for event in events)


async def _outcomes(seed: int) -> tuple[list[object], list[Fault | None]]:
    async with Emulator(engine="tone", seed=seed, chaos=0.6) as emulator:
        headers = {"X-API-Key": "k", "Cartesia-Version": "2026-08-14"}
        seen: list[object] = []
        async with aiohttp.ClientSession(headers=headers) as session:
            for _ in range(12):
                try:
                    async with session.get(f"{emulator.base_url}/voices") as answer:
                        seen.append((answer.status, len(await answer.read())))
                except aiohttp.ClientError as error:
                    seen.append(type(error))
        return seen, [record.fault for record in emulator.requests if record.fault]


async def test_a_run_repeats_itself() -> None:
    """The same requests to an emulator with the same seed end the same way."""
    first, second = await asyncio.gather(_outcomes(11), _outcomes(11))
    assert first == second
    assert len(set(map(str, first[0]))) > 2


def test_a_seed_is_made_up_and_told() -> None:
    """A share without a seed makes one up, by which the run can be repeated; without both there is no chaos."""
    emulator = Emulator(engine="tone", chaos=0.5)
    assert isinstance(emulator.seed, int)
    assert Emulator(engine="tone", seed="x").seed == "x"
    assert Emulator(engine="tone").seed is None


async def test_what_is_scripted_comes_before_chance() -> None:
    """A request that meets a scripted fault draws no lot."""
    async with Emulator(engine="tone", seed=1, chaos=1) as emulator, aiohttp.ClientSession() as session:
        emulator.fail("*", status=418)
        async with session.get(emulator.base_url) as answer:
            assert answer.status == 418
        assert emulator.requests.last.fault == Fault(path="*", status=418)
