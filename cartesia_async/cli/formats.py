"""Which format of audio a command asks for: by options, or by the suffix of the file it writes."""

from __future__ import annotations

import os
from typing import Annotated, Literal, TypeAlias

import attrs
import typer

from cartesia_async import Mp3Format, RawFormat, WavFormat

Container = Literal["wav", "mp3", "raw"]
AudioFormat: TypeAlias = WavFormat | Mp3Format | RawFormat
SUFFIXES: dict[str, Container] = {".wav": "wav", ".mp3": "mp3", ".raw": "raw", ".pcm": "raw"}
STDOUT = "-"
_SAMPLE_RATE, _ENCODING, _BIT_RATE = 44100, "pcm_s16le", 128000

ContainerOption = Annotated[
    Container | None, typer.Option("--format", help="wav, mp3 or raw; else the suffix of the file says it.")
]
EncodingOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="How wav and raw write a sample: pcm_s16le (if left out), pcm_f32le, pcm_mulaw, pcm_alaw."
    ),
]
SampleRateOption = Annotated[int, typer.Option(metavar="HZ", help="Samples a second.", show_default=True)]
BitRateOption = Annotated[int | None, typer.Option(metavar="BITS", help="Bits a second of mp3; 128000 if left out.")]


@attrs.frozen
class FormatOptions:
    """
    What the options say of a format.

    Attributes:
        container: The container, where it is named.
        encoding: How a sample is written, where it is said.
        sample_rate: Samples a second, in Hz.
        bit_rate: Bits a second, where it is said.
    """

    container: Container | None = None
    encoding: str | None = None
    sample_rate: int = _SAMPLE_RATE
    bit_rate: int | None = None

    def format_for(self, output: str | None) -> AudioFormat:
        """
        Give the format to ask for.

        Args:
            output: The file to write, ``-`` for standard output, ``None`` for none.

        Raises:
            ValueError: Nothing says which format, or two things say different ones.
        """
        container = self._container_for(output)
        if container == "mp3":
            if self.encoding is not None:
                msg = "--encoding is for wav and raw, not for mp3"
                raise ValueError(msg)
            return Mp3Format(sample_rate=self.sample_rate, bit_rate=self.bit_rate or _BIT_RATE)
        if self.bit_rate is not None:
            msg = f"--bit-rate is for mp3, not for {container}"
            raise ValueError(msg)
        kind = WavFormat if container == "wav" else RawFormat
        return kind(encoding=self.encoding or _ENCODING, sample_rate=self.sample_rate)

    def _container_for(self, output: str | None) -> Container:
        if output is None or output == STDOUT:
            return self.container or "wav"
        named = SUFFIXES.get(os.path.splitext(output)[1].lower())
        if self.container is None and named is None:
            msg = f"--output must end in one of {', '.join(SUFFIXES)}, or --format say which it is; not {output!r}"
            raise ValueError(msg)
        if self.container is not None and named is not None and self.container != named:
            msg = f"--format {self.container} and the name {output!r} say different things"
            raise ValueError(msg)
        return self.container or named or "wav"
