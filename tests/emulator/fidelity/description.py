"""The service's OpenAPI description, and whether an answer is as it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import yaml
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

FILE = Path(__file__).with_name("cartesia-2025-11-04.yaml")
VERSION = "2025-11-04"
_ROOT = "urn:cartesia"
_METHODS = ("get", "post", "patch", "put", "delete")

# What the description says of the type of audio is `audio/wav`, whatever the container; the service tells them apart.
AUDIO = {"raw": "audio/pcm", "wav": "audio/wav", "mp3": "audio/mpeg"}


class Deviation(AssertionError):
    """An answer that is not as the description says."""


@attrs.frozen
class Description:
    """
    The description.

    Attributes:
        document: The whole of it.
    """

    document: Mapping[str, Any]

    @property
    def operations(self) -> set[tuple[str, str]]:
        """Each method and path, without a slash at the end."""
        return {
            (method.upper(), path.rstrip("/") or "/")
            for path, item in self.document["paths"].items()
            for method in item
            if method in _METHODS
        }

    def check(self, method: str, path: str, status: int, content_type: str, body: bytes) -> None:
        """
        Hold a good answer against the description.

        Args:
            method: The HTTP method.
            path: The path as the description writes it, `/voices/{id}`.
            status: The answer's status.
            content_type: Its content type, with parameters or without.
            body: Its body.

        Raises:
            Deviation: The status, the type or the body is another.
        """
        answers = self.document["paths"][path][method.lower()]["responses"]
        if str(status) not in answers:
            raise Deviation(f"{method} {path} answers {', '.join(answers)}, not {status}: {body[:500]!r}")
        types: Mapping[str, Any] = answers[str(status)].get("content", {})
        given = content_type.partition(";")[0]
        if not types:
            if body:
                raise Deviation(f"{method} {path} answers no body, not {body[:100]!r}")
            return
        (expected, content), *_ = types.items()
        if given != expected and not (expected == "audio/wav" and given in AUDIO.values()):
            raise Deviation(f"{method} {path} answers {expected}, not {given}")
        if expected == "application/json":
            self._check_value(content["schema"], json.loads(body))
        elif expected == "text/event-stream":
            for event in events_in(body):
                self._check_value(content["schema"], event)

    def check_event(self, schema: str, event: object) -> None:
        """Hold one value against a schema of the description; `Deviation` where it does not fit."""
        self._check_value({"$ref": f"#/components/schemas/{schema}"}, event)

    def _check_value(self, schema: Mapping[str, Any], value: object) -> None:
        resource = Resource(contents=self.document, specification=DRAFT4)
        validator = OAS30Validator(
            {"$ref": _ROOT + schema["$ref"]},
            registry=Registry().with_resource(_ROOT, resource),
            format_checker=oas30_format_checker,
        )
        if errors := [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]:
            raise Deviation(f"not a {schema['$ref']}: {'; '.join(errors)[:1_000]}")


def events_in(body: bytes) -> Iterator[object]:
    """Give the JSON of each server-sent event; the body must end with a whole one."""
    *frames, rest = body.decode().split("\n\n")
    assert rest == ""
    for frame in frames:
        *_, data = frame.split("\n")
        assert data.startswith("data: ")
        yield json.loads(data.removeprefix("data: "))


@cache
def description() -> Description:
    """Read the description."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Description(_with_null(yaml.load(FILE.read_bytes(), Loader=loader)))  # a safe loader, either of them


def _with_null(node: Any) -> Any:
    """
    Let a reference that is marked `nullable` be null.

    By the letter of OpenAPI 3.0 what stands beside a reference counts for nothing; who wrote these meant it to.
    """
    if isinstance(node, list):
        return [_with_null(value) for value in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node and node.get("nullable"):
        return {"anyOf": [{"$ref": node["$ref"]}, {"type": "string", "nullable": True, "enum": [None]}]}
    return {key: _with_null(value) for key, value in node.items()}
