"""A block that is cut short from outside ends with a TimeoutError, and nothing else is taken for that."""

from __future__ import annotations

import asyncio

import pytest

from cartesia_async._io.scope import Scope


async def test_what_is_awaited_in_it_is_cut_short() -> None:
    """It ends with a TimeoutError, and the task is not cancelled for anybody else."""
    scope = Scope()
    asyncio.get_running_loop().call_soon(scope.cut)
    with pytest.raises(TimeoutError), scope:
        await asyncio.Event().wait()
    assert scope.was_cut
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_nothing_is_cut_before_and_after_it() -> None:
    """Where nobody is in it, to cut it does nothing."""
    scope = Scope()
    scope.cut()
    with scope:
        await asyncio.sleep(0)
    scope.cut()
    await asyncio.sleep(0)
    assert not scope.was_cut


async def test_who_leaves_at_that_moment_is_not_cancelled() -> None:
    """Cut by the task that is in it, and left before the loop comes to it, it is left as it was."""
    scope = Scope()
    with scope:
        scope.cut()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not scope.was_cut


async def test_it_is_cut_once() -> None:
    """Cut twice, the task is cancelled once."""
    scope = Scope()
    for _ in range(2):
        asyncio.get_running_loop().call_soon(scope.cut)
    with pytest.raises(TimeoutError), scope:
        await asyncio.Event().wait()
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_a_cancellation_of_the_task_goes_before() -> None:
    """A task that is cancelled as it is cut short is cancelled."""
    scope = Scope()

    async def inside() -> None:
        with scope:
            await asyncio.Event().wait()

    task = asyncio.create_task(inside())
    await asyncio.sleep(0)
    scope.cut()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


@pytest.mark.parametrize("error", [ValueError, TimeoutError, asyncio.CancelledError])
async def test_what_goes_wrong_in_it_goes_on(error: type[BaseException]) -> None:
    """Not cut, it changes nothing of what is raised in it."""
    raised = error("told")
    scope = Scope()
    with pytest.raises(error) as caught, scope:
        raise raised
    assert caught.value is raised
    assert not scope.was_cut


async def test_an_inner_one_is_cut_alone() -> None:
    """What is around it goes on."""
    outer, inner = Scope(), Scope()
    asyncio.get_running_loop().call_soon(inner.cut)
    with outer:
        with pytest.raises(TimeoutError), inner:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
    assert not outer.was_cut


async def test_an_outer_one_cuts_what_is_inside() -> None:
    """What is inside is cancelled, and does not take it for its own end."""
    outer, inner = Scope(), Scope()
    asyncio.get_running_loop().call_soon(outer.cut)
    with pytest.raises(TimeoutError), outer, inner:
        await asyncio.Event().wait()
    assert outer.was_cut
    assert not inner.was_cut


async def test_it_is_for_tasks() -> None:
    """Where there is no task that could be cancelled, it says so."""
    loop = asyncio.get_running_loop()
    refused = loop.create_future()

    def enter() -> None:
        try:
            with Scope():
                refused.set_result("")
        except RuntimeError as error:
            refused.set_result(str(error))

    loop.call_soon(enter)
    assert "in a task" in await refused
