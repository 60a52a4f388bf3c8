"""Calls that are answered by a stream: of audio, or of events."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Generic, TypeVar

import attrs

from .._io.private_loop import PrivateLoop
from .._io.transport import Transport
from .._wire.events import EventReader
from .._wire.request import Outgoing, Request
from ..audio.formats import format_of
from ..streams.audio import AudioStream
from ..streams.blocking import BlockingAudioStream, BlockingEventStream
from ..streams.events import EventStream
from ..streams.flow import Flow, Pieces
from .binding import Call

E = TypeVar("E")


@attrs.frozen
class SpeechAudio(Call[AudioStream, BlockingAudioStream]):
    """
    Answered by audio.

    Attributes:
        request: What to send.
        output_format: The format asked for, as plain data.
    """

    request: Request
    output_format: Mapping[str, Any]

    def run(self, transport: Transport, outgoing: Outgoing) -> AudioStream:
        """Give a stream on the caller's loop."""
        return AudioStream(Flow(partial(transport.open, outgoing), Pieces()), format_of(self.output_format))

    def run_blocking(self, transport: Transport, outgoing: Outgoing, loop: PrivateLoop) -> BlockingAudioStream:
        """Give a stream on *loop*."""
        return BlockingAudioStream(loop, self.run(transport, outgoing))


@attrs.frozen
class SpeechEvents(Call[EventStream[E], BlockingEventStream[E]], Generic[E]):
    """
    Answered by events.

    Attributes:
        request: What to send.
        union: The classes of its events.
        output_format: The format asked for, as plain data.
    """

    request: Request
    union: Any
    output_format: Mapping[str, Any]

    def run(self, transport: Transport, outgoing: Outgoing) -> EventStream[E]:
        """Give a stream on the caller's loop."""
        reader: EventReader[E] = EventReader(self.union)
        return EventStream(Flow(partial(transport.open, outgoing), reader), format_of(self.output_format))

    def run_blocking(self, transport: Transport, outgoing: Outgoing, loop: PrivateLoop) -> BlockingEventStream[E]:
        """Give a stream on *loop*."""
        return BlockingEventStream(loop, self.run(transport, outgoing))
