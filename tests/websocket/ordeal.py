"""A crowd of talks, all that can go wrong meanwhile, and a look at what is left afterwards."""

from __future__ import annotations

import asyncio
import gc
import time
from collections import Counter
from collections.abc import Callable
from random import Random

import attrs

from cartesia_async import AsyncCartesia, Cartesia, Timeout
from cartesia_async.emulator import Emulator
from cartesia_async.websocket.channel import Channel
from tests.conftest import KEY
from tests.websocket.conftest import prompt
from tests.websocket.crowd import gather, gather_on_threads
from tests.websocket.spelling import Speller
from tests.websocket.trouble import script

# A peer that does not answer pings is found out in a second.
_LIMITS = Timeout(first_byte=20, idle=1.5)
# So long that a context which its client has forgotten is there to be seen.
_EXPIRY = 60.0
_PATIENCE = 5.0
_OPTIONS = {"timeout": _LIMITS, "max_retries": 100}


@attrs.frozen(kw_only=True)
class Ordeal:
    """
    How much of it.

    Attributes:
        seed: What all is drawn from. Which event meets which trouble hangs on the machine, too.
        talks: How many talks.
        at_once: How many of them at once.
        connections: How many connections something befalls.
        apart: After how many events of a connection, at most.
        tell: Called after each talk, with how many have ended.
    """

    seed: object
    talks: int
    at_once: int
    connections: int
    apart: int
    tell: Callable[[int], None] = lambda _: None

    async def hold(self) -> Counter[str]:
        """Hold it with the asynchronous client; tell how the talks went."""
        before = _channels()
        async with Emulator(engine=Speller(), context_expiry=_EXPIRY) as emulator:
            troubles = script(emulator, Random(f"{self.seed}"), self.connections, self.apart)
            async with (
                AsyncCartesia(KEY, base_url=emulator.base_url, **_OPTIONS) as client,
                client.tts.websocket() as ws,
            ):
                prompt(client)
                verdicts = await gather(client, ws, self.seed, self.talks, self.at_once, self._told(emulator))
                await asyncio.to_thread(_see_nothing_left, emulator)
                assert ws._pool._adrift.replays(ws._pool.version) == 0
                assert not any(connection.channels for connection in ws._pool._connections)
            assert emulator.crashes == ()
        assert all(trouble.met for trouble in troubles)
        assert _channels() <= before
        return verdicts

    def hold_on_threads(self) -> Counter[str]:
        """Hold it with the blocking client; tell how the talks went."""
        before = _channels()
        with Emulator(engine=Speller(), context_expiry=_EXPIRY) as emulator:
            troubles = script(emulator, Random(f"{self.seed}"), self.connections, self.apart)
            with Cartesia(KEY, base_url=emulator.base_url, **_OPTIONS) as client, client.tts.websocket() as ws:
                prompt(client)
                verdicts = gather_on_threads(client, ws, self.seed, self.talks, self.at_once, self._told(emulator))
                _see_nothing_left(emulator)
            assert emulator.crashes == ()
        assert all(trouble.met for trouble in troubles)
        assert _channels() <= before
        return verdicts

    def _told(self, emulator: Emulator) -> Callable[[int], None]:
        def tell(ended: int) -> None:
            if ended % 50 == 0:
                emulator.requests.clear()  # what it remembers is not what grows
            self.tell(ended)

        return tell


def _see_nothing_left(emulator: Emulator) -> None:
    # The last messages are on their way.
    places = emulator._running.gate.shop.concurrency  # type: ignore[union-attr]
    until = time.monotonic() + _PATIENCE
    while (places.taken or places.connections > 1) and time.monotonic() < until:
        time.sleep(0.01)
    assert (places.taken, places.connections) in {(0, 0), (0, 1)}


def _channels() -> int:
    gc.collect()
    return sum(isinstance(each, Channel) for each in gc.get_objects())
