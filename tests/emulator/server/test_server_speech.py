"""The two speech calls: what they take and what they answer."""

from __future__ import annotations

import base64
import io
import json
import uuid
from typing import cast

import aiohttp
import pytest

from cartesia_async.emulator.audio.encoding import UnsupportedAudio

Body = dict[str, object]
VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
RAW: Body = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000}


def frames(body: str) -> list[dict[str, object]]:
    """Take server-sent events apart, holding them to the form the service sends."""
    assert body.endswith("\n\n")
    found: list[dict[str, object]] = []
    for frame in body.removesuffix("\n\n").split("\n\n"):
        name, data = frame.split("\n")
        assert data.startswith("data: {")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        found.append(event)
    return found


@pytest.mark.parametrize("encoding", ["pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw"])
@pytest.mark.parametrize(("container", "content_type"), [("raw", "audio/pcm"), ("wav", "audio/wav")])
async def test_bytes_answer_audio_in_chunks(
    session: aiohttp.ClientSession, speech: Body, container: str, content_type: str, encoding: str
) -> None:
    """The answer is streamed, and of the type of its container."""
    speech["output_format"] = {"container": container, "encoding": encoding, "sample_rate": 8_000}
    async with session.post("/tts/bytes", json=speech) as answer:
        audio = await answer.read()
        assert answer.status == 200
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert answer.headers["Content-Type"] == content_type
        assert "Cartesia-File-ID" not in answer.headers
    assert audio.startswith(b"RIFF") == (container == "wav")
    assert len(audio) > 1_000


async def test_bytes_answer_mp3_where_the_extra_is_there(session: aiohttp.ClientSession, speech: Body) -> None:
    """mp3 takes a bit rate, and an encoding without minding it."""
    # These tests are also run without the extra, on purpose: then there is no mp3 to look at.
    pytest.importorskip("soundfile")
    speech["output_format"] = {"container": "mp3", "sample_rate": 44_100, "bit_rate": 128_000, "encoding": ""}
    async with session.post("/tts/bytes", json=speech) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "audio/mpeg"
        assert await answer.read()


async def test_a_saved_answer_names_its_file(session: aiohttp.ClientSession, speech: Body) -> None:
    """`save` gives the header `Cartesia-File-ID`."""
    async with session.post("/tts/bytes", json=speech | {"save": True}) as answer:
        assert uuid.UUID(answer.headers["Cartesia-File-ID"])


async def test_events_are_framed_as_captured(session: aiohttp.ClientSession, speech: Body) -> None:
    """Chunks come first, done last; keys stand in the order of the service; no context id unless one was sent."""
    async with session.post("/tts/sse", json=speech) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        body = await answer.text()
    *chunks, done = frames(body)
    assert body.endswith('event: done\ndata: {"type":"done","status_code":200,"done":true}\n\n')
    assert done["type"] == "done"
    for chunk in chunks:
        assert list(chunk) == ["type", "status_code", "done", "data", "step_time"]
        assert (chunk["type"], chunk["status_code"], chunk["done"]) == ("chunk", 206, False)
    pieces = [base64.b64decode(str(chunk["data"]), validate=True) for chunk in chunks]
    assert all(0 < len(piece) <= 8_192 for piece in pieces)
    async with session.post("/tts/bytes", json=speech) as answer:
        assert b"".join(pieces) == await answer.read()


async def test_times_come_when_asked_for(session: aiohttp.ClientSession, speech: Body) -> None:
    """Word and phoneme times come as parallel lists, each with the context id that was sent."""
    asked = speech | {"add_timestamps": True, "add_phoneme_timestamps": True, "context_id": "happy-monkeys-fly"}
    async with session.post("/tts/sse", json=asked) as answer:
        events = frames(await answer.text())
    assert events[0]["type"] == "chunk"
    assert {event["type"] for event in events} == {"chunk", "timestamps", "phoneme_timestamps", "done"}
    assert {event["context_id"] for event in events} == {"happy-monkeys-fly"}
    words: list[str] = []
    for event in events:
        if event["type"] == "timestamps":
            times = cast("dict[str, list[str]]", event["word_timestamps"])
            assert len(times["words"]) == len(times["start"]) == len(times["end"])
            words += times["words"]
    assert len(words) == 2
    for name in ("words", "phonemes"):
        flag = {"words": "add_timestamps", "phonemes": "add_phoneme_timestamps"}[name]
        async with session.post("/tts/sse", json=speech | {flag: True}) as answer:
            types = {event["type"] for event in frames(await answer.text())}
        assert types == {"chunk", "done", "timestamps" if name == "words" else "phoneme_timestamps"}


