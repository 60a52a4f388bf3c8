"""The command `say`."""

from __future__ import annotations

from typing import Annotated

import typer

from cartesia_async import GenerationConfig, Mp3Format

from .command import command
from .connection import Connection, connected
from .destination import Destination, OutputOption, PlayOption
from .formats import BitRateOption, ContainerOption, EncodingOption, FormatOptions, SampleRateOption
from .speaking import Manner, Speaking
from .text import text_source
from .voice import DEFAULT_VOICE, VoiceOption, voice_id

DEFAULT_MODEL = "sonic-3"

app = typer.Typer()


@command(
    app,
    examples=(
        'cartesia-async say "Hello, world!" -o hello.wav',
        'cartesia-async say "Hello, world!" -o hello.wav --emulator',
        "cartesia-async say -f story.txt -o story.mp3 --voice Katie --srt story.srt",
        'cartesia-async say "Good morning." --play --speed 0.9 --emotion calm',
        "echo Hello | cartesia-async say - -o - | aplay",
        "language-model | cartesia-async say - --stream --play",
    ),
)
@connected
def say(
    connection: Connection,
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="The text; - or nothing reads standard input.")
    ] = None,
    *,
    file: Annotated[
        str | None, typer.Option("-f", "--file", metavar="FILE", help="Read the text from a file, in UTF-8.")
    ] = None,
    output: OutputOption = None,
    play: PlayOption = False,
    srt: Annotated[
        str | None, typer.Option("--srt", metavar="FILE", help="Write subtitles to a file, as SubRip.")
    ] = None,
    vtt: Annotated[
        str | None, typer.Option("--vtt", metavar="FILE", help="Write subtitles to a file, as WebVTT.")
    ] = None,
    voice: VoiceOption = DEFAULT_VOICE,
    model: Annotated[str, typer.Option(metavar="ID", help="The model.")] = DEFAULT_MODEL,
    language: Annotated[str | None, typer.Option(metavar="CODE", help="The text's language, such as en.")] = None,
    speed: Annotated[float | None, typer.Option(metavar="FACTOR", help="0.6 to 1.5; 1.0 is the voice's own.")] = None,
    volume: Annotated[float | None, typer.Option(metavar="FACTOR", help="0.5 to 2.0; 1.0 is the usual.")] = None,
    emotion: Annotated[
        str | None, typer.Option(metavar="NAME", help="Such as neutral, calm, angry, content, sad or scared.")
    ] = None,
    container: ContainerOption = None,
    encoding: EncodingOption = None,
    sample_rate: SampleRateOption = 44100,
    bit_rate: BitRateOption = None,
    stream: Annotated[
        bool, typer.Option("--stream", help="Speak the text while it comes, as from a language model.")
    ] = False,
) -> None:
    """Speak a text: to a file, to a loudspeaker, or to another program."""
    destination = Destination(output=output, play=play, srt=srt, vtt=vtt)
    destination.check()
    options = FormatOptions(container, encoding, sample_rate, bit_rate)
    wanted = options.format_for(output)
    if isinstance(wanted, Mp3Format) and destination.with_subtitles:
        destination.check_mp3_with_subtitles()
    source = text_source(text, file)
    delivery = (
        None
        if all(each is None for each in (speed, volume, emotion))
        else GenerationConfig(speed=speed, volume=volume, emotion=emotion)
    )
    with connection.open() as client:
        speaking = Speaking(
            client=client,
            destination=destination,
            wanted=wanted,
            manner=Manner(model_id=model, voice=voice_id(client, voice), language=language, generation_config=delivery),
        )
        speaking.go(text, source, stream=stream)
