"""Calls that are made over a WebSocket."""

from __future__ import annotations

import attrs

from .._io.private_loop import PrivateLoop
from .._io.transport import Transport
from .._wire.generation import Generation
from .._wire.request import Outgoing, Request
from ..websocket.beginning import new_channel
from ..websocket.blocking import BlockingSpeechSocket, BlockingSpeechStream
from ..websocket.pool import Pool
from ..websocket.socket import SpeechSocket
from ..websocket.source import Text
from ..websocket.speaking import Speaking
from ..websocket.stream import SpeechStream
from .binding import Call


@attrs.frozen
class SpeechSockets(Call[SpeechSocket, BlockingSpeechSocket]):
    """
    Gives a WebSocket.

    Attributes:
        request: The handshake.
    """

    request: Request

    def run(self, transport: Transport, outgoing: Outgoing) -> SpeechSocket:
        """Give it on the caller's loop."""
        return SpeechSocket(Pool(transport, outgoing))

    def run_blocking(self, transport: Transport, outgoing: Outgoing, loop: PrivateLoop) -> BlockingSpeechSocket:
        """Give it on *loop*."""
        return BlockingSpeechSocket(loop, self.run(transport, outgoing))


@attrs.frozen
class SpeechStreams(Call[SpeechStream, BlockingSpeechStream]):
    """
    Speaks one text over a WebSocket of its own.

    Attributes:
        request: The handshake.
        generation: How the text is to be spoken.
        text: The text.
    """

    request: Request
    generation: Generation
    text: Text

    def run(self, transport: Transport, outgoing: Outgoing) -> SpeechStream:
        """Give its audio on the caller's loop."""
        pool = Pool(transport, outgoing, lasting=False)
        channel = new_channel(pool, self.generation, outgoing.version)
        return SpeechStream(Speaking(pool, channel, self.text), owned=True)

    def run_blocking(self, transport: Transport, outgoing: Outgoing, loop: PrivateLoop) -> BlockingSpeechStream:
        """Give its audio on *loop*."""
        return BlockingSpeechStream(loop, self.run(transport, outgoing))
