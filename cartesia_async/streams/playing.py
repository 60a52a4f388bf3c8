"""Playing audio while it comes."""

from __future__ import annotations

from .._io.threads import on_thread
from ..audio.playing import Device, Playable, Speaker
from .flow import Flow


async def play(flow: Flow[bytes], playable: Playable, device: Device) -> None:
    """
    Play a *flow* of audio to its end, from its first piece on.

    The loudspeaker is there before anything is sent for; how fast it plays is how fast the flow is read.

    Args:
        flow: The audio, cut anywhere.
        playable: Makes whole frames of it.
        device: Which loudspeaker.

    Raises:
        ValueError: There is no such loudspeaker.
        ImportError: sounddevice is not installed.
        OSError: The loudspeaker cannot play.
        CartesiaError: The request failed, or the stream broke off.
    """
    try:
        speaker = Speaker(playable.kind, device)
        try:
            await on_thread(speaker.open)
            while pieces := await flow.batch():
                for piece in speaker.pieces(playable.feed(b"".join(pieces))):
                    await on_thread(speaker.write, piece)
            await on_thread(speaker.finish)
        finally:
            speaker.close()
    except BaseException:
        flow.abort()
        raise
