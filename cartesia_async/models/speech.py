"""What to say and how: voices, audio formats and their dictionaries, as arguments of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

import attrs

from .voices import Voice, VoiceMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

Encoding = Literal["pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw"]
SampleRate = Literal[8000, 16000, 22050, 24000, 44100, 48000]
BitRate = Literal[32000, 64000, 96000, 128000, 192000]


@attrs.frozen(kw_only=True)
class RawFormat:
    """
    Samples without a header.

    Attributes:
        encoding: How a sample is written; `Encoding` or a newer name.
        sample_rate: Samples a second, in Hz; `SampleRate`.
    """

    encoding: Encoding | str
    sample_rate: int
    container: Literal["raw"] = attrs.field(default="raw", init=False)


@attrs.frozen(kw_only=True)
class WavFormat:
    """
    A WAV file.

    Attributes:
        encoding: How a sample is written; `Encoding` or a newer name.
        sample_rate: Samples a second, in Hz; `SampleRate`.
    """

    encoding: Encoding | str
    sample_rate: int
    container: Literal["wav"] = attrs.field(default="wav", init=False)


@attrs.frozen(kw_only=True)
class Mp3Format:
    """
    An MP3 file.

    Attributes:
        sample_rate: Samples a second, in Hz; `SampleRate`.
        bit_rate: Bits a second; `BitRate`.
    """

    sample_rate: int
    bit_rate: int
    container: Literal["mp3"] = attrs.field(default="mp3", init=False)


class RawFormatDict(TypedDict):
    """`RawFormat` as a dictionary."""

    container: Literal["raw"]
    encoding: Encoding | str
    sample_rate: int


class WavFormatDict(TypedDict):
    """`WavFormat` as a dictionary."""

    container: Literal["wav"]
    encoding: Encoding | str
    sample_rate: int


class Mp3FormatDict(TypedDict):
    """`Mp3Format` as a dictionary."""

    container: Literal["mp3"]
    sample_rate: int
    bit_rate: int


@attrs.frozen(kw_only=True)
class ExperimentalControls:
    """
    Speed and emotion of a voice, in API versions up to 2024-11-13.

    Attributes:
        speed: -1.0 (slowest) to 1.0 (fastest), or ``"slowest"``, ``"slow"``, ``"normal"``, ``"fast"``, ``"fastest"``.
        emotion: Names with an optional level, such as ``"positivity:high"``.
    """

    speed: float | str | None = None
    emotion: Sequence[str] | None = None


class ExperimentalControlsDict(TypedDict, total=False):
    """`ExperimentalControls` as a dictionary."""

    speed: float | str
    emotion: Sequence[str]


@attrs.frozen
class VoiceById:
    """
    A voice by its id.

    Attributes:
        id: The voice's id.
        experimental_controls: Speed and emotion, in API versions up to 2024-11-13.
    """

    id: str
    experimental_controls: ExperimentalControls | ExperimentalControlsDict | None = attrs.field(
        default=None, kw_only=True
    )


@attrs.frozen
class VoiceByEmbedding:
    """
    A voice by its embedding, in API versions up to 2024-11-13.

    Attributes:
        embedding: The voice's 192 numbers.
        experimental_controls: Speed and emotion.
    """

    embedding: Sequence[float]
    experimental_controls: ExperimentalControls | ExperimentalControlsDict | None = attrs.field(
        default=None, kw_only=True
    )


class _Mode(TypedDict, total=False):
    experimental_controls: ExperimentalControlsDict


class VoiceByIdDict(_Mode, total=False):
    """`VoiceById` as a dictionary."""

    mode: Literal["id"]
    id: str


class VoiceByEmbeddingDict(_Mode, total=False):
    """`VoiceByEmbedding` as a dictionary."""

    mode: Literal["embedding"]
    embedding: Sequence[float]


@attrs.frozen(kw_only=True)
class GenerationConfig:
    """
    How to speak, with models of the Sonic 3 family.

    Attributes:
        volume: 0.5 to 2.0; 1.0 where left out.
        speed: 0.6 to 1.5; 1.0 where left out.
        emotion: Such as ``"neutral"``, ``"calm"``, ``"angry"``, ``"content"``, ``"sad"`` or ``"scared"``.
    """

    volume: float | None = None
    speed: float | None = None
    emotion: str | None = None


class GenerationConfigDict(TypedDict, total=False):
    """`GenerationConfig` as a dictionary."""

    volume: float
    speed: float
    emotion: str


OutputFormat = RawFormat | WavFormat | Mp3Format | RawFormatDict | WavFormatDict | Mp3FormatDict
RawOutputFormat = RawFormat | RawFormatDict

VoiceSpecifier = str | VoiceById | VoiceByEmbedding | VoiceByIdDict | VoiceByEmbeddingDict | Voice | VoiceMetadata


class _Text(TypedDict):
    transcript: str


class _Speaker(TypedDict):
    model_id: str
    voice: VoiceSpecifier


class _Style(TypedDict, total=False):
    language: str | None
    duration: float | None
    speed: Literal["slow", "normal", "fast"] | str | None
    generation_config: GenerationConfig | GenerationConfigDict | None
    pronunciation_dict_id: str | None
    locale: str | None
    normalization: str | None
    accent: str | None


class _Format(TypedDict):
    output_format: OutputFormat


class _Events(TypedDict, total=False):
    add_timestamps: bool | None
    add_phoneme_timestamps: bool | None
    use_normalized_timestamps: bool | None
    context_id: str | None


class SpeechOptions(_Text, _Speaker, _Format, _Style, total=False):
    """The arguments of every call for speech; the first four are needed."""

    save: bool | None


class EventOptions(SpeechOptions, _Events, total=False):
    """The arguments of a call for speech as events."""


class ContextOptions(_Speaker, _Format, _Style, _Events, total=False):
    """The arguments of speech over a WebSocket, whose text comes by itself; the first three are needed."""

    max_buffer_delay_ms: int | None


class _ChangeNeeds(TypedDict):
    voice_id: str
    output_format_container: str
    output_format_sample_rate: int


class VoiceChangerOptions(_ChangeNeeds, total=False):
    """The arguments of every call of the voice changer; the first three are needed."""

    output_format_encoding: Encoding | str | None
    output_format_bit_rate: int | None
