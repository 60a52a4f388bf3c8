"""The quick way to take a chunk on a context, held equal to the plain one."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cartesia_async import APITimeoutError, AudioChunk, Done, FlushDone, Timestamps
from cartesia_async._io.http.websocket import WebSocket
from cartesia_async._io.watch import Timer
from cartesia_async._wire.generation import Generation, Input
from cartesia_async.models.events import TTSEvent, WordTimestamps
from cartesia_async.models.timeouts import Timeout
from cartesia_async.websocket import journal
from cartesia_async.websocket.beginning import generation_of
from cartesia_async.websocket.channel import Channel
from cartesia_async.websocket.lifetime import Lifetime
from tests.servers import WAIT

COMING: list[TTSEvent] = [
    *(AudioChunk(data=data) for data in (b"a", b"bc", b"")),
    Timestamps(word_timestamps=WordTimestamps(words=("a",), start=(0.0,), end=(1.0,))),
    FlushDone(flush_id=1),
    Done(),
]
SAYING = [Input("Hello "), Input(" "), Input("More than is kept."), Input("", flush=True), Input("", more=False)]
RETIRED = "The service is asked to end it."
# What may happen to a context: an event comes, something is said, it is retired, or whoever reads takes what there is.
HAPPENING = st.sampled_from([*COMING[:2] * 3, *COMING, *SAYING, RETIRED, None])


def _generation() -> Generation:
    voice = {"mode": "id", "id": "v"}
    sound: Any = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8000}
    return generation_of("context", {"model_id": "sonic-3", "voice": voice, "output_format": sound})  # type: ignore[arg-type]


class _Carrier:
    """A connection that does nothing."""

    answered = 0

    def relieved(self) -> None:
        """Do nothing."""

    def retire(self, channel: Channel) -> None:
        """Do nothing."""

    left = retire


def _plainly(channel: Channel, event: TTSEvent, now: float) -> None:
    channel.deliver((event,), 100, now)


def _quickly(channel: Channel, event: TTSEvent, now: float) -> None:
    if not (isinstance(event, AudioChunk) and channel.hear(event, 100, now)):
        _plainly(channel, event, now)


def _lived(happening: list[Any], take: Callable[[Channel, TTSEvent, float], None]) -> list[object]:
    """Let it happen to a context, and tell what is known of it after each time."""
    loop = asyncio.get_running_loop()
    timer = Timer(loop)
    channel = Channel(_generation(), "2026-03-01", Timeout(first_byte=3.0, idle=7.0, total=50.0), lambda: timer)
    clock = SimpleNamespace(time=lambda: now)
    now = 0.0
    channel.limits._loop = clock  # type: ignore[assignment]
    channel.carrier = _Carrier()
    retiring = list[Coroutine[Any, Any, None]]()
    known = list[object]()
    for now, each in enumerate(happening):
        if each is None:
            known.append(channel.inbox.empty())
        elif isinstance(each, Input):
            if channel.has_ended or channel.finished or channel.over:
                continue
            channel.note(each, now, 0)
        elif each is RETIRED:
            if not channel.over:
                retiring.append(channel.retire())
                retiring[-1].send(None)
        else:
            take(channel, each, now)
        # How long it would wait for more, once all that has come is taken.
        channel.limits.wait(begun=channel.begun)
        until = channel.limits._watch.until if not channel.inbox.events else None
        channel.limits.relax()
        inbox, said = channel.inbox, channel.journal
        known.append(
            (
                list(inbox.events),
                inbox.unread,
                inbox.events_received,
                inbox.bytes_received,
                until,
                channel.lifetime._heard,
            )
        )
        known.append((channel.begun, channel.over, channel.is_complete, channel.ended_short))
        known.append((said.unspoken, said.flushes, said.size))
    channel.abandon()
    timer.stop()
    for each in retiring:
        each.close()
    return known


@given(st.lists(HAPPENING, max_size=20))
@example([SAYING[0], COMING[0], SAYING[2], COMING[0], None])
@example([SAYING[0], COMING[0], RETIRED, COMING[0], None])
def test_a_chunk_that_changes_nothing_else_is_taken_quickly(happening: list[Any]) -> None:
    """Whatever comes, is said and is taken, and in whatever order: both ways know the same of the context."""

    async def both() -> tuple[list[object], list[object]]:
        return _lived(happening, _quickly), _lived(happening, _plainly)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "LONGEST", 10)
        quick, plain = asyncio.run(both())
    assert quick == plain


class _Message:
    """What aiohttp gives."""

    type, data = aiohttp.WSMsgType.TEXT, "{}"


async def test_nothing_of_a_message_is_held_while_the_next_is_waited_for() -> None:
    """A connection that is quiet does not keep its last message, however large it was."""
    waiting, said = asyncio.Event(), [_Message()]
    kept, heard = weakref.ref(said[0]), list[bytes]()

    async def receive() -> Any:
        if not said:
            waiting.set()
            await asyncio.Event().wait()
        return said.pop()

    socket = WebSocket(cast(Any, SimpleNamespace(receive=receive)), {}, ())
    listening = asyncio.create_task(socket.listen(heard.append))
    await asyncio.wait_for(waiting.wait(), WAIT)
    assert heard == [b"{}"]
    assert kept() is None
    listening.cancel()
    await asyncio.wait([listening])


def test_a_loop_has_a_clock_of_its_own() -> None:
    """How long a context has been quiet is told by its loop's clock alone, whatever time that shows."""
    lifetime = Lifetime("2026-03-01")
    for now in (-1e6, 5.0, 1e9):
        lifetime.said(now)
        lifetime.heard(now + 1)
        assert [lifetime.may_be_over(now + after) for after in (1.1, 1.5, 1.7)] == [False, False, True]


def test_chunks_that_follow_one_that_waits_go_the_quick_way() -> None:
    """The first chunk, and the first after a reader came, go the plain way; the others do not."""

    async def taken() -> list[bool]:
        timer = Timer(asyncio.get_running_loop())
        channel = Channel(_generation(), "2026-03-01", Timeout(), lambda: timer)
        channel.note(Input("Hello", more=False), 0.0, 0)
        told = list[bool]()
        for each in (0, 1, 2, 3):
            if each == 2:
                channel.inbox.empty()
            told.append(channel.hear(AudioChunk(data=b"a"), 1, 0.0))
            if not told[-1]:
                channel.deliver((AudioChunk(data=b"a"),), 1, 0.0)
        channel.abandon()
        timer.stop()
        return told

    assert asyncio.run(taken()) == [False, True, False, True]


async def test_the_total_limit_ends_a_context_that_never_pauses() -> None:
    """A chunk in every round of the loop, each taken at once, does not keep the limit of all of them from ringing."""
    timer = Timer(asyncio.get_running_loop())
    channel = Channel(_generation(), "2026-03-01", Timeout(total=0.05), lambda: timer)
    channel.note(Input("Hello", more=False), 0.0, 0)
    channel.deliver((AudioChunk(data=b"a"),), 1, 0.0)

    async def read() -> None:
        while await channel.take():
            pass

    reading = asyncio.create_task(read())
    async with asyncio.timeout(WAIT):
        while not reading.done():
            _quickly(channel, AudioChunk(data=b"b"), 0.0)
            await asyncio.sleep(0)
    with pytest.raises(APITimeoutError, match=r"0\.05"):
        await reading
    timer.stop()
