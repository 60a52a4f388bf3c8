"""A loudspeaker that is none: what a machine without one can be tested with."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any

import attrs
import pytest

from tests.streams.sides import Side


class PortAudioError(Exception):
    """What sounddevice raises when a device fails."""


@attrs.define(eq=False)
class Loudspeaker:
    """
    What a program did with `sounddevice.RawOutputStream`, whose few methods it has.

    Attributes:
        opened: What each stream was opened with.
        log: What was done, in order.
        written: The pieces that were written.
        fails: Where it is to fail, and how.
        heard: Set at the first piece.
        free: Cleared, a piece takes until it is set again.
        busy: Whether a piece is being written.
    """

    opened: list[dict[str, Any]] = attrs.field(factory=list)
    log: list[str] = attrs.field(factory=list)
    written: list[bytes] = attrs.field(factory=list)
    fails: dict[str, Exception] = attrs.field(factory=dict)
    heard: threading.Event = attrs.field(factory=threading.Event)
    free: threading.Event = attrs.field(factory=threading.Event)
    busy: bool = False

    @property
    def data(self) -> bytes:
        """All that was written."""
        return b"".join(self.written)

    def do(self, name: str) -> None:
        """Note a step, and fail where it is to."""
        if name in self.fails:
            raise self.fails[name]
        self.log.append(name)

    def module(self) -> ModuleType:
        """Give a module that stands in for sounddevice."""
        speaker = self

        class RawOutputStream:
            def __init__(self, **options: Any) -> None:
                speaker.do("open")
                speaker.opened.append(options)

            def start(self) -> None:
                speaker.do("start")

            def write(self, data: bytes) -> bool:
                speaker.do("write")
                assert speaker.log[0] == "open"
                assert "start" in speaker.log
                assert "close" not in speaker.log
                speaker.written.append(data)
                speaker.busy = True
                speaker.heard.set()
                assert speaker.free.wait(5)
                speaker.busy = False
                return False

            def stop(self) -> None:
                speaker.do("stop")

            def close(self) -> None:
                # It would be taken away from under the thread that writes.
                assert not speaker.busy
                speaker.do("close")

        module: Any = ModuleType("sounddevice")
        module.RawOutputStream = RawOutputStream
        module.PortAudioError = PortAudioError
        return module


@pytest.fixture
def loudspeaker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loudspeaker]:
    """Have a loudspeaker that notes what it is to play."""
    speaker = Loudspeaker()
    speaker.free.set()
    monkeypatch.setitem(sys.modules, "sounddevice", speaker.module())
    yield speaker
    speaker.free.set()


@pytest.fixture(params=["async", "blocking"])
async def side(request: pytest.FixtureRequest) -> AsyncIterator[Side]:
    """Each of the two clients in turn; it is closed in the end."""
    side = Side(request.param == "blocking")
    yield side
    await side.close()
