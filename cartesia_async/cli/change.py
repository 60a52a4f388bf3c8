"""The command `change`."""

from __future__ import annotations

from contextlib import ExitStack

import typer

from cartesia_async import Mp3Format

from .command import command
from .connection import Connection, connected
from .destination import Destination, OutputOption, PlayOption, write_out
from .formats import BitRateOption, ContainerOption, EncodingOption, FormatOptions, SampleRateOption
from .speaking import received
from .uploading import ClipArgument, upload
from .voice import NeededVoiceOption, voice_id

app = typer.Typer()


@command(
    app,
    examples=(
        "cartesia-async change clip.wav -o changed.wav --voice Barry",
        "arecord -d 5 -f cd | cartesia-async change - --voice Barry --play",
    ),
)
@connected
def change(
    connection: Connection,
    clip: ClipArgument,
    *,
    voice: NeededVoiceOption,
    output: OutputOption = None,
    play: PlayOption = False,
    container: ContainerOption = None,
    encoding: EncodingOption = None,
    sample_rate: SampleRateOption = 44100,
    bit_rate: BitRateOption = None,
) -> None:
    """Say again what is said in a clip, with the same timing and melody, in another voice."""
    destination = Destination(output=output, play=play)
    destination.check()
    wanted = FormatOptions(container, encoding, sample_rate, bit_rate).format_for(output)
    with connection.open() as client, ExitStack() as stack:
        chosen = voice_id(client, voice)
        with upload(clip) as sent:
            audio = client.voice_changer.bytes(
                sent,
                voice_id=chosen,
                output_format_container=wanted.container,
                output_format_sample_rate=wanted.sample_rate,
                output_format_encoding=None if isinstance(wanted, Mp3Format) else wanted.encoding,
                output_format_bit_rate=wanted.bit_rate if isinstance(wanted, Mp3Format) else None,
            )
            if destination.only_played:
                audio.play()
                return
            # The clip has been sent by then.
            stack.enter_context(audio)
        if destination.only_piped:
            for piece in audio:
                write_out(piece)
        else:
            destination.take(received(audio, wanted), wanted)
