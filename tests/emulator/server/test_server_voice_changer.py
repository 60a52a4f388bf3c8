"""The voice changer, and forms good and bad."""

from __future__ import annotations

import base64
import io
import json
import wave

import aiohttp
import pytest

from cartesia_async.emulator import Emulator

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
FIELDS = {
    "voice[id]": VOICE,
    "output_format[container]": "raw",
    "output_format[sample_rate]": "16000",
    "output_format[encoding]": "pcm_s16le",
}


def form_of(clip: bytes, fields: dict[str, str], *, clip_first: bool = False) -> aiohttp.FormData:
    """Make a form, in the order of older or of newer clients."""
    form = aiohttp.FormData() if clip_first else aiohttp.FormData(fields)
    form.add_field("clip", clip, filename="upload", content_type="application/octet-stream")
    if clip_first:
        form.add_fields(*fields.items())
    return form


@pytest.mark.parametrize("clip_first", [True, False])
@pytest.mark.parametrize(("container", "content_type"), [("raw", "audio/pcm"), ("wav", "audio/wav")])
async def test_bytes_answer_the_clip_again(
    session: aiohttp.ClientSession, clip: bytes, container: str, content_type: str, clip_first: bool
) -> None:
    """The audio is as long as the clip, in the format asked for, wherever the clip stands in the form."""
    form = form_of(clip, FIELDS | {"output_format[container]": container}, clip_first=clip_first)
    async with session.post("/voice-changer/bytes", data=form) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Content-Type"] == content_type
        audio = await answer.read()
    assert len(audio) == pytest.approx(32_000, abs=1_600)


async def test_events_are_data_lines(session: aiohttp.ClientSession, clip: bytes) -> None:
    """Since 2025-04-16 the events are server-sent ones without a name or a type."""
    async with session.post("/voice-changer/sse", data=form_of(clip, FIELDS)) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        body = await answer.text()
    *frames, rest = body.split("\n\n")
    assert rest == ""
    assert all(frame.startswith('data: {"') for frame in frames)
    *chunks, done = (json.loads(frame.removeprefix("data: ")) for frame in frames)
    assert done == {"status_code": 200, "done": True}
    for chunk in chunks:
        assert list(chunk) == ["status_code", "done", "data", "sample_rate", "step_time"]
        assert (chunk["status_code"], chunk["done"], chunk["sample_rate"]) == (206, False, 16_000)
    audio = b"".join(base64.b64decode(chunk["data"], validate=True) for chunk in chunks)
    assert len(audio) == pytest.approx(32_000, abs=1_600)


@pytest.mark.parametrize("version", ["2024-06-10", "2024-11-13"])
async def test_older_versions_get_lines_of_json(session: aiohttp.ClientSession, clip: bytes, version: str) -> None:
    """Up to 2024-11-13 each line is an event with a type."""
    headers = {"Cartesia-Version": version}
    async with session.post("/voice-changer/sse", data=form_of(clip, FIELDS), headers=headers) as answer:
        assert answer.content_type == "application/x-ndjson"
        events = [json.loads(line) for line in (await answer.text()).splitlines()]
    assert {event["type"] for event in events[:-1]} == {"chunk"}
    assert events[-1] == {"type": "done", "status_code": 200, "done": True}


@pytest.mark.parametrize(
    ("change", "status", "named"),
    [
        ({"voice[id]": "unknown"}, 404, "voice"),
        ({"voice[id]": ""}, 400, "voice.id"),
        ({"output_format[container]": "ogg"}, 400, "output_format.container"),
        ({"output_format[sample_rate]": "1"}, 400, "output_format.sample_rate"),
        ({"output_format[sample_rate]": "fast"}, 400, "output_format.sample_rate"),
        ({"output_format[encoding]": "pcm"}, 400, "output_format.encoding"),
        ({"output_format[container]": "wav", "output_format[bit_rate]": "32000"}, 400, "output_format.bit_rate"),
    ],
)
async def test_a_wrong_part_is_named(
    session: aiohttp.ClientSession, clip: bytes, change: dict[str, str], status: int, named: str
) -> None:
    """Each part of the form is checked, and the error says which it is."""
    for path in ("/voice-changer/bytes", "/voice-changer/sse"):
        async with session.post(path, data=form_of(clip, FIELDS | change)) as answer:
            assert answer.status == status
            assert named in (await answer.json())["message"]


