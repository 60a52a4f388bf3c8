"""What the emulator refuses, told in the error shape of the version asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping

import attrs
from aiohttp import web

from .asked_version import FIRST_WITH_STRUCTURED_ERRORS


@attrs.define(kw_only=True)
class Problem(Exception):
    """
    A request that is answered with an error.

    Attributes:
        status: The HTTP status, 4xx or 5xx.
        title: What kind of problem it is, in a few words; `None` where the service sends a bare sentence.
        message: What is wrong and what would be right.
        error_code: The service's code for it, where it has one.
        headers: Headers that the answer carries.
    """

    status: int
    title: str | None
    message: str
    error_code: str | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])

    def __str__(self) -> str:
        return self.message if self.title is None else f"{self.title}: {self.message}"


def invalid(message: str, *, title: str = "Invalid request", code: str | None = None) -> Problem:
    """Make the problem of a request whose content is not acceptable (400)."""
    return Problem(status=400, title=title, message=message, error_code=code)


def version_required() -> Problem:
    """Make the problem of a request that names no API version (400, a bare sentence)."""
    return Problem(status=400, title=None, message="Cartesia-Version header is required in YYYY-MM-DD form")


def voice_not_found(version: str) -> Problem:
    """Make the problem of a voice that does not exist: 404, and 400 before 2026-03-01."""
    return Problem(
        status=404 if version >= FIRST_WITH_STRUCTURED_ERRORS else 400,
        title="Invalid voice",
        message="The voice is not valid, make sure it is a valid voice ID.",
        error_code="voice_not_found",
    )


def not_found(what: str) -> Problem:
    """Make the problem of anything else that does not exist (404)."""
    return Problem(status=404, title="Not found", message=f"There is no such {what}.")


def too_large(what: str, limit: int) -> Problem:
    """Make the problem of something larger than a limit in bytes (413)."""
    return Problem(
        status=413,
        title="File too large",
        message=f"{what} must not be larger than {limit // 2**10} KiB.",
        error_code="file_too_large",
    )


def unreadable_clip(reason: str) -> Problem:
    """Make the problem of an audio file that cannot be decoded (400)."""
    return invalid(reason, title="Unsupported audio format", code="unsupported_audio_format")


def error_body(problem: Problem, request_id: str) -> dict[str, object]:
    """Lay out a problem as the JSON object that versions since 2026-03-01 send."""
    return {
        "error_code": problem.error_code,
        "title": problem.title or "Invalid request",
        "message": problem.message,
        "request_id": request_id,
    }


def error_answer(problem: Problem, version: str | None, request_id: str) -> web.Response:
    """
    Lay out a problem as a whole HTTP answer.

    Args:
        problem: What is wrong.
        version: The API version served, `None` where the request named none that can be read.
        request_id: The id by which the request is known.
    """
    if version is not None and version >= FIRST_WITH_STRUCTURED_ERRORS:
        body = json.dumps(error_body(problem, request_id))
        return web.Response(status=problem.status, text=body, content_type="application/json", headers=problem.headers)
    return web.Response(status=problem.status, text=str(problem), content_type="text/plain", headers=problem.headers)


def error_event(problem: Problem, version: str, request_id: str) -> dict[str, object]:
    """Lay out a problem as the event that ends a stream which had already begun."""
    head: dict[str, object] = {"type": "error", "done": True, "status_code": problem.status}
    if version >= FIRST_WITH_STRUCTURED_ERRORS:
        return head | error_body(problem, request_id)
    return head | {"error": str(problem)}
