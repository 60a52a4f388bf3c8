"""Many tasks on one asynchronous client."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from cartesia_async import AsyncCartesia
from tests.conftest import KEY, Serve, _open_sockets
from tests.lifecycle.service import AUDIO_EVENT, DONE_EVENT, SPEECH

TASKS = 500


async def test_five_hundred_tasks(serve: Serve) -> None:
    """Five hundred tasks are served at the same time, each with its own answer, and every connection is closed."""
    here = 0
    all_here = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal here
        name = (await request.json())["transcript"]
        here += 1
        if here == TASKS:
            all_here.set()
        await all_here.wait()
        return web.Response(body=name.encode() * 100, content_type="audio/wav")

    url = await serve(handler)
    before = _open_sockets()
    async with AsyncCartesia(KEY, base_url=url, timeout=30) as client:

        async def speak(number: int) -> None:
            stream = client.tts.bytes(**{**SPEECH, "transcript": f"<{number}>"})
            assert await stream.read() == f"<{number}>".encode() * 100
            assert stream.attempts == 1

        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            for number in range(TASKS):
                group.create_task(speak(number))
    assert here == TASKS
    await asyncio.sleep(0.05)  # until the server has closed its ends too
    assert _open_sockets() - before == set()


async def test_five_hundred_streams_interleaved(serve: Serve) -> None:
    """Five hundred streams of events, begun together, are each read to the end, in pieces that come in turns."""
    served = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal served
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        for _ in range(3):
            await answer.write(AUDIO_EVENT[:20])
            await asyncio.sleep(0)
            await answer.write(AUDIO_EVENT[20:])
        await answer.write(DONE_EVENT)
        served += 1
        return answer

    url = await serve(handler)
    async with AsyncCartesia(KEY, base_url=url, timeout=30) as client:

        async def listen() -> bytes:
            return (await client.tts.sse(**SPEECH).collect()).data

        async with asyncio.timeout(20):
            assert await asyncio.gather(*(listen() for _ in range(TASKS))) == [b"abcd" * 3] * TASKS
    assert served == TASKS


async def test_cancelled_together(serve: Serve) -> None:
    """Cancelling half of many calls closes the connections of those alone."""
    arrived, gone = 0, 0
    all_here, half_gone, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal arrived, gone
        arrived += 1
        if arrived == 40:
            all_here.set()
        try:
            await go_on.wait()
        except asyncio.CancelledError:
            gone += 1
            if gone == 20:
                half_gone.set()
            raise
        return web.Response(body=b"audio", content_type="audio/wav")

    url = await serve(handler, handler_cancellation=True)
    async with asyncio.timeout(10), AsyncCartesia(KEY, base_url=url) as client:
        tasks = [asyncio.create_task(client.tts.bytes(**SPEECH).read()) for _ in range(40)]
        await all_here.wait()
        for task in tasks[::2]:
            task.cancel()
        await half_gone.wait()
        go_on.set()
        assert await asyncio.gather(*tasks[1::2]) == [b"audio"] * 20
        for task in tasks[::2]:
            with pytest.raises(asyncio.CancelledError):
                await task
    assert (arrived, gone) == (40, 20)
