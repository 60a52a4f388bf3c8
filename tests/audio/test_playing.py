"""Playing on a loudspeaker: while audio comes, no faster than it is heard, and not a moment longer than wanted."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async import (
    APIConnectionError,
    APIResponseError,
    Audio,
    Mp3Format,
    RawFormat,
    StreamInterruptedError,
    WavFormat,
)
from cartesia_async._wire.wav import wav_header
from cartesia_async.audio.playing import Playable
from tests.audio.conftest import Loudspeaker, PortAudioError
from tests.audio.tones import tone
from tests.servers import Peer, chunk, raw_server, streaming
from tests.streams.sides import DONE_EVENT, SPEECH, Side, audio_event, one_answer, sse_answer

SOUND = tone().data
WAV = {**SPEECH, "output_format": WavFormat(encoding="pcm_mulaw", sample_rate=8000)}
MP3 = {**SPEECH, "output_format": Mp3Format(sample_rate=44100, bit_rate=128000)}
ALL = ["open", "start", "stop", "close"]


def steps(loudspeaker: Loudspeaker) -> list[str]:
    """Give what was done, but for the pieces."""
    return [step for step in loudspeaker.log if step != "write"]


async def test_audio_is_played_to_its_end(side: Side, loudspeaker: Loudspeaker) -> None:
    """`play()` on a stream of audio plays all of it, however it was cut, and waits until it was heard."""
    body = streaming() + b"".join(map(chunk, (SOUND[:1], SOUND[1:701], SOUND[701:]))) + chunk(b"")
    async with raw_server(one_answer(body)) as server:
        side.connect(server.url)
        await side.do(lambda client: client.tts.bytes(**SPEECH).play())
    assert loudspeaker.data == SOUND
    assert steps(loudspeaker) == ALL
    assert loudspeaker.opened == [{"samplerate": 16000, "channels": 1, "dtype": "int16", "device": None}]


async def test_events_are_played(side: Side, loudspeaker: Loudspeaker) -> None:
    """`play()` on a stream of events plays their audio, on the device that is named."""
    body = sse_answer(audio_event(SOUND[:1001]), audio_event(SOUND[1001:]), DONE_EVENT)
    floats = {**SPEECH, "output_format": RawFormat(encoding="pcm_f32le", sample_rate=44100)}
    async with raw_server(one_answer(body)) as server:
        side.connect(server.url)
        await side.do(lambda client: client.tts.sse(**floats).play(device="USB"))
    assert loudspeaker.data == SOUND
    assert loudspeaker.opened == [{"samplerate": 44100, "channels": 1, "dtype": "float32", "device": "USB"}]


async def test_it_begins_with_the_first_piece(side: Side, loudspeaker: Loudspeaker) -> None:
    """The first piece is heard before the service has sent the second, and a header is not heard at all."""
    sound = tone("pcm_mulaw", 8000, frames=900)

    async def rest(peer: Peer) -> None:
        assert await asyncio.to_thread(loudspeaker.heard.wait, 5)
        await peer.send(chunk(sound.data[100:]) + chunk(b""))

    start = streaming() + chunk(wav_header("pcm_mulaw", 8000) + sound.data[:100])
    async with raw_server(one_answer(start, then=rest)) as server:
        side.connect(server.url)
        await side.do(lambda client: client.tts.bytes(**WAV).play())
    assert loudspeaker.data == sound.to_raw(encoding="pcm_s16le").data
    assert loudspeaker.opened[0]["samplerate"] == 8000


async def test_mp3_is_refused_before_anything_is_sent(side: Side, loudspeaker: Loudspeaker) -> None:
    """MP3 cannot be played while it comes: that is told at once, and the stream can still be read."""
    async with raw_server(one_answer(streaming() + chunk(b"mp3") + chunk(b""))) as server:
        side.connect(server.url)
        stream = side.client.tts.bytes(**MP3)
        with pytest.raises(ValueError, match=r"mp3 audio cannot be played while it comes: ask for .* or collect\(\)"):
            await side.do(lambda _: stream.play())
        assert (server.requests, loudspeaker.log) == ([], [])
        assert await side.do(lambda _: stream.read()) == b"mp3"


@pytest.mark.parametrize(
    ("failure", "kind", "message"),
    [
        (PortAudioError("Error opening device"), OSError, "the loudspeaker cannot play: Error opening device"),
        (ValueError("No output device matching 'X'"), ValueError, "No output device matching 'X'"),
    ],
    ids=["broken", "missing"],
)
async def test_no_loudspeaker_no_request(
    side: Side, loudspeaker: Loudspeaker, failure: Exception, kind: type[Exception], message: str
) -> None:
    """A loudspeaker that cannot be had is an error before anything is sent."""
    loudspeaker.fails["open"] = failure
    async with raw_server(one_answer(b"")) as server:
        side.connect(server.url)
        with pytest.raises(kind, match=message):
            await side.do(lambda client: client.tts.bytes(**SPEECH).play())
        assert server.requests == []
        assert loudspeaker.log == []


@pytest.mark.parametrize("step", ["start", "write", "stop"])
async def test_a_loudspeaker_that_fails_ends_the_request(side: Side, loudspeaker: Loudspeaker, step: str) -> None:
    """A loudspeaker that fails while it plays is an `OSError`; it is let go of, and so is the connection."""
    loudspeaker.fails[step] = PortAudioError("gone")

    async def wait(peer: Peer) -> None:
        if step == "stop":
            await peer.send(chunk(b""))
        await peer.until_closed()

    async with raw_server(one_answer(streaming() + chunk(SOUND), then=wait)) as server:
        side.connect(server.url)
        with pytest.raises(OSError, match="the loudspeaker cannot play: gone"):
            await side.do(lambda client: client.tts.bytes(**SPEECH).play())
        assert loudspeaker.log[-1] == "close"
        if step != "stop":
            await asyncio.wait_for(server.client_closed.wait(), 5)


async def test_a_stream_that_breaks_off_is_told(side: Side, loudspeaker: Loudspeaker) -> None:
    """What came is played, then the error is raised, and the loudspeaker let go of."""
    async with raw_server(one_answer(streaming() + chunk(SOUND))) as server:
        side.connect(server.url)
        with pytest.raises(StreamInterruptedError):
            await side.do(lambda client: client.tts.bytes(**SPEECH).play())
    assert loudspeaker.data == SOUND
    assert steps(loudspeaker) == ["open", "start", "close"]


async def test_cancelled_it_is_silent(loudspeaker: Loudspeaker) -> None:
    """A task that is cancelled stops the sound and closes the connection."""
    side = Side(blocking=False)
    async with raw_server(one_answer(streaming() + chunk(SOUND), then=Peer.until_closed)) as server:
        side.connect(server.url)
        task = asyncio.ensure_future(side.client.tts.bytes(**SPEECH).play())
        assert await asyncio.to_thread(loudspeaker.heard.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert steps(loudspeaker) == ["open", "start", "close"]
        await asyncio.wait_for(server.client_closed.wait(), 5)
    await side.close()


async def test_a_closed_client_is_silent(side: Side, loudspeaker: Loudspeaker) -> None:
    """Closing the client stops what it plays."""
    async with raw_server(one_answer(streaming() + chunk(SOUND), then=Peer.until_closed)) as server:
        client = side.connect(server.url)
        playing = asyncio.ensure_future(side.do(lambda client: client.tts.bytes(**SPEECH).play()))
        assert await asyncio.to_thread(loudspeaker.heard.wait, 5)
        await side.do(lambda _: client.close())
        with pytest.raises(APIConnectionError):
            await playing
        await asyncio.wait_for(server.client_closed.wait(), 5)
        while loudspeaker.log[-1] != "close":
            await asyncio.sleep(0.005)
    assert "stop" not in loudspeaker.log


async def test_the_loudspeaker_sets_the_pace(side: Side, loudspeaker: Loudspeaker) -> None:
    """While a piece waits to be heard nothing more is read: the service is held up, and nothing is piled up."""
    sent = 0

    async def flood(peer: Peer) -> None:
        nonlocal sent
        for _ in range(400):
            await peer.send(chunk(bytes(1 << 16)))
            sent += 1
        await peer.send(chunk(b""))

    loudspeaker.free.clear()
    async with raw_server(one_answer(streaming(), then=flood)) as server:
        side.connect(server.url)
        playing = asyncio.ensure_future(side.do(lambda client: client.tts.bytes(**SPEECH).play()))
        assert await asyncio.to_thread(loudspeaker.heard.wait, 5)
        before = -1
        while sent != before:
            before = sent
            await asyncio.sleep(0.1)
        assert sent < 400
        assert len(loudspeaker.written) == 1
        loudspeaker.fails["write"] = PortAudioError("enough")
        loudspeaker.free.set()
        with pytest.raises(OSError, match="enough"):
            await playing


def feed(format: Any, data: bytes, cuts: list[int]) -> bytes:
    """Feed *data* cut at *cuts*."""
    playable, found, at = Playable(format), b"", 0
    for cut in [*sorted(cuts), len(data)]:
        piece = playable.feed(data[at:cut])
        assert len(piece) % playable.kind.frame == 0
        found += piece
        at = max(at, cut)
    return found


@given(
    st.sampled_from(["pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw"]),
    st.binary(min_size=1, max_size=60),
    st.lists(st.integers(0, 120), max_size=8),
)
def test_pieces_may_be_cut_anywhere(encoding: str, data: bytes, cuts: list[int]) -> None:
    """Whole frames come out of audio cut anywhere, without its header, and without what stands after its end."""
    whole = data[: len(data) - len(data) % tone(encoding).to_wav()._samples().frame]
    raw = RawFormat(encoding=encoding, sample_rate=8000)
    wav = WavFormat(encoding=encoding, sample_rate=8000)
    assert feed(raw, data, cuts) == whole
    assert feed(wav, wav_header(encoding, 8000) + data, cuts) == whole
    if whole:
        true = Audio(data=whole, format=raw).to_wav().data + b"LIST\4\0\0\0INFO"
        assert feed(wav, true, cuts) == whole


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html>no audio</html>", "cannot be played: this is not a WAV file"),
        (wav_header("pcm_s16le", 16000), "audio of pcm_s16le at 16000 Hz in 1 channels"),
        (wav_header("pcm_mulaw", 8000, channels=2), "audio of pcm_mulaw at 8000 Hz in 2 channels"),
        (b"RIFF\0\0\0\0WAVELIST\xff\xff\xff\0" + bytes(70_000), "a WAV file without audio"),
    ],
    ids=["HTML", "another rate", "stereo", "no end"],
)
def test_what_is_not_what_was_asked_for_is_not_played(data: bytes, message: str) -> None:
    """An answer that is no WAV file, or another, is an `APIResponseError` and no noise."""
    playable = Playable(WavFormat(encoding="pcm_mulaw", sample_rate=8000))
    with pytest.raises(APIResponseError, match=message):
        playable.feed(data)


def test_whole_audio_is_played(loudspeaker: Loudspeaker) -> None:
    """`Audio.play()` plays all of it, in pieces of at most 50 ms."""
    tone("pcm_alaw", frames=2001).to_wav().play(device=3)
    assert loudspeaker.data == tone("pcm_alaw", frames=2001).to_raw(encoding="pcm_s16le").data
    assert [len(piece) for piece in loudspeaker.written] == [1600, 1600, 802]
    assert steps(loudspeaker) == ALL
    assert loudspeaker.opened[0]["device"] == 3


def test_ctrl_c_stops_whole_audio(loudspeaker: Loudspeaker) -> None:
    """What interrupts `Audio.play()` leaves the loudspeaker let go of, and the rest unheard."""
    loudspeaker.fails["write"] = KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        tone().play()
    assert loudspeaker.log == ["open", "start", "close"]


async def test_whole_audio_is_played_beside_other_things(loudspeaker: Loudspeaker) -> None:
    """`Audio.aplay()` does not hold up the loop, and is silent as soon as it is cancelled."""
    await tone().aplay()
    assert loudspeaker.data == SOUND
    assert steps(loudspeaker) == ALL
    loudspeaker.log.clear()
    loudspeaker.heard.clear()
    loudspeaker.free.clear()
    task = asyncio.ensure_future(tone(frames=16000).aplay())
    while not loudspeaker.heard.is_set():
        await asyncio.sleep(0.005)
    task.cancel()
    threading.Timer(0.05, loudspeaker.free.set).start()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert loudspeaker.log == ["open", "start", "write", "close"]


def test_nothing_is_nothing(loudspeaker: Loudspeaker) -> None:
    """Audio of no length is played without a sound."""
    tone(frames=0).play()
    assert loudspeaker.log == ["open", "close"]
