"""Nothing that is sent makes the emulator fail: whatever is wrong is a 4xx."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartesia_async.emulator.server import Emulator

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
VERSIONS = st.sampled_from(["2024-06-10", "2024-11-13", "2025-04-16", "2025-11-04", "2026-03-01", "2026-08-14"])
POSTS = st.sampled_from(
    ["/tts/bytes", "/tts/sse", "/voices", "/voices/mix", "/voices/localize", "/voices/clone", "/voice-changer/bytes",
     "/voice-changer/sse", "/datasets", "/datasets/x/files"]
)  # fmt: skip
quick = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(alphabet=st.characters(), max_size=20),
    st.sampled_from(
        [VOICE, "en", "raw", "pcm_s16le", "\ud800", "\0", "x" * 300, 10**300, -(10**400), 1e308, 16_000, "1"]
    ),
)
names = st.sampled_from(
    ["model_id", "transcript", "voice", "id", "mode", "embedding", "language", "locale", "output_format", "container",
     "sample_rate", "encoding", "bit_rate", "duration", "speed", "generation_config", "volume", "emotion", "save",
     "voices", "weight",
     "name", "description", "voice_id", "accent", "dialect", "original_speaker_gender", "gender", "tagline",
     "__experimental_controls", "add_timestamps", "context_id", "base_voice_id", "pronunciation_dict_ids"]
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)
WHOLE: dict[str, object] = {
    "model_id": "m",
    "transcript": "Hi",
    "voice": {"id": VOICE},
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8_000},
    "name": "n",
    "description": "d",
    "embedding": [0.1] * 192,
    "voices": [{"id": VOICE, "weight": 1}],
    "voice_id": VOICE,
    "accent": "en-GB",
    "language": "en",
    "original_speaker_gender": "male",
}


class Door:
    """A kept connection to an emulator, with a way to send just about anything."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.port = int(emulator.base_url.rpartition(":")[2])
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def send(self, method: str, path: str, version: str, body: bytes | None = None, content_type: str = "") -> int:
        """Ask, read the whole answer, and give its status; never a 5xx."""
        headers = {"X-API-Key": "k", "Cartesia-Version": version}
        if content_type:
            headers["Content-Type"] = content_type
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status < 500, text
        assert self.emulator.crashes == ()
        if answer.status >= 400 and version >= "2026-03-01":
            assert set(json.loads(text)) == {"error_code", "title", "message", "request_id"}
        return answer.status


@pytest.fixture
def door() -> Iterator[Door]:
    """Give a door to an emulator in a thread."""
    with Emulator(engine="tone") as emulator:
        door = Door(emulator)
        yield door
        door.connection.close()


@quick
@given(path=POSTS, version=VERSIONS, body=values)
def test_any_json_is_answered(door: Door, path: str, version: str, body: object) -> None:
    """JSON of any shape is a 2xx or a 4xx on every path."""
    door.send("POST", path, version, json.dumps(body).encode(), "application/json")


@quick
@given(path=POSTS, version=VERSIONS, change=st.dictionaries(names, values, min_size=1, max_size=2))
def test_any_field_of_a_good_body_may_be_anything(
    door: Door, path: str, version: str, change: dict[str, object]
) -> None:
    """With one or two fields of a good body replaced, the answer is a 2xx or a 4xx."""
    door.send("POST", path, version, json.dumps(WHOLE | change).encode(), "application/json")
    door.send("PATCH", f"/voices/{VOICE}", version, json.dumps(change).encode(), "application/json")


@quick
@given(path=POSTS, version=VERSIONS, body=st.binary(max_size=200), content_type=st.sampled_from(
    ["application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", ""]
))  # fmt: skip
def test_any_bytes_are_answered(door: Door, path: str, version: str, body: bytes, content_type: str) -> None:
    """Bytes that are neither JSON nor a form are a 4xx."""
    assert door.send("POST", path, version, body, content_type) >= 400


