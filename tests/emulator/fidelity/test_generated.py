"""Whatever is made of the service's description, good or bad, is answered, and as described where it is good."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from cartesia_async.emulator import Emulator
from tests.emulator.fidelity.conftest import SARAH
from tests.emulator.fidelity.description import VERSION, description
from tests.emulator.fidelity.test_answers import SERVED, clip, infill

# `nox -s fuzz` asks more, and other things each time.
MORE = os.environ.get("FIDELITY_EXAMPLES")
VERSIONS = ("2024-06-10", "2024-11-13", "2025-04-16", VERSION, "2026-03-01", "2026-08-14")
SCHEMA = schemathesis.openapi.from_dict(description().document)
PATHS = {path.rstrip("/") or "/": path for path in description().document["paths"]}
CALLS = sorted(
    (method, PATHS[path]) for method, path in {(m, p.replace("{file}", "{fileID}")) for m, p in SERVED} if path in PATHS
)
generated = settings(
    max_examples=int(MORE or 6),
    derandomize=not MORE,  # the same requests in every ordinary run
    database=None,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class Door:
    """A kept connection to an emulator which holds a dataset."""

    def __init__(self, emulator: Emulator, session: requests.Session) -> None:
        self.emulator = emulator
        self.session = session
        made = self.ask("POST", "/datasets", json={"name": "Mine", "description": "Of mine"})
        self.dataset = made.json()["id"]

    def ask(self, method: str, path: str, **sent: object) -> requests.Response:
        """Ask what is known to be right."""
        headers = {"X-API-Key": "k", "Cartesia-Version": VERSION}
        answer = self.session.request(method, self.emulator.base_url + path, headers=headers, timeout=10, **sent)
        assert answer.status_code < 300
        return answer

    def send(self, case: Case) -> requests.Response:
        """Send a request that was made up; nothing unforeseen may happen."""
        answer = case.call(base_url=self.emulator.base_url, session=self.session, timeout=10)
        assert self.emulator.crashes == ()
        assert answer.status_code < 500, f"{answer.text}: {case.as_curl_command()}"
        return answer


@pytest.fixture(scope="module", params=list(GenerationMode), ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> GenerationMode:
    """Give what the requests keep to the description, or not."""
    return request.param


@pytest.fixture
def door(mode: GenerationMode) -> Iterator[Door]:
    """Give a door to an emulator that nobody else asks."""
    with Emulator(engine="tone") as emulator, requests.Session() as session:
        yield Door(emulator, session)


SPOKEN = {"transcript": "Hello", "voice": {"mode": "id", "id": SARAH}}
CHANGED = {
    "clip": clip(),
    "voice[id]": SARAH,
    "output_format[container]": "wav",
    "output_format[encoding]": "pcm_s16le",
    "output_format[sample_rate]": 8_000,
}
# What a request must have to be answered well, as it is no matter of its shape.
REAL: dict[str, dict[str, object]] = {
    "/tts/bytes": SPOKEN,
    "/tts/sse": SPOKEN,
    "/voice-changer/bytes": CHANGED,
    "/voice-changer/sse": CHANGED,
    "/infill/bytes": infill("wav") | {"left_audio": clip()},
    "/voices/clone": {"clip": clip(), "name": "Me", "language": "en", "base_voice_id": SARAH},
    "/voices/localize": {"voice_id": SARAH, "name": "Me", "language": "en", "dialect": "uk"},
    "/voices/{id}": {"name": "Me"},
    "/datasets/": {"name": "Mine"},
    "/datasets/{id}": {"name": "Mine"},
    "/datasets/{id}/files": {"file": b"1234"},
}


def make_real(case: Case, door: Door) -> None:
    """Put in what is there, in the place of names of nothing."""
    if case.path_parameters:
        case.path_parameters["id"] = SARAH if "voices" in case.path else door.dataset
    if "fileID" in (case.path_parameters or {}):
        door.ask("POST", f"/datasets/{door.dataset}/files", files={"file": b"1234"})
        case.path_parameters["fileID"] = door.ask("GET", f"/datasets/{door.dataset}/files").json()["data"][0]["id"]
    if isinstance(case.body, dict):
        # A form has no way to say null, nor any name at all; a bit rate goes with mp3 alone.
        form = case.media_type == "multipart/form-data"
        case.body = ({} if form else case.body) | REAL[case.path]
    case.query = {name: value for name, value in (case.query or {}).items() if name == "q"}


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_requests_made_up_are_answered(door: Door, mode: GenerationMode, call: tuple[str, str]) -> None:
    """A request that keeps to the description, or breaks it, is never a 500; a good answer is as described."""
    method, path = call
    statuses: set[int] = set()

    @generated
    @given(
        case=SCHEMA[path][method].as_strategy(generation_mode=mode),
        version=st.sampled_from((VERSION, VERSION, *VERSIONS)),
        known=st.booleans(),
        real=st.sampled_from((True, True, False)),
    )
    def ask(case: Case, version: str, known: bool, real: bool) -> None:
        if known or mode is GenerationMode.POSITIVE:
            case.headers["X-API-Key"] = "k"
            case.headers["Cartesia-Version"] = version
        if real:
            make_real(case, door)
        answer = door.send(case)
        statuses.add(answer.status_code)
        if mode is GenerationMode.POSITIVE and version == VERSION and answer.status_code < 300:
            content_type = answer.headers.get("content-type", [""])[0]
            description().check(method, path, answer.status_code, content_type, answer.content)

    ask()
    if mode is GenerationMode.POSITIVE:
        assert min(statuses) < 300, "nothing was answered well"
