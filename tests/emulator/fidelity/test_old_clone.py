"""The oldest way to clone, which clients of the first generation know alone."""

from __future__ import annotations

import pytest
import requests

from cartesia_async.emulator import Emulator
from tests.emulator.fidelity.test_answers import clip

FORM = {"enhance": "true", "mode": "clip"}


@pytest.mark.parametrize("version", ["2024-06-10", "2024-11-13"])
@pytest.mark.parametrize("path", ["/voices/clone/clip", "/voices/clone/clip/"])
def test_a_clip_becomes_an_embedding(path: str, version: str) -> None:
    """The answer is an embedding of 192 numbers, of which a voice may be created."""
    with Emulator(engine="tone") as emulator, requests.Session() as session:
        session.headers.update({"X-API-Key": "k", "Cartesia-Version": version})
        answer = session.post(emulator.base_url + path, data=FORM, files={"clip": clip()})
        assert answer.status_code == 200
        embedding = answer.json()["embedding"]
        assert len(embedding) == 192
        body = {"name": "Me", "description": "Cloned", "embedding": embedding}
        assert session.post(emulator.base_url + "/voices", json=body).json()["embedding"] == embedding
        assert emulator.crashes == ()


def test_what_is_no_clip_is_refused() -> None:
    """A file that is no audio, and no file at all, are a 400."""
    with Emulator(engine="tone") as emulator, requests.Session() as session:
        session.headers.update({"X-API-Key": "k", "Cartesia-Version": "2024-06-10"})
        for files, said in (({"clip": b"no"}, "Unsupported audio format"), ({"other": b"no"}, "`clip` is required")):
            answer = session.post(emulator.base_url + "/voices/clone/clip", data=FORM, files=files)
            assert answer.status_code == 400
            assert said in answer.text


def test_later_versions_have_it_no_more() -> None:
    """From 2025-04-16 on the path is not there."""
    with Emulator(engine="tone") as emulator, requests.Session() as session:
        session.headers.update({"X-API-Key": "k", "Cartesia-Version": "2025-04-16"})
        answer = session.post(emulator.base_url + "/voices/clone/clip", data=FORM, files={"clip": clip()})
        assert answer.status_code == 404
