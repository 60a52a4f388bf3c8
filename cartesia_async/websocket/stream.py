"""Text in, audio out, both at the same time."""

from __future__ import annotations

from .._io.http.websocket import WebSocket
from ..audio.audio import Audio
from ..errors import StreamError
from ..models.events import TTSEvent
from ..streams.audio import AudioStream
from ..streams.derived import AudioOnly
from ..streams.events import EventStream
from .grip import Grip
from .pool import Pool
from .speaking import Speaking


class SpeakingGrip(Grip):
    """
    The events of a text that is being spoken.

    Args:
        speaking: The text.
        owned: Whether the connections are there for it alone.
        keeper: What must not be dropped before.
    """

    def __init__(self, speaking: Speaking, *, owned: bool, keeper: object) -> None:
        super().__init__()
        self._speaking, self._owned, self._keeper = speaking, owned, keeper

    @property
    def _pool(self) -> Pool:
        return self._speaking.pool

    async def _connect(self) -> WebSocket:
        # The text may take its time to begin, and so does connecting.
        self._speaking.start()
        return (await self._pool.connect(self._speaking.version)).socket

    async def _events(self) -> list[TTSEvent]:
        await self.open()
        return await self._speaking.take()

    async def settle(self) -> None:
        """Wait until the source of the text is closed, and a connection of its own too."""
        await self._speaking.settle()
        if self._owned:
            await self._pool.aclose()

    def _leave(self) -> None:
        self._speaking.stop()
        if self._owned:
            self._pool.close("the stream was left")

    def _spoil(self, reason: str) -> None:
        super()._spoil(reason)
        self._leave()

    @property
    def _is_done(self) -> bool:
        return self._speaking.is_done and (not self._owned or self._pool.is_closed)

    def _how_far(self, error: StreamError) -> None:
        self._speaking.described(error)


class SpeechStream(AudioStream):
    """
    The audio of a text that is sent while it comes.

    It is an `AudioStream` like any other; `events` gives what came with the audio too. Left early, it is ended on the
    service, and the source of the text is closed.
    """

    def __init__(self, speaking: Speaking, *, owned: bool = False, keeper: object = None) -> None:
        self._grip = SpeakingGrip(speaking, owned=owned, keeper=keeper)
        super().__init__(AudioOnly(self._grip), speaking.format, in_events=True)

    def events(self) -> EventStream[TTSEvent]:
        """Give all events, as a stream of its own that takes this one's place; the last is `Done`."""
        self._begin()
        return EventStream(self._grip, self._format)

    async def collect(self) -> Audio:
        """
        Read to the end and put everything together.

        Returns:
            All the audio, with its format and all timestamps, which run on one clock.

        Raises:
            CartesiaError: The request failed, or the stream broke off.
        """
        return await self.events().collect()
