"""The faults still to come, in the order in which they are met."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import attrs

from .fault import Fault
from .paths import has_events, matches


@attrs.define(eq=False, kw_only=True, repr=False)
class ScriptedFault:
    """
    A fault that was scripted: to be looked at, or removed. In a `with` block it is removed at its end.

    Attributes:
        fault: What goes wrong.
        times: How many more requests (or connections) meet it; `math.inf` until it is removed.
        passing: How many requests pass before one meets it.
        met: How many have met it.
    """

    fault: Fault
    times: float
    passing: int = 0
    met: int = 0
    _script: FaultScript = attrs.field(alias="script")

    def __repr__(self) -> str:
        passing = f"passing={self.passing}, " if self.passing else ""
        return f"<{self.fault!r}, {passing}times={self.times}, met={self.met}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Let no further request meet it; nothing happens where it is over already. From any thread."""
        self._script.remove(self)

    @property
    def lasting(self) -> bool:
        """Whether it is no event but a state of the line, which what else is scripted comes on top of."""
        return self.times == math.inf and self.fault.slows


class FaultScript:
    """
    What is scripted; to be used from any thread.

    Args:
        refusing_changed: Called when new connections are to be refused, or no longer.
    """

    def __init__(self, refusing_changed: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._scripted: list[ScriptedFault] = []
        self._refusing_changed = refusing_changed

    @property
    def left(self) -> tuple[ScriptedFault, ...]:
        """Those that are still to be met, in order."""
        with self._lock:
            return tuple(self._scripted)

    @property
    def refusing(self) -> bool:
        """Whether new connections are to be refused."""
        with self._lock:
            return any(scripted.fault.connect == "refuse" for scripted in self._scripted)

    def add(self, fault: Fault, *, times: float, passing: int) -> ScriptedFault:
        """Put a fault at the end."""
        scripted = ScriptedFault(fault=fault, times=times, passing=passing, script=self)
        with self._lock:
            self._scripted.append(scripted)
        if fault.connect == "refuse":
            self._refusing_changed()
        return scripted

    def remove(self, scripted: ScriptedFault) -> None:
        """Take a fault out, if it is still there."""
        with self._lock:
            if scripted not in self._scripted:
                return
            self._scripted.remove(scripted)
        if scripted.fault.connect == "refuse":
            self._refusing_changed()

    def clear(self) -> None:
        """Take all faults out."""
        with self._lock:
            gone, self._scripted = self._scripted, []
        if any(scripted.fault.connect == "refuse" for scripted in gone):
            self._refusing_changed()

    def meet(self, path: str, *, reused: bool) -> tuple[Fault | None, Fault | None]:
        """
        Give what a request meets.

        Args:
            path: Its path.
            reused: Whether its connection carried another before.

        Returns:
            The first fault that is for it, and the state of the line; `None` where there is none.
        """
        met: Fault | None = None
        line: Fault | None = None
        with self._lock:
            for scripted in tuple(self._scripted):
                fault = scripted.fault
                if not _is_for(fault, path, reused=reused) or not (met is None or scripted.lasting):
                    continue
                if scripted.passing:
                    scripted.passing -= 1
                elif scripted.lasting:
                    line = fault if line is None else fault.over(line)
                    self._meets(scripted)
                else:
                    met = self._meets(scripted)
        return met, line

    def meet_connection(self) -> Fault | None:
        """Give what a new connection meets, `None` where it is welcome."""
        with self._lock:
            for scripted in self._scripted:
                if scripted.fault.connect == "reset":
                    if not scripted.passing:
                        return self._meets(scripted)
                    scripted.passing -= 1
        return None

    def _meets(self, scripted: ScriptedFault) -> Fault:
        scripted.met += 1
        scripted.times -= 1
        if scripted.times <= 0:
            self._scripted.remove(scripted)
        return scripted.fault


def _is_for(fault: Fault, path: str, *, reused: bool) -> bool:
    return (
        fault.connect is None
        and (reused or not fault.stale)
        and (fault.event is None or has_events(path))
        and matches(fault.path, path)
    )
