"""
The types of every call on both clients, as a user meets them.

Never executed: mypy and pyright read it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from cartesia_async import (
    ApiInfo,
    AsyncCartesia,
    Audio,
    AudioStream,
    BlockingAudioStream,
    BlockingEventStream,
    BlockingPage,
    BlockingPages,
    BlockingSpeechContext,
    BlockingSpeechSocket,
    BlockingSpeechStream,
    Cartesia,
    Dataset,
    DatasetFile,
    EmbeddingResponse,
    EventStream,
    MixVoice,
    Mp3Format,
    Page,
    Pages,
    RawFormat,
    SpeechContext,
    SpeechSocket,
    SpeechStream,
    Timeout,
    TTSEvent,
    Upload,
    Voice,
    VoiceByEmbedding,
    VoiceById,
    VoiceChangerEvent,
    VoiceMetadata,
    WavFormat,
    WordTimestamps,
)

RAW = RawFormat(encoding="pcm_s16le", sample_rate=44100)


async def asynchronous(client: AsyncCartesia) -> None:
    """Every call, awaited."""
    assert_type(await client.api_status.get(), ApiInfo)

    audio = client.tts.bytes(model_id="m", transcript="t", voice="v", output_format=RAW, language=None)
    assert_type(audio, AudioStream)
    assert_type(await audio.read(), bytes)
    assert_type(await audio.read(4), bytes)
    assert_type(await audio.save("x.wav"), None)
    assert_type(await audio.collect(), Audio)
    assert_type(await audio.play(device="USB"), None)
    assert_type(await audio, AudioStream)
    assert_type(audio.iter_chunks(4096), AsyncIterator[bytes])
    async for chunk in audio:
        assert_type(chunk, bytes)
    async with audio as opened:
        assert_type(opened, AudioStream)
        assert_type(opened.status, int)
        assert_type(opened.request_id, str | None)
        assert_type(opened.content_type, str | None)

    events = client.tts.sse(
        model_id="m",
        transcript="t",
        voice={"mode": "embedding", "embedding": [0.1], "experimental_controls": {"speed": 0.5}},
        output_format={"container": "raw", "encoding": "pcm_s16le", "sample_rate": 44100},
        generation_config={"speed": 1.2},
        add_timestamps=True,
        context_id="c",
    )
    assert_type(events, EventStream[TTSEvent])
    assert_type(await events, EventStream[TTSEvent])
    assert_type(events.audio(), AudioStream)
    assert_type(await events.collect(), Audio)
    assert_type(await events.play(), None)
    async for event in events:
        assert_type(event, TTSEvent)
        if event.type == "chunk":
            print(event.status_code)

    async with client.tts.websocket() as socket:
        assert_type(socket, SpeechSocket)
        context = socket.context(model_id="m", voice="v", output_format=RAW, context_id=None, max_buffer_delay_ms=0)
        assert_type(context, SpeechContext)
        assert_type(context.context_id, str)
        assert_type(await context.send("Hello, "), None)
        assert_type(await context.flush(), None)
        assert_type(await context.finish(), None)
        assert_type(await context.cancel(), None)
        assert_type(context.audio(), AudioStream)
        assert_type(await context.collect(), Audio)
        async for event in context:
            assert_type(event, TTSEvent)
        assert_type(socket.stream(["t"], model_id="m", voice="v", output_format=RAW), SpeechStream)
    assert_type(await client.tts.websocket(), SpeechSocket)

    async def tokens() -> AsyncIterator[str]:
        yield "t"

    stream = client.tts.stream(tokens(), model_id="m", voice="v", output_format=RAW, add_timestamps=True)
    assert_type(stream, SpeechStream)
    assert_type(client.tts.stream("t", model_id="m", voice="v", output_format=RAW), SpeechStream)
    assert_type(stream.events(), EventStream[TTSEvent])
    assert_type(await stream.read(), bytes)
    assert_type(await stream.collect(), Audio)
    async for chunk in stream:
        assert_type(chunk, bytes)

    changed = client.voice_changer.bytes(
        Path("a.wav"), voice_id="v", output_format_container="mp3", output_format_sample_rate=44100
    )
    assert_type(changed, AudioStream)
    assert_type(
        client.voice_changer.sse(
            b"", voice_id="v", output_format_container="raw", output_format_sample_rate=8000, output_format_encoding="e"
        ),
        EventStream[VoiceChangerEvent],
    )

    assert_type(client.voices.list(limit=1, expand=["preview_file_url"]), Pages[Voice])
    assert_type(await client.voices.list(), Page[Voice])
    assert_type(await client.voices.list().first_page(), Page[Voice])
    async for voice in client.voices.list():
        assert_type(voice, Voice)
    assert_type(await client.voices.create(name="n", description="d", embedding=[0.0]), Voice)
    assert_type(await client.voices.get("v"), Voice)
    assert_type(await client.voices.update("v", name="n", gender=None), Voice)
    assert_type(await client.voices.delete("v"), None)
    assert_type(
        await client.voices.localize(embedding=[0.0], language="es", original_speaker_gender="male"),
        EmbeddingResponse,
    )
    assert_type(await client.voices.localize(voice_id="v", name="n", accent="es-MX"), VoiceMetadata)
    assert_type(
        await client.voices.mix(voices=[{"id": "v", "weight": 1}, MixVoice(embedding=[0.0], weight=1)]),
        EmbeddingResponse,
    )
    assert_type(await client.voices.clone(Upload(b"", filename="a.wav"), name="n", language="en"), VoiceMetadata)

    assert_type(client.datasets.list(), Pages[Dataset])
    assert_type(await client.datasets.create(name="n"), Dataset)
    assert_type(client.datasets.list_files("d"), Pages[DatasetFile])
    assert_type(await client.datasets.upload_file("a.wav", "d"), None)

    assert_type(client.with_options(timeout=Timeout(idle=1)), AsyncCartesia)
    assert_type(await client.request("GET", "/voices", params={"limit": 1}), Any)
    assert_type(await client.warm_up(), None)
    assert_type(await client.close(), None)


def blocking(client: Cartesia) -> None:
    """Every call, which blocks."""
    assert_type(client.api_status.get(), ApiInfo)

    audio = client.tts.bytes(
        model_id="m", transcript="t", voice=VoiceById("v"), output_format=Mp3Format(sample_rate=44100, bit_rate=128000)
    )
    assert_type(audio, BlockingAudioStream)
    assert_type(audio.read(), bytes)
    assert_type(audio.save(Path("x.mp3")), None)
    assert_type(audio.collect(), Audio)
    assert_type(audio.play(device=1), None)
    assert_type(audio.iter_chunks(4096), Iterator[bytes])
    for chunk in audio:
        assert_type(chunk, bytes)
    with audio as opened:
        assert_type(opened, BlockingAudioStream)

    events = client.tts.sse(model_id="m", transcript="t", voice=VoiceByEmbedding([0.0]), output_format=RAW)
    assert_type(events, BlockingEventStream[TTSEvent])
    assert_type(events.audio(), BlockingAudioStream)
    assert_type(events.collect(), Audio)
    assert_type(events.play(), None)
    for event in events:
        assert_type(event, TTSEvent)

    with client.tts.websocket() as socket:
        assert_type(socket, BlockingSpeechSocket)
        context = socket.context(model_id="m", voice="v", output_format=RAW)
        assert_type(context, BlockingSpeechContext)
        assert_type(context.send("t"), None)
        assert_type(context.finish(), None)
        assert_type(context.collect(), Audio)
        for event in context:
            assert_type(event, TTSEvent)
    stream = client.tts.stream(iter(["t"]), model_id="m", voice="v", output_format=RAW)
    assert_type(stream, BlockingSpeechStream)
    assert_type(stream.events(), BlockingEventStream[TTSEvent])
    assert_type(stream.read(), bytes)

    with open("clip.wav", "rb") as file:
        assert_type(
            client.voice_changer.bytes(
                file, voice_id="v", output_format_container="mp3", output_format_sample_rate=44100
            ),
            BlockingAudioStream,
        )
    assert_type(
        client.voice_changer.sse(b"", voice_id="v", output_format_container="raw", output_format_sample_rate=8000),
        BlockingEventStream[VoiceChangerEvent],
    )

    assert_type(client.voices.list(q="warm"), BlockingPages[Voice])
    assert_type(client.voices.list().first_page(), BlockingPage[Voice])
    assert_type(client.voices.list().first_page().next_page(), BlockingPage[Voice])
    for voice in client.voices.list():
        assert_type(voice, Voice)
    assert_type(client.voices.create(name="n", description="d", embedding=[0.0]), Voice)
    assert_type(client.voices.get("v"), Voice)
    assert_type(client.voices.update("v", description="d"), Voice)
    assert_type(client.voices.delete("v"), None)
    assert_type(
        client.voices.localize(embedding=[0.0], language="es", original_speaker_gender="male"), EmbeddingResponse
    )
    assert_type(client.voices.localize(voice_id="v", name="n", accent="es-MX"), VoiceMetadata)
    assert_type(client.voices.mix(voices=[{"id": "v", "weight": 1}]), EmbeddingResponse)
    assert_type(client.voices.clone("a.wav", name="n", language="en", mode="similarity"), VoiceMetadata)

    assert_type(client.datasets.list(), BlockingPages[Dataset])
    assert_type(client.datasets.create(name="n", description="d"), Dataset)
    assert_type(client.datasets.list_files("d"), BlockingPages[DatasetFile])
    assert_type(client.datasets.upload_file("a.wav", "d"), None)

    assert_type(client.with_options(max_retries=0), Cartesia)
    assert_type(client.request("GET", "/voices"), Any)
    assert_type(client.close(), None)


async def whole(audio: Audio) -> None:
    """Everything that audio has."""
    assert_type(audio.data, bytes)
    assert_type(audio.format, RawFormat | WavFormat | Mp3Format | None)
    assert_type(audio.container, str | None)
    assert_type(audio.encoding, str | None)
    assert_type(audio.sample_rate, int | None)
    assert_type(audio.bit_rate, int | None)
    assert_type(audio.word_timestamps, WordTimestamps | None)
    assert_type(audio.duration, float)
    assert_type(audio.to_wav(encoding="pcm_s16le"), Audio)
    assert_type(audio.to_raw(), Audio)
    assert_type(audio.resample(16000), Audio)
    assert_type(audio.numpy(), npt.NDArray[np.float32])
    assert_type(audio.save(Path("x.flac")), None)
    assert_type(Audio.concat([audio, audio], gap=0.5), Audio)
    assert_type(audio + audio, Audio)
    assert_type(audio.srt(line_length=32, lines=1, pause=1, longest=5), str)
    assert_type(audio.vtt(), str)
    assert_type(audio.play(), None)
    assert_type(await audio.aplay(device=None), None)
    assert_type(audio.plot(audio.plot()), Axes)


def mistakes(client: Cartesia, asynchronous: AsyncCartesia) -> None:
    """What a checker must refuse: each line would be reported as an unused exception if it did not."""
    client.voices.get(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.voices.get()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.tts.bytes(transcript="t")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.tts.stream("t", model_id="m")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.tts.stream(3, model_id="m", voice="v", output_format=RAW)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.voices.mix(voice=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Audio(data=b"") + b""  # type: ignore[operator]  # pyright: ignore
    asynchronous.voices.get("v").name  # type: ignore[attr-defined]  # pyright: ignore
