"""What was to be said, and by which voice: a request for speech, whatever the version and the call it came by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from .fields import json_list, json_object

if TYPE_CHECKING:
    from .received import ReceivedFile, ReceivedRequest

_SPOKEN = "/tts/"
_REVOICED = "/voice-changer/"
_INFILLED = "/infill/"
_LONG = 10


@attrs.frozen(kw_only=True, repr=False)
class ReceivedSpeech:
    """
    Speech that the emulator was asked for; what was left out is `None`, or empty.

    Attributes:
        transcript: What was to be said, the texts of a context joined; `None` where a clip was to be said again.
        voice: The id of the voice.
        embedding: The voice, where it was given as numbers.
        model_id: The model.
        language: The language, or the locale.
        output_format: `container`, `encoding`, `sample_rate` (Hz), `bit_rate`: those that were sent.
        generation_config: `speed`, `volume`, `emotion`: those that were sent.
        context_id: What the events were to carry.
        clip: The clip that was to be said again.
    """

    transcript: str | None = None
    voice: str | None = None
    embedding: tuple[float, ...] | None = None
    model_id: str | None = None
    language: str | None = None
    output_format: Mapping[str, object] = attrs.field(factory=dict[str, object])
    generation_config: Mapping[str, object] = attrs.field(factory=dict[str, object])
    context_id: str | None = None
    clip: ReceivedFile | None = None

    def __repr__(self) -> str:
        told = {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}
        if self.embedding is not None:
            told["embedding"] = f"<{len(self.embedding)} numbers>"
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in told.items() if value)})"


def speech_of(request: ReceivedRequest) -> list[ReceivedSpeech]:
    """
    Give the speech that a request asks for.

    Returns:
        One, or over a WebSocket one for each context, in the order they began; none where the request asks for something
        else, or does not say what.
    """
    if request.path.startswith(_SPOKEN):
        body = json_object(request.json)
        return _in_contexts(request.messages) if body is None else _spoken(body)
    if request.path.startswith(_REVOICED) and request.form:
        return [_revoiced(request.form, request.files)]
    if request.path.startswith(_INFILLED) and request.form:
        return [_infilled(request.form)]
    return []


def _in_contexts(messages: tuple[object, ...]) -> list[ReceivedSpeech]:
    begun: list[ReceivedSpeech] = []
    places: dict[str | None, int] = {}
    for body in map(json_object, messages):
        if body is None:
            continue
        id = _text(body, "context_id")
        for speech in _spoken(body):
            if id in places:
                before = begun[places[id]]
                begun[places[id]] = attrs.evolve(
                    before, transcript=(before.transcript or "") + (speech.transcript or "")
                )
            else:
                places[id] = len(begun)
                begun.append(speech)
        if body.get("continue") is not True:
            # It has ended, or was cancelled: another of its name is a new one.
            places.pop(id, None)
    return begun


def _spoken(body: Mapping[str, object]) -> list[ReceivedSpeech]:
    if "transcript" not in body:
        return []
    voice = body.get("voice")
    by = json_object(voice)
    return [
        ReceivedSpeech(
            transcript=_text(body, "transcript"),
            voice=voice if isinstance(voice, str) else None if by is None else _text(by, "id"),
            embedding=None if by is None else _numbers(by.get("embedding")),
            model_id=_text(body, "model_id"),
            language=_text(body, "language") or _text(body, "locale"),
            output_format=json_object(body.get("output_format")) or {},
            generation_config=json_object(body.get("generation_config")) or {},
            context_id=_text(body, "context_id"),
        )
    ]


def _revoiced(form: Mapping[str, str], files: tuple[ReceivedFile, ...]) -> ReceivedSpeech:
    clip = next((file for file in files if file.field == "clip"), None)
    return ReceivedSpeech(voice=form.get("voice[id]"), output_format=_format_in(form), clip=clip)


def _infilled(form: Mapping[str, str]) -> ReceivedSpeech:
    return ReceivedSpeech(
        transcript=form.get("transcript"),
        voice=form.get("voice_id"),
        model_id=form.get("model_id"),
        language=form.get("language"),
        output_format=_format_in(form),
    )


def _format_in(form: Mapping[str, str]) -> dict[str, object]:
    head, tail = "output_format[", "]"
    return {
        name.removeprefix(head).removesuffix(tail): int(value) if value.isdecimal() and len(value) < _LONG else value
        for name, value in form.items()
        if name.startswith(head) and name.endswith(tail)
    }


def _text(body: Mapping[str, object], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None


def _numbers(value: object) -> tuple[float, ...] | None:
    values = json_list(value)
    return None if values is None else tuple(number for number in values if isinstance(number, (int, float)))