part_heads = st.sampled_from(
    [b'form-data; name="clip"; filename="a.wav"', b'form-data; name="voice[id]"',
     b'form-data; name="file"; filename="f"', b'form-data; name="output_format[container]"',
     b'form-data; name="language"', b'form-data; name="name"',
     b"form-data", b"", b'form-data; name="\xff"', b'form-data; name="clip"; filename*=utf-8\'\'%ff']
)  # fmt: skip
extras = st.sampled_from(
    [b"", b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: text/plain; charset=nonsense\r\n",
     b"Content-Encoding: gzip\r\n", b"Content-Length: 5\r\n", b"Content-Type: multipart/mixed; boundary=y\r\n"]
)  # fmt: skip
parts = st.tuples(part_heads, extras, st.one_of(st.binary(max_size=60), st.just(VOICE.encode()), st.just(b"en")))


@quick
@given(path=POSTS, version=VERSIONS, form=st.lists(parts, max_size=5), cut=st.integers(0, 40))
def test_any_form_is_answered(
    door: Door, path: str, version: str, form: list[tuple[bytes, bytes, bytes]], cut: int
) -> None:
    """Forms of any parts, also cut short, are a 4xx."""
    body = b"".join(
        b"--x\r\nContent-Disposition: " + head + b"\r\n" + extra + b"\r\n" + content + b"\r\n"
        for head, extra, content in form
    )
    body += b"--x--\r\n"
    door.send("POST", path, version, body[: len(body) - cut], "multipart/form-data; boundary=x")


@quick
@given(
    path=st.sampled_from(["/voices", "/voices/{}", "/datasets/{}/files", "/{}", "/previews/{}"]),
    version=VERSIONS,
    id=st.one_of(
        st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30), st.just("x" * 5_000), st.just("%ff")
    ),
    query=st.dictionaries(
        st.sampled_from(
            ["limit", "starting_after", "ending_before", "q", "language", "gender", "expand[]", "is_owner"]
        ),
        st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=10),
        max_size=3,
    ),
)
def test_any_path_and_query_are_answered(door: Door, path: str, version: str, id: str, query: dict[str, str]) -> None:
    """Ids and parameters may be anything."""
    parameters = "&".join(f"{quote(name)}={quote(value)}" for name, value in query.items())
    for method in ("GET", "DELETE", "PUT"):
        door.send(method, f"{path.format(quote(id, safe='%'))}?{parameters}", version)


HEAD = b"POST %s HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nCartesia-Version: 2026-08-14\r\n"


NOISE = [
    b"\0\0\0\0\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /voices HTTP/1.1\r\nHost: \xff\r\n\r\n",
    b"GET /voices HTTP/1.1\r\nCartesia-Version: \xff\r\n\r\n",
    b"GET /voices HTTP/1.0\r\nCartesia-Version: 2026-08-14\r\nX-API-Key: \xff\r\n\r\n",
    b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n",
    b"GET http://[/voices HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET //%zz?%zz=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /tts/bytes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    HEAD % b"/tts/bytes" + b"Content-Length: 9\r\n\r\n{",
    b"POST /tts/bytes HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    HEAD % b"/datasets/x/files" + b"Content-Type: multipart/form-data; boundary=\xff\r\nContent-Length: 1\r\n\r\n-",
]


def test_any_noise_on_the_socket_is_survived(door: Door, capfd: pytest.CaptureFixture[str]) -> None:
    """Broken HTTP is a 4xx or a closed connection; nothing is printed, and the next request is served."""
    for raw in NOISE:
        with socket.create_connection(("127.0.0.1", door.port), timeout=5) as client:
            client.sendall(raw)
            client.shutdown(socket.SHUT_WR)
            answer = b""
            while chunk := client.recv(2**16):
                answer += chunk
        assert answer == b"" or int(answer.split(b" ", 2)[1]) < 500, raw
        assert door.send("GET", "/", "2026-08-14") == 200
    assert capfd.readouterr() == ("", "")
