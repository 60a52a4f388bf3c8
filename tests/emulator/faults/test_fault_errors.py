"""What our client makes of each fault: the error that the documentation promises."""

from __future__ import annotations

import contextlib
import math

import pytest

import cartesia_async
from cartesia_async import AsyncCartesia, CartesiaError, Timeout
from cartesia_async.emulator import Emulator

from .conftest import FORMAT, VOICE

ASKED = {"model_id": "sonic-3", "transcript": "one two three four five six", "voice": VOICE, "output_format": FORMAT}
CLIP = b"RIFF" + bytes(300_000)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (402, "PaymentRequiredError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (409, "ConflictError"),
        (422, "UnprocessableEntityError"),
        (429, "RateLimitError"),
        (503, "InternalServerError"),
    ],
)
@pytest.mark.parametrize("version", ["2024-11-13", "2026-08-14"])
async def test_a_status_is_its_error(emulator: Emulator, status: int, name: str, version: str) -> None:
    """Each status raises its class, with title and message, from JSON, bytes, events and uploads, in both generations."""
    emulator.fail("*", status=status, title="A title", message="A message.", times=4)
    async with AsyncCartesia(api_key="k", base_url=emulator.base_url, max_retries=0, api_version=version) as client:
        for call in (
            client.voices.list().first_page(),
            client.tts.bytes(**ASKED).read(),
            client.tts.sse(**ASKED).collect(),
            client.voices.clone(CLIP, name="n", language="en"),
        ):
            with pytest.raises(getattr(cartesia_async, name)) as caught:
                await call
            assert (caught.value.title, caught.value.message) == ("A title", "A message.")
            assert caught.value.request_id == emulator.requests.last.request_id


async def test_a_proxys_page_is_an_error(emulator: Emulator, client: AsyncCartesia) -> None:
    """HTML in place of an error body is kept in the error."""
    emulator.fail("*", status=502, body="<html><title>Bad Gateway</title></html>")
    with pytest.raises(cartesia_async.InternalServerError) as caught:
        await client.voices.list()
    assert "Bad Gateway" in str(caught.value.body)


async def test_a_retry_overcomes_what_passes(emulator: Emulator) -> None:
    """429 with `Retry-After` twice, and the third attempt is served."""
    emulator.fail("/tts/bytes", status=429, retry_after=0.01, times=2)
    async with AsyncCartesia(api_key="k", base_url=emulator.base_url) as client:
        async with client.tts.bytes(**ASKED) as audio:
            assert await audio.read()
            assert audio.attempts == 3
    assert [record.status for record in emulator.requests] == [429, 429, 200]


@pytest.mark.parametrize("drop", ["close", "reset", "end"])
@pytest.mark.parametrize("half", [False, True])
async def test_a_cut_stream_of_events_is_interrupted(
    emulator: Emulator, client: AsyncCartesia, drop: str, half: bool
) -> None:
    """However the events are cut, those that came are given, and then the stream is known to be interrupted."""
    emulator.fail("/tts/sse", drop_after=2, drop=drop, half=half)  # type: ignore[arg-type]
    seen = []
    with pytest.raises(cartesia_async.StreamInterruptedError) as caught:
        async for event in client.tts.sse(**ASKED):
            seen.append(event.type)
    assert seen == ["chunk"] * 2
    assert caught.value.events_received == 2


@pytest.mark.parametrize("drop", ["close", "reset"])
async def test_cut_audio_is_interrupted(emulator: Emulator, client: AsyncCartesia, drop: str) -> None:
    """Audio that is cut is no shorter audio, but an error that tells how much came."""
    emulator.fail("/tts/bytes", drop_after=5_000, drop=drop)  # type: ignore[arg-type]
    with pytest.raises(cartesia_async.StreamInterruptedError) as caught:
        await client.tts.bytes(**ASKED).read()
    assert caught.value.bytes_received == 5_000


async def test_cut_json_is_not_understood(emulator: Emulator, client: AsyncCartesia) -> None:
    """JSON without its end is an error of the answer, or of the connection where that ended with it."""
    emulator.fail("/voices", drop_after=50, drop="end")
    emulator.fail("/voices", drop_after=50, drop="close")
    emulator.fail("/voices", body='{"data": [')
    for name in ("APIResponseError", "APIConnectionError", "APIResponseError"):
        with pytest.raises(getattr(cartesia_async, name)):
            await client.voices.list()


async def test_no_answer_is_a_connection_error(emulator: Emulator, client: AsyncCartesia) -> None:
    """A connection that ends before an answer, by a close or a reset, is one error."""
    emulator.fail("*", drop="reset")
    emulator.fail("*", drop="close")
    for _ in range(2):
        with pytest.raises(cartesia_async.APIConnectionError):
            await client.tts.bytes(**ASKED).read()
    assert [record.status for record in emulator.requests] == [None, None]


