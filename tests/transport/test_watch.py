"""One timer for all waits of a loop."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cartesia_async._io.watch import Timer, Watch


class Clock:
    """A loop as far as a timer knows it, whose time is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.rings: list[Ring] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[..., None], *arguments: object) -> Ring:
        self.rings.append(Ring(when, lambda: callback(*arguments)))
        return self.rings[-1]

    def call_soon(self, callback: Callable[..., None], *arguments: object) -> Ring:
        return self.call_at(self.now, callback, *arguments)

    def go(self, now: float, *, held_up: bool = False) -> None:
        """Let time pass until *now*; a loop that was held up runs only then what was due before."""
        self.now = now if held_up else self.now
        while due := [ring for ring in self.rings if ring.waiting and ring.when <= now]:
            ring = min(due, key=lambda one: one.when)
            ring.waiting, self.now = False, max(self.now, ring.when)
            ring.callback()
        self.now = now


class Ring:
    def __init__(self, when: float, callback: Callable[[], None]) -> None:
        self.when, self.callback, self.waiting = when, callback, True

    def cancel(self) -> None:
        self.waiting = False


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timer(clock: Clock) -> Timer:
    return Timer(clock)  # type: ignore[arg-type]


@pytest.fixture
def cut() -> list[str]:
    return []


@pytest.fixture
def watch(timer: Timer, cut: list[str]) -> Callable[[str], Watch]:
    return lambda name: Watch(timer, lambda: cut.append(name))


def test_each_wait_is_cut_at_its_own_time(clock: Clock, cut: list[str], watch: Callable[[str], Watch]) -> None:
    """Waits end in the order of their ends, whatever the order in which they began."""
    for name, until in (("late", 9.0), ("early", 2.0), ("middle", 5.0)):
        watch(name).expect(until)
    clock.go(2.0)
    assert cut == ["early"]
    clock.go(5.0)
    assert cut == ["early", "middle"]
    clock.go(9.0)
    assert cut == ["early", "middle", "late"]


def test_what_ended_in_time_is_not_cut(clock: Clock, cut: list[str], watch: Callable[[str], Watch]) -> None:
    """A wait that was ended, stopped or prolonged in time is left alone until its new end."""
    ended, stopped, prolonged = watch("ended"), watch("stopped"), watch("prolonged")
    for one in (ended, stopped, prolonged):
        one.expect(1.0)
    ended.relax()
    stopped.stop()
    prolonged.expect(3.0)
    clock.go(2.0)
    assert cut == []
    assert not (ended.expired or stopped.expired or prolonged.expired)
    clock.go(3.0)
    assert cut == ["prolonged"]
    assert prolonged.expired


def test_many_waits_make_few_timers(clock: Clock, watch: Callable[[str], Watch]) -> None:
    """A thousand waits that end in time make one timer."""
    one = watch("one")
    for step in range(1_000):
        clock.go(step * 0.001)
        one.expect(clock.now + 60)
        one.relax()
    assert len(clock.rings) == 1


def test_a_cut_wait_may_begin_again(clock: Clock, cut: list[str], watch: Callable[[str], Watch]) -> None:
    """What is cut is looked after no more, and may be waited for anew."""
    one = watch("one")
    one.expect(1.0)
    clock.go(4.0)
    one.expect(5.0)
    clock.go(6.0)
    assert cut == ["one", "one"]


def test_what_has_come_is_read_first(clock: Clock, cut: list[str], watch: Callable[[str], Watch]) -> None:
    """A wait that ends while the loop reads what had come in time is not cut; the others are."""
    served, silent = watch("served"), watch("silent")
    for one in (served, silent):
        one.expect(1.0)
    clock.call_at(1.0, lambda: clock.call_soon(clock.call_soon, served.relax))
    clock.go(1.0)
    assert cut == ["silent"]


@pytest.mark.parametrize(("held_up_until", "judged"), [(1.5, 2.0), (31.0, 32.0)])
def test_a_loop_that_was_held_up_has_time_to_read(
    clock: Clock, cut: list[str], watch: Callable[[str], Watch], held_up_until: float, judged: float
) -> None:
    """A timer that rings late waits as long again, at most a second, before it cuts what is still waited for."""
    served, silent = watch("served"), watch("silent")
    for one in (served, silent):
        one.expect(1.0)
    clock.go(held_up_until, held_up=True)
    clock.go(judged - 0.01)
    served.relax()
    assert cut == []
    clock.go(judged)
    assert cut == ["silent"]


@pytest.mark.parametrize("held_up", [False, True])
def test_a_timer_that_is_stopped_does_not_look_again(
    clock: Clock, timer: Timer, cut: list[str], watch: Callable[[str], Watch], held_up: bool
) -> None:
    """A timer that is stopped after it has rung cuts nothing any more."""
    watch("one").expect(1.0)
    clock.call_at(1.0, timer.stop)
    clock.go(2.0, held_up=held_up)
    clock.go(9.0)
    assert cut == []
    assert not any(ring.waiting for ring in clock.rings)


def test_nothing_rings_after_the_end(clock: Clock, timer: Timer, cut: list[str], watch: Callable[[str], Watch]) -> None:
    """A timer that was stopped leaves nothing in the loop, and cuts nothing."""
    watch("one").expect(1.0)
    timer.stop()
    assert not any(ring.waiting for ring in clock.rings)
    clock.go(2.0)
    assert cut == []