async def test_duration_and_speed_are_heard(session: aiohttp.ClientSession, speech: Body) -> None:
    """A duration cuts the audio off, a higher speed shortens it."""

    async def length(**changes: object) -> int:
        async with session.post("/tts/bytes", json=speech | changes, headers={"Cartesia-Version": "2024-06-10"}) as got:
            assert got.status == 200, await got.text()
            return len(await got.read())

    usual = await length()
    assert await length(duration=0.1) == pytest.approx(3_200, abs=64)
    assert await length(generation_config={"speed": 1.5}) < usual
    assert await length(speed="slow") > usual
    slow = {"id": VOICE, "__experimental_controls": {"speed": -1}}
    assert await length(voice=slow) > usual


WRONG: list[tuple[Body, str]] = [
    ({"model_id": None}, "model_id"),
    ({"model_id": 3}, "model_id"),
    ({"model_id": ""}, "model_id"),
    ({"transcript": None}, "transcript"),
    ({"transcript": ["a"]}, "transcript"),
    ({"transcript": ""}, "transcript"),
    ({"transcript": " ?! "}, "transcript"),
    ({"transcript": "a\0b"}, "transcript"),
    ({"transcript": "a\ud800"}, "transcript"),
    ({"voice": None}, "voice"),
    ({"voice": {"id": 4}}, "voice.id"),
    ({"voice": {"mode": "best", "id": "x"}}, "voice.mode"),
    ({"language": "xx"}, "language"),
    ({"language": 1}, "language"),
    ({"language": "en", "locale": "en-GB"}, "locale"),
    ({"locale": "xx-XX"}, "locale"),
    ({"duration": -1}, "duration"),
    ({"duration": 0}, "duration"),
    ({"duration": True}, "duration"),
    ({"duration": 10**400}, "duration"),
    ({"speed": "quick"}, "speed"),
    ({"speed": 1.2}, "speed"),
    ({"save": "yes"}, "save"),
    ({"add_timestamps": 1}, "add_timestamps"),
    ({"context_id": {}}, "context_id"),
    ({"pronunciation_dict_id": 1}, "pronunciation_dict_id"),
    ({"generation_config": []}, "generation_config"),
    ({"generation_config": {"speed": 1.6}}, "generation_config.speed"),
    ({"generation_config": {"speed": "1"}}, "generation_config.speed"),
    ({"generation_config": {"volume": 0.4}}, "generation_config.volume"),
    ({"generation_config": {"emotion": 1}}, "generation_config.emotion"),
    ({"output_format": None}, "output_format"),
    ({"output_format": "raw"}, "output_format"),
    ({"output_format": {}}, "output_format.container"),
    ({"output_format": RAW | {"container": "ogg"}}, "output_format.container"),
    ({"output_format": RAW | {"sample_rate": 12_345}}, "output_format.sample_rate"),
    ({"output_format": RAW | {"sample_rate": "16000"}}, "output_format.sample_rate"),
    ({"output_format": RAW | {"encoding": "pcm_u8"}}, "output_format.encoding"),
    ({"output_format": {"container": "raw", "sample_rate": 8_000}}, "output_format.encoding"),
]


async def test_a_wrong_field_is_named(session: aiohttp.ClientSession, speech: Body) -> None:
    """Each field is checked, and the error says which it is."""
    for change, named in WRONG:
        for path in ("/tts/bytes", "/tts/sse"):
            async with session.post(path, json=speech | change) as answer:
                assert answer.status == 400, change
                error = await answer.json()
            assert f"`{named}`" in error["message"] or named in error["title"].lower(), change


@pytest.mark.parametrize(
    "format",
    [
        {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 8_000, "bit_rate": 128_000},
        {"container": "mp3", "sample_rate": 8_000},
        {"container": "mp3", "sample_rate": 8_000, "bit_rate": 1},
    ],
)
async def test_a_bit_rate_belongs_to_mp3(session: aiohttp.ClientSession, speech: Body, format: Body) -> None:
    """mp3 must have one of the bit rates, wav must have none."""
    async with session.post("/tts/bytes", json=speech | {"output_format": format}) as answer:
        assert answer.status == 400
        assert "bit_rate" in (await answer.json())["message"]


