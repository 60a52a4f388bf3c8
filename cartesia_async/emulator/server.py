"""The emulator, from its arguments to the running server."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection
from functools import partial

import attrs
from aiohttp import web

from .engines import engine_named
from .engines.protocol import Engine
from .exchange import Workshop, logger
from .faults.chaos import SHARE, Chaos
from .faults.concurrency import Concurrency
from .faults.connections import Connections, WatchedServer
from .faults.door import Door
from .faults.failing import Failing
from .faults.script import FaultScript
from .gate import Gate
from .local_server import LocalServer, base_url_of, listening_socket
from .own_voices import Voices, own_voices, voice_for
from .received import RequestLog
from .recording.library import Library, Unmatched
from .recording.replayer import Replayer
from .routes import TABLE
from .state import State, fresh_state
from .wav_sizes import WAV_SIZES, WavSizes
from .websocket.limits import IDLE
from .workers import Workers

_GRACE = 0.2
_MOST_CRASHES = 100
_MOST_UNMATCHED = 1_000


@attrs.define(kw_only=True)
class _Running:
    """What is there only while the emulator runs."""

    base_url: str
    gate: Gate
    runner: web.ServerRunner
    door: Door
    workers: Workers

    async def stop(self) -> None:
        """Close every connection, end every request under way, and join the workers."""
        self.door.close()
        for task in tuple(self.gate.under_way):
            task.cancel()
        await self.runner.cleanup()
        await self.workers.close()


class Emulator(Failing, LocalServer[_Running]):
    """
    A local Cartesia: the same API on loopback, speaking real audio, with no key and no network.

    Use it as `async with Emulator() as emulator` on a running event loop, or as `with Emulator() as emulator`, which
    runs it on a thread of its own. Point any client at `emulator.base_url`. It listens on loopback only, unless `host`
    says otherwise.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 for any that is free.
        engine: `"espeak"` (real speech; needs the extra `cartesia-async[emulator]`), `"tone"` (one beep a word, needs
            nothing), an engine of your own, or `None`: espeak where it is installed, else tone.
        voices: Voices beside those of the library: ids, or what the API tells of a voice, as a mapping or a `Voice`, of
            which only `id` must be there. `"any"`: there is a voice for every id of letters, digits, hyphens and
            underscores. How they sound is made up, the same for the same id.
        api_keys: The credentials accepted; `None` for any that is not empty.
        realtime: Whether streams are paced as speech, instead of as fast as they can be made.
        wav_sizes: `"streamed"`: the header of a WAV answer says 0xFFFFFFFF for its sizes, as the service's does, which
            sends it before it knows them. `"true"`: it says them, and the answer waits until all of it is made.
        websocket_idle: How long a WebSocket may lie idle, no message coming in and nothing being said, before it is
            closed (code 1001), seconds.
        context_expiry: How long a context of a WebSocket that has nothing to say is kept open, seconds. By default 1
            second from its last audio on, and before 2025-04-16 5 seconds from its last input on, as the service has it.
        concurrency: How many calls that speak may be under way at once, as the plans of the service have it; one more is
            answered 429, `concurrency_limited`. `None` for any number.
        seed: Lets requests meet faults by chance, the same ones for the same seed and the same requests.
        chaos: How many of the requests do, from 0 to 1; by default a quarter where there is a seed, else none. Without a
            seed one is made up, and told by `seed`.
        replay: A folder that a `Recorder` filled: every request is answered as the service answered the same one then,
            and one that was not recorded with an error (501, `not_recorded`) that tells what differs.

    Attributes:
        requests: What the emulator was asked, newest last; the last 1,000 requests.
        seed: What the faults by chance are drawn from; `None` where there are none.

    Raises:
        ValueError: The port, a voice, the sizes, a time, the concurrency or the share is none, or, on entering, there is no
            engine of that name, or its extra is not installed.
        RecordingError: On entering, when the folder to replay is not there, holds no recordings, or a damaged one.
        OSError: On entering, when the address cannot be listened on.
        RuntimeError: On entering, when it is running already.
    """

    _called = "emulator"

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        engine: str | Engine | None = None,
        voices: Voices = (),
        api_keys: Collection[str] | None = None,
        realtime: bool = False,
        wav_sizes: WavSizes = "streamed",
        websocket_idle: float = IDLE,
        context_expiry: float | None = None,
        concurrency: int | None = None,
        seed: int | str | None = None,
        chaos: float | None = None,
        replay: str | os.PathLike[str] | None = None,
    ) -> None:
        if isinstance(api_keys, str):
            raise TypeError("api_keys must be a collection of strings, not a string")
        if concurrency is not None and concurrency < 1:
            raise ValueError(f"concurrency must be 1 or more, or None, not {concurrency!r}")
        if chaos is not None and not 0 <= chaos <= 1:
            raise ValueError(f"chaos must be from 0 to 1, not {chaos!r}")
        if not websocket_idle > 0:
            raise ValueError(f"websocket_idle must be a number of seconds above 0, not {websocket_idle!r}")
        if context_expiry is not None and not context_expiry >= 0:
            raise ValueError(f"context_expiry must be a number of seconds, 0 or more, or None, not {context_expiry!r}")
        if wav_sizes not in WAV_SIZES:
            raise ValueError(f"wav_sizes must be one of {', '.join(WAV_SIZES)}, not {wav_sizes!r}")
        super().__init__(host=host, port=port)
        self._engine = engine
        self._fresh_state = partial(fresh_state, own_voices(voices), voice_for if voices == "any" else None)
        self._api_keys = None if api_keys is None else frozenset(api_keys)
        self._realtime = realtime
        self._wav_sizes: WavSizes = wav_sizes
        self._websocket_idle = websocket_idle
        self._context_expiry = context_expiry
        self._concurrency = concurrency
        self._chaos = None if seed is None and chaos is None else Chaos(seed, SHARE if chaos is None else chaos)
        self._faults = FaultScript(self._mind_the_door)
        self._replay = replay
        # What was recorded may be of any path.
        self._calls = TABLE.paths if replay is None else None
        self._unmatched: deque[Unmatched] = deque(maxlen=_MOST_UNMATCHED)
        self._state: State | None = None
        self._crashes: deque[Exception] = deque(maxlen=_MOST_CRASHES)
        self.requests = RequestLog()
        self.seed = None if self._chaos is None else self._chaos.seed

    @property
    def crashes(self) -> tuple[Exception, ...]:
        """The newest exceptions (100 at most) that nothing foresaw and that a client saw as a 500."""
        return tuple(self._crashes)

    @property
    def unmatched(self) -> tuple[Unmatched, ...]:
        """What was asked and is not in the folder to replay, newest last; the last 1,000, each attempt counts."""
        return tuple(self._unmatched)

    def reset(self) -> None:
        """
        Make it as new while it runs, from any thread: the voices it began with, no datasets, requests, faults or crashes.

        Requests under way are carried out on what was there before, and are not seen in `requests`. Faults by chance,
        and what is replayed, begin again with the first.
        """
        self._faults.clear()
        if self._chaos is not None:
            self._chaos.restart()
        self._state = self._fresh_state()
        running = self._running
        if running is not None:
            running.gate.shop = attrs.evolve(running.gate.shop, state=self._state)
            if running.gate.replayer is not None:
                running.gate.replayer.library.rewind()
        self._unmatched.clear()
        self._crashes.clear()
        self.requests.clear()

    def close_idle_connections(self) -> int:
        """Close the connections that carried a request and now lie idle; from any thread, and tells how many."""
        running = self._running
        return 0 if running is None else running.door.told(running.gate.connections.close_idle)

    async def _start(self) -> None:
        await super()._start()
        self._mind_the_door()

    def _mind_the_door(self) -> None:
        running = self._running
        if running is not None:
            running.door.told(lambda: running.door.refuse(refusing=self._faults.refusing))

    async def _replayer(self, workers: Workers) -> Replayer | None:
        if self._replay is None:
            return None
        return Replayer(library=await workers.run(Library, self._replay), unmatched=self._unmatched)

    async def _listen(self) -> _Running:
        listener = listening_socket(self._host, self._port, called=self._called, logger=logger)
        base_url = base_url_of(listener)
        workers = Workers()
        try:
            # Recordings need no voice.
            engine = await workers.run(_engine, self._engine if self._replay is None else "tone")
            if self._state is None:
                self._state = await workers.run(self._fresh_state)
            connections = Connections(self._faults, self.requests)
            gate = Gate(
                shop=Workshop(
                    engine=engine,
                    workers=workers,
                    state=self._state,
                    log=self.requests,
                    crashes=self._crashes,
                    realtime=self._realtime,
                    wav_sizes=self._wav_sizes,
                    websocket_idle=self._websocket_idle,
                    context_expiry=self._context_expiry,
                    base_url=base_url,
                    concurrency=Concurrency(limit=self._concurrency),
                ),
                api_keys=self._api_keys,
                faults=self._faults,
                chaos=self._chaos,
                connections=connections,
                replayer=await self._replayer(workers),
            )
            # Its handlers are cancelled when their client leaves: the engine must not speak to nobody.
            server = WatchedServer(gate, handler_cancellation=True, access_log=None, logger=logger, debug=False)
            server.watch = connections
            runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=_GRACE)
            await runner.setup()
            door = Door(listener, server)
            await door.open()
        except BaseException:
            listener.close()
            await workers.close()
            raise
        return _Running(base_url=base_url, gate=gate, runner=runner, door=door, workers=workers)


def _engine(wish: str | Engine | None) -> Engine:
    return engine_named(wish) if wish is None or isinstance(wish, str) else wish
