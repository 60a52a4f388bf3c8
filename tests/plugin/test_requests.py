"""What a test can say of what the emulator was asked."""

from __future__ import annotations

import json

import pytest

from cartesia_async import Cartesia
from cartesia_async.emulator import Emulator, ReceivedFile, ReceivedRequest, ReceivedSpeech
from cartesia_async.emulator.received import Named, RequestLog

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000}
FIELDS = {"voice[id]": VOICE, "output_format[container]": "mp3", "output_format[sample_rate]": "44100"}
CLIP = ReceivedFile(field="clip", filename="me.wav", content_type="audio/wav", size=3)


def asked(method: str, path: str, **rest: object) -> ReceivedRequest:
    """Make a record of a request with a secret in its head."""
    head = {"query": Named({"api_key": "sk_car_secret"}), "headers": Named({"X-API-Key": "sk_car_secret"})}
    return ReceivedRequest(
        **{"method": method, "path": path, **head, "api_version": None, "request_id": "1", "status": 200, **rest}
    )


def log_of(*requests: ReceivedRequest) -> RequestLog:
    log = RequestLog()
    for request in requests:
        log.add(request)
    return log


def test_speech_of_each_call(cartesia_client: Cartesia, cartesia_emulator: Emulator) -> None:
    """`speech` tells what was said by which voice, whichever call and version it came by; other requests have none."""
    say = {"model_id": "sonic-3", "voice": VOICE, "output_format": RAW}
    cartesia_client.tts.bytes(transcript="Hello.", language="en", generation_config={"speed": 1.2}, **say).read()
    old = cartesia_client.with_options(api_version="2024-11-13")
    list(old.tts.sse(transcript="Good day.", context_id="c", **say))
    clip = cartesia_client.tts.bytes(
        transcript="Once more.", **{**say, "output_format": {**RAW, "container": "wav"}}
    ).read()
    cartesia_client.voice_changer.bytes(
        clip, voice_id=VOICE, output_format_container="raw", output_format_sample_rate=8000,
        output_format_encoding="pcm_s16le",
    ).read()  # fmt: skip
    cartesia_client.voices.get(VOICE)
    requests = cartesia_emulator.requests
    assert requests.last.speech is None
    assert requests.last.path == f"/voices/{VOICE}"
    assert requests[0].json["transcript"] == "Hello."
    first, second, _, changed = requests.speech
    assert first == requests[0].speech
    assert first == ReceivedSpeech(
        transcript="Hello.", voice=VOICE, model_id="sonic-3", language="en", output_format=RAW,
        generation_config={"speed": 1.2},
    )  # fmt: skip
    assert (second.transcript, second.voice, second.context_id) == ("Good day.", VOICE, "c")
    assert (changed.transcript, changed.voice) == (None, VOICE)
    assert changed.output_format == {**RAW, "sample_rate": 8000}
    assert changed.clip is not None
    assert changed.clip.size == len(clip)


def test_speech_by_an_embedding() -> None:
    """A voice given as numbers is told as such, and not spelt out."""
    body = {"transcript": "Hi.", "voice": {"mode": "embedding", "embedding": [0.5] * 192}, "locale": "en-GB"}
    speech = asked("POST", "/tts/bytes/", json=body).speech
    assert speech is not None
    assert (speech.voice, speech.embedding, speech.language) == (None, (0.5,) * 192, "en-GB")
    assert repr(speech) == "ReceivedSpeech(transcript='Hi.', embedding='<192 numbers>', language='en-GB')"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"transcript": 5, "voice": 5, "output_format": 5, "language": {}},
        {"transcript": None, "voice": {"id": [], "embedding": ["a", 10**400]}, "generation_config": []},
    ],
    ids=range(6),
)
def test_nonsense_has_no_words(body: object) -> None:
    """A body that is not as the service has it breaks nothing: what is not there is `None`."""
    speech = asked("POST", "/tts/bytes", json=json.loads(json.dumps(body))).speech
    assert speech is None or (speech.transcript, speech.voice) == (None, None)