@pytest.mark.parametrize("container", ["wav", "mp3"])
async def test_events_hold_raw_audio_only(session: aiohttp.ClientSession, speech: Body, container: str) -> None:
    """Containers are refused on `/tts/sse`."""
    format = {"container": container, "encoding": "pcm_s16le", "sample_rate": 8_000, "bit_rate": 32_000}
    async with session.post("/tts/sse", json=speech | {"output_format": format}) as answer:
        assert answer.status == 400


async def test_null_means_left_out(session: aiohttp.ClientSession, speech: Body) -> None:
    """Optional fields may be null, and unknown ones are passed over."""
    names = ("language", "duration", "speed", "generation_config", "save", "locale", "add_timestamps", "context_id")
    async with session.post("/tts/sse", json=speech | dict.fromkeys(names) | {"colour": "red"}) as answer:
        assert answer.status == 200
        assert "context_id" not in await answer.text()


async def test_a_locale_stands_for_its_language(session: aiohttp.ClientSession, speech: Body) -> None:
    """`locale` is taken in both spellings."""
    for locale in ("en-GB", "en_GB", "de"):
        async with session.post("/tts/bytes", json=speech | {"locale": locale}) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("version", "status"), [("2024-06-10", 400), ("2025-11-04", 400), ("2026-03-01", 404), ("2026-08-14", 404)]
)
async def test_an_unknown_voice_is_told_before_the_stream(
    session: aiohttp.ClientSession, speech: Body, version: str, status: int
) -> None:
    """What is known before the first byte is an ordinary error, also where events were asked for."""
    unknown = speech | {"voice": {"mode": "id", "id": str(uuid.uuid4())}}
    async with session.post("/tts/sse", json=unknown, headers={"Cartesia-Version": version}) as answer:
        assert answer.status == status
        text = await answer.text()
    if status == 404:
        assert json.loads(text)["error_code"] == "voice_not_found"
    else:
        assert text.startswith("Invalid voice: ")


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (b"", {"Content-Type": "application/json"}, 400),
        (b"{", {"Content-Type": "application/json"}, 400),
        (b"[]", {"Content-Type": "application/json"}, 400),
        (b'"x"', {"Content-Type": "application/json"}, 400),
        (b'{"duration":NaN}', {"Content-Type": "application/json"}, 400),
        (b'{"duration":1' + b"0" * 5_000 + b"}", {"Content-Type": "application/json"}, 400),
        (b"[" * 100_000, {"Content-Type": "application/json"}, 400),
        (b'{"a":' * 50_000, {"Content-Type": "application/json"}, 400),
        (b'{"transcript":"\xff"}', {"Content-Type": "application/json"}, 400),
        (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
        (b"junk", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, 400),
        (b'{"a":"' + b"x" * 9_000_000 + b'"}', {"Content-Type": "application/json"}, 413),
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_a_body_that_is_no_json_object_is_refused(
    session: aiohttp.ClientSession, data: bytes, headers: dict[str, str], status: int
) -> None:
    """Whatever the body is, the answer is a 4xx."""
    async with session.post("/tts/bytes", data=io.BytesIO(data), headers=headers) as answer:
        assert answer.status == status
        error = await answer.json()
    if status == 400 and "Content-Encoding" not in headers:
        assert error["title"] == "Invalid JSON"
    assert error["message"]


async def test_a_client_that_waits_is_asked_for_its_body(session: aiohttp.ClientSession, speech: Body) -> None:
    """`Expect: 100-continue` is answered."""
    async with session.post("/tts/bytes", json=speech, expect100=True, timeout=aiohttp.ClientTimeout(5)) as answer:
        assert answer.status == 200
        assert await answer.read()


async def test_audio_that_cannot_be_made_here_is_refused(
    session: aiohttp.ClientSession, speech: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the encoder refuses, as mp3 without the extra, is a 400 that gives its reason."""

    def refuse(*_: object) -> None:
        raise UnsupportedAudio("mp3 needs the extra cartesia-async[emulator]")

    monkeypatch.setattr("cartesia_async.emulator.sounding.Encoder", refuse)
    for path in ("/tts/bytes", "/tts/sse"):
        async with session.post(path, json=speech) as answer:
            assert answer.status == 400
            assert "cartesia-async[emulator]" in (await answer.json())["message"]