async def test_silence_times_out(emulator: Emulator, client: AsyncCartesia) -> None:
    """An answer that never begins runs into `first_byte`, and one that goes silent into `idle`."""
    quick = client.with_options(timeout=Timeout(first_byte=0.3, idle=0.1))
    emulator.fail("/voices", latency=math.inf, times=1)
    with pytest.raises(cartesia_async.APITimeoutError):
        await quick.voices.list()
    for path in ("/tts/bytes", "/tts/sse"):
        emulator.fail(path, stall_after=2)
    with pytest.raises(cartesia_async.CartesiaError, match="idle") as caught:
        await quick.tts.bytes(**ASKED).read()
    assert isinstance(caught.value, cartesia_async.APIConnectionError)
    with pytest.raises(cartesia_async.CartesiaError, match="idle"):
        await quick.tts.sse(**ASKED).collect()


async def test_events_out_of_order(emulator: Emulator, client: AsyncCartesia) -> None:
    """An unknown event is given, an error event raised, and one that is no JSON an error."""
    emulator.fail("/tts/sse", event={"type": "odd", "x": 1}, after=1)
    emulator.fail("/tts/sse", event={"type": "error", "status_code": 500, "title": "T", "message": "M"}, after=2)
    emulator.fail("/tts/sse", event='{"type": "chu', after=2)
    assert "odd" in [event.type async for event in client.tts.sse(**ASKED)]
    with pytest.raises(cartesia_async.StreamEventError) as caught:
        await client.tts.sse(**ASKED).collect()
    assert (caught.value.status_code, caught.value.title, caught.value.events_received) == (500, "T", 2)
    with pytest.raises(CartesiaError):
        await client.tts.sse(**ASKED).collect()


@pytest.mark.parametrize("size", [1, 13])
async def test_pieces_make_the_same_whole(emulator: Emulator, client: AsyncCartesia, size: int) -> None:
    """Events, audio and JSON that come in small pieces are read as ever."""
    short = {**ASKED, "transcript": "a", "output_format": {**FORMAT, "sample_rate": 8_000}}
    audio, voices = await client.tts.bytes(**short).read(), list(await client.voices.list())
    emulator.fail("*", split=size)
    assert await client.tts.bytes(**short).read() == audio
    assert await client.tts.sse(**short).audio().read() == audio
    assert list(await client.voices.list()) == voices


@pytest.mark.parametrize("path", ["/voice-changer/bytes", "/voice-changer/sse"])
@pytest.mark.parametrize("version", ["2024-11-13", "2026-08-14"])
async def test_a_changed_voice_meets_the_same_faults(emulator: Emulator, path: str, version: str, clip: bytes) -> None:
    """Uploads whose answers stream, as server-sent events or JSON lines, are cut, silenced and interrupted alike."""
    emulator.fail(path, drop_after=1)
    if path.endswith("sse"):
        emulator.fail(path, event={"type": "odd"})
    changed = {"voice_id": VOICE, "output_format_container": "raw", "output_format_sample_rate": 16_000}
    async with AsyncCartesia(api_key="k", base_url=emulator.base_url, max_retries=0, api_version=version) as client:

        async def change() -> list[object]:
            family = client.voice_changer
            call = family.bytes if path.endswith("bytes") else family.sse
            return [item async for item in call(clip, **changed, output_format_encoding="pcm_s16le")]

        with pytest.raises(cartesia_async.StreamInterruptedError) as caught:
            await change()
        assert (caught.value.events_received if path.endswith("sse") else caught.value.bytes_received) == 1
        items = await change()
        assert items
        if path.endswith("sse"):
            assert [event.type for event in items][:2] == ["odd", "chunk"]  # type: ignore[attr-defined]


async def test_a_stale_connection_is_replaced(emulator: Emulator) -> None:
    """A connection that the server closed as it lay idle costs a second attempt, and no error."""
    stale = emulator.fail("*", stale=True)
    async with AsyncCartesia(api_key="k", base_url=emulator.base_url) as client:
        await client.voices.list()
        assert stale.met == 0
        async with client.tts.bytes(**ASKED) as audio:
            assert await audio.read()
            assert audio.attempts == 2
    assert stale.met == 1
    assert [record.status for record in emulator.requests] == [200, None, 200]


async def test_a_refused_connection_is_an_error(emulator: Emulator, client: AsyncCartesia) -> None:
    """Where nobody listens there is an error; once somebody does, there is none, at the same address."""
    with emulator.fail("*", connect="refuse"), pytest.raises(cartesia_async.APIConnectionError):
        await client.voices.list()
    assert await client.voices.list()


async def test_any_error_is_one_of_ours_by_chance(clip: bytes) -> None:
    """Whatever chance brings, a call gives its answer or an error of ours, and the emulator does not crash."""
    async with Emulator(engine="tone", seed=1, chaos=1) as emulator:
        async with AsyncCartesia(api_key="k", base_url=emulator.base_url, max_retries=1) as client:
            for _ in range(4):
                for call in (
                    client.voices.list().first_page(),
                    client.tts.bytes(**ASKED).read(),
                    client.tts.sse(**ASKED).collect(),
                    client.voices.clone(clip, name="n", language="en"),
                ):
                    with contextlib.suppress(CartesiaError):
                        await call
        assert emulator.crashes == ()
        assert all(record.fault for record in emulator.requests)
