"""The body of a request for speech, in the shape of each API version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs

from ..models.speech import (
    ExperimentalControls,
    GenerationConfig,
    Mp3Format,
    RawFormat,
    VoiceByEmbedding,
    VoiceById,
    WavFormat,
)
from ..models.voices import Voice, VoiceMetadata
from . import checks
from .codec import plain
from .request import Versioned

_STRING_VOICES_SINCE = "2026-08-14"
# The arguments that not every version has; each is a line of the table of availability.
_VERSIONED = frozenset({"duration", "speed", "save", "pronunciation_dict_id", "locale", "normalization", "accent"})
_NESTED = frozenset({"voice", "output_format", "generation_config"})
_NEVER_NONE = frozenset({"model_id", "transcript"})
_TEXTS = (
    "model_id",
    "transcript",
    "language",
    "locale",
    "context_id",
    "pronunciation_dict_id",
    "accent",
    "normalization",
)
_CHECKS: Mapping[str, Callable[[str, object], object]] = {
    **dict.fromkeys(_TEXTS, checks.text),
    "duration": partial(checks.number, above=0),
    "max_buffer_delay_ms": checks.whole,
}
_WRITTEN = {"experimental_controls": "__experimental_controls"}


@attrs.frozen
class SpeechBody(Versioned):
    """The body of a request for speech."""

    voice: Mapping[str, Any]
    fields: Mapping[str, Any]

    @property
    def features(self) -> tuple[str, ...]:
        """The features it uses, besides the call itself."""
        found = sorted(f"tts {name}" for name in self.fields if name in _VERSIONED)
        if "embedding" in self.voice:
            found.append("tts voice by embedding")
        if "experimental_controls" in self.voice:
            found.append("tts voice.experimental_controls")
        return tuple(found)

    def document(self, version: str) -> Mapping[str, Any]:
        """Give the body in the shape of *version*."""
        return {**self.fields, "voice": self._voice_in(version)}

    def _voice_in(self, version: str) -> str | Mapping[str, Any]:
        voice = self.voice
        if "experimental_controls" in voice:
            voice = {_WRITTEN.get(name, name): value for name, value in voice.items()}
        if "embedding" in voice:
            return {"mode": "embedding", **voice}
        if version < _STRING_VOICES_SINCE:
            return {"mode": "id", **voice}
        return str(voice["id"]) if len(voice) == 1 else voice


def speech_body(call: str, given: Mapping[str, Any], names: type, *, raw_only: bool = False) -> SpeechBody:
    """
    Check the arguments of a *call* for speech and make its body of them.

    Args:
        call: The call's name.
        given: Its arguments by name.
        names: The typed dictionary that lists them.
        raw_only: Whether only raw audio can be asked for.

    Raises:
        ValueError: An argument is known to be wrong.
        TypeError: An argument is missing or unknown.
    """
    checks.names(call, given, names)
    fields: dict[str, Any] = {}
    for name, value in given.items():
        if name in _NESTED or (value is None and name not in _NEVER_NONE):
            continue
        if (check := _CHECKS.get(name)) is not None:
            check(name, value)
        fields[name] = plain(value)
    fields["output_format"] = output_format(given["output_format"], raw_only=raw_only)
    if "language" in fields and "locale" in fields:
        raise checks.refuse("locale", fields["locale"], "left out where language is given")
    if given.get("generation_config") is not None:
        fields["generation_config"] = _generation_config(given["generation_config"])
    return SpeechBody(_voice(given["voice"]), fields)


def _generation_config(given: object) -> dict[str, Any]:
    if not isinstance(given, GenerationConfig) and not checks.is_object(given):
        raise checks.refuse("generation_config", given, "a GenerationConfig or a dictionary")
    config: dict[str, Any] = plain(given)
    for name in ("volume", "speed"):
        if name in config:
            checks.number(f"generation_config.{name}", config[name])
    return config


def _voice(given: object) -> Mapping[str, Any]:
    if isinstance(given, str):
        return {"id": checks.identifier("voice", given)}
    if not checks.is_object(given):
        if isinstance(given, (Voice, VoiceMetadata)):
            return {"id": checks.identifier("voice.id", given.id)}
        if not isinstance(given, (VoiceById, VoiceByEmbedding)):
            raise checks.refuse("voice", given, "an id, a dictionary, a VoiceById or a VoiceByEmbedding")
        given = attrs.asdict(given, recurse=False)
    voice: dict[str, Any] = {
        str(name).removeprefix("__"): value for name, value in given.items() if value is not None and name != "mode"
    }
    kind = checks.one_of("voice", {"id": voice.get("id"), "embedding": voice.get("embedding")})
    if given.get("mode", kind) != kind:
        raise checks.refuse("voice.mode", given["mode"], f"{kind!r} where {kind} is given")
    if kind == "id":
        checks.identifier("voice.id", voice["id"])
    else:
        voice["embedding"] = checks.numbers("voice.embedding", voice["embedding"])
    controls = voice.get("experimental_controls")
    if isinstance(controls, ExperimentalControls) or checks.is_object(controls):
        voice["experimental_controls"] = plain(controls)
    elif controls is not None:
        raise checks.refuse("voice.experimental_controls", controls, "an ExperimentalControls or a dictionary")
    return voice


_NEEDED = {"raw": ("encoding", "sample_rate"), "wav": ("encoding", "sample_rate"), "mp3": ("sample_rate", "bit_rate")}


def output_format(given: object, *, raw_only: bool = False, prefix: str = "output_format.") -> Mapping[str, Any]:
    """
    Check an output format and give it as plain data.

    Args:
        given: The format.
        raw_only: Whether only raw audio can be asked for.
        prefix: What its parts' names begin with where they are arguments.

    Raises:
        ValueError: A part is missing, or the container cannot be had here.
    """
    if not checks.is_object(given) and not isinstance(given, (RawFormat, WavFormat, Mp3Format)):
        raise checks.refuse("output_format", given, "a RawFormat, WavFormat, Mp3Format or a dictionary")
    wanted: dict[str, Any] = plain(given)
    container = checks.text(f"{prefix}container", wanted.get("container"))
    if raw_only and container in {"wav", "mp3"}:
        raise checks.refuse(f"{prefix}container", container, "'raw' (events carry raw audio only)")
    for name in _NEEDED.get(container, ()):
        if wanted.get(name) is None:
            raise checks.refuse(f"{prefix}{name}", None, f"given with the container {container!r}")
    for name in ("sample_rate", "bit_rate"):
        value = wanted.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value <= 0):
            raise checks.refuse(f"{prefix}{name}", value, "a whole number above 0")
    return wanted