def test_speech_over_a_websocket() -> None:
    """Each context of a connection is one speech, its texts joined; an id that is used again is another."""

    def said(id: str, text: str, *, more: bool) -> dict[str, object]:
        return {"context_id": id, "transcript": text, "continue": more, "voice": {"mode": "id", "id": f"voice {id}"}}

    request = asked("GET", "/tts/websocket", messages=(
        said("a", "Hello, ", more=True), said("b", "Once.", more=False), "no JSON", b"bytes",
        said("a", "world!", more=True), {"context_id": "a", "transcript": "", "continue": False},
        said("b", "Twice.", more=True), {"context_id": "b", "cancel": True}, said("b", "Thrice.", more=False),
    ))  # fmt: skip
    log = log_of(request)
    assert [(speech.context_id, speech.transcript) for speech in log.speech] == [
        ("a", "Hello, world!"), ("b", "Once."), ("b", "Twice."), ("b", "Thrice."),
    ]  # fmt: skip
    assert log.last.speech == log.speech[-1]
    assert log.speech[0].voice == "voice a"
    assert "Once." in repr(request)


def test_nonsense_in_a_form_has_no_words() -> None:
    """Numbers of a form that are none stay the text that they are."""
    form = {"output_format[sample_rate]": "9" * 5000, "output_format[bit_rate]": "many", "output_format[": "x"}
    speech = asked("POST", "/voice-changer/sse", form=form).speech
    assert speech is not None
    assert speech.voice is None
    assert speech.output_format == {"sample_rate": "9" * 5000, "bit_rate": "many"}


def test_where() -> None:
    """`where` picks by path, method and status, and what it gives can be asked the same."""
    log = log_of(
        asked("GET", "/voices/"),
        asked("POST", "/voices/clone", files=(CLIP,), form={"name": "Ann"}),
        asked("POST", "/tts/bytes", json={"transcript": "Hi."}, status=429),
        asked("POST", "/tts/bytes", json={"transcript": "Hi again."}),
    )
    assert [request.path for request in log.where("/voices")] == ["/voices/"]
    assert [request.path for request in log.where("/voices/*")] == ["/voices/clone"]
    assert len(log.where(method="post")) == 3
    assert log.where("/tts/*", status=200).last.json == {"transcript": "Hi again."}
    assert [speech.transcript for speech in log.where("/tts/*").speech] == ["Hi.", "Hi again."]
    assert not log.where("/datasets")
    assert log.where("/tts/*").where(status=429)[0] is log[2]
    assert log.where("*")[1:] == log[1:]


def test_what_was_found_stays() -> None:
    """What `where` gave is not changed by what is asked, or forgotten, later."""
    log = log_of(asked("GET", "/voices"))
    found = log.where("/voices")
    log.add(asked("GET", "/voices"))
    log.clear()
    assert len(found) == 1
    assert len(log) == 0


def test_errors_tell_what_was_asked() -> None:
    """Where there is no last request, the error tells what was looked for and what there was."""
    log = RequestLog()
    with pytest.raises(IndexError, match=r"^nothing was asked yet$"):
        _ = log.last
    with pytest.raises(IndexError, match=r"^nothing like '/a' among no requests$"):
        _ = log.where("/a").last
    log.add(asked("GET", "/voices"))
    log.add(asked("POST", "/tts/bytes", status=None))
    with pytest.raises(
        IndexError, match="^nothing like 'GET /a 200' among 2 requests: GET /voices 200, POST /tts/bytes unanswered$"
    ):
        _ = log.where("/a", method="GET", status=200).last


def test_reprs_are_short_and_keep_secrets() -> None:
    """A request shows what it carries, without its headers; a log shows its newest ten, a line each."""
    request = asked("POST", "/voices", json={"name": "x" * 1000, "embedding": list(range(192))})
    assert repr(request).startswith("<POST /voices 200, query=Named({'api_key': '***'}), json={'embedding': [0, 1, 2")
    assert len(repr(request)) < 400
    log = log_of(*(asked("GET", f"/{number}") for number in range(25)))
    assert repr(log).startswith("<25 requests: ..., GET /15 200, GET /16 200")
    assert repr(log.where("/24")) == "<1 request: GET /24 200>"
    assert repr(RequestLog()) == "<no requests>"
    assert "sk_car_secret" not in repr(request) + repr(log)