@pytest.mark.parametrize("missing", [*FIELDS, "clip"])
async def test_a_missing_part_is_refused(session: aiohttp.ClientSession, clip: bytes, missing: str) -> None:
    """All parts are required."""
    form = form_of(clip, {name: value for name, value in FIELDS.items() if name != missing})
    if missing == "clip":
        form = aiohttp.FormData(FIELDS)
        form.add_field("other", clip, filename="a.wav")
    async with session.post("/voice-changer/bytes", data=form) as answer:
        assert answer.status == 400


def _empty_wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8_000)
    return file.getvalue()


@pytest.mark.parametrize("junk", [b"", b"RIFF", b"RIFF\xff\xff\xff\xffWAVE", b"\0" * 5_000, _empty_wav()], ids=range(5))
async def test_what_is_no_audio_is_refused(session: aiohttp.ClientSession, junk: bytes) -> None:
    """An unreadable or empty clip is `unsupported_audio_format`, before anything is sent."""
    for path in ("/voice-changer/bytes", "/voice-changer/sse", "/voices/clone"):
        async with session.post(path, data=form_of(junk, FIELDS | {"name": "n", "language": "en"})) as answer:
            assert answer.status == 400
            assert (await answer.json())["error_code"] == "unsupported_audio_format"


async def test_a_clip_too_large_is_refused(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """More than 64 MiB of clip is 413, without reading on."""
    form = aiohttp.FormData(FIELDS)
    form.add_field("clip", io.BytesIO(bytes(65 * 2**20)), filename="a.wav")
    async with session.post("/voice-changer/bytes", data=form) as answer:
        assert answer.status == 413
        assert (await answer.json())["error_code"] == "file_too_large"
    assert emulator.requests.last.status == 413


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data", b"--x\r\n\r\n", 400),
        ("multipart/form-data; boundary=", b"----\r\n", 400),
        ("multipart/form-data; boundary=x", b"", 400),
        ("multipart/form-data; boundary=x", b"junk", 400),
        ("multipart/form-data; boundary=x", b"--x\r\n", 400),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="clip"\r\n\r\nabc', 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--',
            400,
        ),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: \xff;;=\r\n\r\na\r\n--x--\r\n", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nno header\r\n\r\na\r\n--x--\r\n", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n", 400),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 400),
        ("multipart/form-data; boundary=" + "x" * 80, b"--x--\r\n", 400),
        ("multipart/mixed; boundary=x", b"--x--\r\n", 415),
        ("application/json", b"{}", 415),
        ("text/\xff", b"{}", 415),
    ],
)
async def test_a_broken_form_is_refused(
    session: aiohttp.ClientSession, content_type: str, body: bytes, status: int
) -> None:
    """Whatever is wrong with a form, the answer is a 4xx and the emulator goes on."""
    for path in ("/voice-changer/bytes", "/voices/clone"):
        async with session.post(path, data=body, headers={"Content-Type": content_type}) as answer:
            assert answer.status == status


async def test_parts_are_limited_in_number_and_size(session: aiohttp.ClientSession, clip: bytes) -> None:
    """Very many fields, or a very long one, are refused."""
    async with session.post(
        "/voice-changer/bytes", data=form_of(clip, FIELDS | {f"f{n}": "x" for n in range(300)})
    ) as answer:
        assert answer.status == 400
    async with session.post("/voice-changer/bytes", data=form_of(clip, FIELDS | {"f": "x" * 70_000})) as answer:
        assert answer.status == 413
