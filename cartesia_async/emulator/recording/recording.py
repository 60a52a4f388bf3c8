"""One exchange as a file: written so that it is read with ease, read so that what is wrong with it is told."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import attrs

from ..._wire.checks import is_object
from ..._wire.codec import structure
from ...errors import APIResponseError
from .asked import Asked
from .body import Body, Content, FormBody, JSONBody

FORMAT = "cartesia-async recording 1"

Ending = Literal["whole", "close", "reset", "left"]
# When a piece of the answer came (milliseconds), and the piece itself, or its length where it lies in a file.
Piece = tuple[float, str | int]

_BODIES = ("json", "form", "content", "unread")


class RecordingError(ValueError):
    """A recording that is not there, or cannot be read; says which and why."""


@attrs.frozen(kw_only=True)
class Answer:
    """
    What came back. All times are in milliseconds since the request had been sent.

    Attributes:
        status: The status, `None` where the connection ended without an answer.
        headers: The headers, each as ``Name: value``.
        began: When the answer began.
        ended: How it ended: whole, by a connection that was closed or reset before, or by a client that left.
        ended_at: When it ended.
        file: The name of the file beside the recording that holds the body, `None` where the pieces do.
        pieces: The pieces in which the body came.
    """

    status: int | None
    headers: list[str] = attrs.field(factory=list[str])
    began: float = 0.0
    ended: Ending = "whole"
    ended_at: float = 0.0
    file: str | None = None
    pieces: list[Any] = attrs.field(factory=list[Piece])  # each a `Piece`, which is checked on its own

    @property
    def size(self) -> int:
        """The length of the body, in bytes."""
        return sum(len(to_bytes(what)) if isinstance(what, str) else what for _, what in self.pieces)


@attrs.frozen(kw_only=True)
class Recording:
    """
    One exchange.

    Attributes:
        request: What was asked.
        answer: What came back.
        target: Where it came from.
        recorded_at: When, as ISO 8601.
    """

    request: Asked
    answer: Answer
    target: str = ""
    recorded_at: str = ""


def to_text(data: bytes) -> str:
    """Give bytes, even of half a character, as a text that JSON can hold."""
    return data.decode("utf-8", "surrogateescape")


def to_bytes(text: str) -> bytes:
    """Give the bytes of such a text."""
    return text.encode("utf-8", "surrogateescape")


def laid_out(recording: Recording) -> bytes:
    """Lay a recording out as a file: JSON, in which each piece of the answer has a line of its own."""
    asked = attrs.asdict(recording.request, filter=lambda field, _: field.name not in {"body", "unread"})
    document: dict[str, object] = {
        "format": FORMAT,
        "recorded_at": recording.recorded_at,
        "target": recording.target,
        "request": asked | _body_document(recording.request),
        "answer": attrs.asdict(recording.answer) | {"pieces": []},
    }
    end = "[]\n  }\n}"
    text = json.dumps(document, indent=2, ensure_ascii=False)
    lines = ",\n".join(f"      {json.dumps(piece, ensure_ascii=False)}" for piece in recording.answer.pieces)
    if lines:
        text = text.removesuffix(end) + f"[\n{lines}\n    ]\n  }}\n}}"
    # What stands for a byte that is no text becomes the escape by which JSON writes it.
    return f"{text}\n".encode("utf-8", "backslashreplace")


def read_recording(path: Path) -> Recording:
    """
    Read a recording.

    Raises:
        RecordingError: It is damaged, or the file that it names is.
    """
    try:
        document = json.loads(path.read_bytes())
        if not is_object(document) or document.get("format") != FORMAT:
            raise RecordingError(f"its format is not {FORMAT!r}")
        recording = _structured(document)
        _check_pieces(recording.answer, path.parent)
    except APIResponseError as error:
        raise RecordingError(f"{path} is damaged: {'; '.join(error.details)}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise RecordingError(f"{path} is damaged: {error}") from error
    return recording


def _structured(document: Mapping[str, Any]) -> Recording:
    request = document.get("request")
    if not is_object(request):
        raise RecordingError("it has no request")
    plain = {name: value for name, value in request.items() if name not in {*_BODIES, "body"}}
    recording: Recording = structure({**document, "request": plain}, Recording)
    body = _body(request)
    return attrs.evolve(
        recording, request=attrs.evolve(recording.request, body=body, unread=request.get("unread") is True)
    )


def _body_document(asked: Asked) -> dict[str, object]:
    match asked.body:
        case JSONBody(value):
            return {"json": value}
        case FormBody() as form:
            return {"form": attrs.asdict(form)}
        case Content() as content:
            return {"content": attrs.asdict(content)}
        case None:
            return {"unread": True} if asked.unread else {}


def _body(request: Mapping[str, Any]) -> Body | None:
    if "json" in request:
        return JSONBody(request["json"])
    if "form" in request:
        form: FormBody = _part(request, "form", FormBody)
        return form
    if "content" in request:
        content: Content = _part(request, "content", Content)
        return content
    return None


def _part(request: Mapping[str, Any], name: str, into: type[Any]) -> Any:
    try:
        return structure(request[name], into)
    except APIResponseError as error:
        raise RecordingError(f"the {name} of its request is wrong: {'; '.join(error.details)}") from error


def _check_pieces(answer: Answer, folder: Path) -> None:
    for header in answer.headers:
        if ": " not in header:
            raise RecordingError(f"a header of its answer must be a name and a value, not {header!r}")
    for number, piece in enumerate(answer.pieces):
        if not _is_piece(piece, in_file=answer.file is not None):
            what = "a text" if answer.file is None else "a length"
            raise RecordingError(f"piece {number + 1} of its answer is not a time and {what}")
    if answer.file is not None:
        _check_file(answer, answer.file, folder)


def _is_piece(piece: object, *, in_file: bool) -> bool:
    match piece:
        case [int() | float(), str()]:
            return not in_file
        case [int() | float(), int(size)]:
            return in_file and size >= 0
        case _:
            return False


def _check_file(answer: Answer, name: str, folder: Path) -> None:
    if os.path.basename(name) != name or name in {"", ".", ".."}:
        raise RecordingError(f"its answer's file must lie in the same folder, not at {name!r}")
    size = (folder / name).stat().st_size
    if size != answer.size:
        raise RecordingError(f"its answer's file {name} has {size} bytes, and should have {answer.size}")
