"""Contexts: what they send, what they give, and how they end."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from cartesia_async import (
    APIConnectionError,
    APITimeoutError,
    AsyncCartesia,
    AuthenticationError,
    FlushDone,
    RawFormat,
    StreamEventError,
    Timeout,
    UnsupportedVersionError,
    VoiceByEmbedding,
)
from tests.conftest import KEY
from tests.streams.sides import Side
from tests.websocket.conftest import prompt
from tests.websocket.service import SPEECH, Service, refusal
from tests.websocket.talk import Talk, audio_of, is_whole


async def test_a_context_says_what_it_is_given(service: Service, side: Side) -> None:
    """Each input is a message of the contract's form, with the credential in the headers and nothing in the URL."""
    async with Talk(side) as talk:
        peer = await service.connection()
        context = talk.context(
            context_id="monkey-1",
            language="en",
            add_timestamps=True,
            max_buffer_delay_ms=0,
            generation_config={"speed": 1.2},
        )
        await context.send("Hello, ")
        common = {
            "model_id": "sonic-3",
            "voice": "voice-1",
            "output_format": SPEECH["output_format"],
            "context_id": "monkey-1",
            "language": "en",
            "add_timestamps": True,
            "max_buffer_delay_ms": 0,
            "generation_config": {"speed": 1.2},
        }
        assert await peer.next() == {**common, "transcript": "Hello, ", "continue": True}
        await context.flush()
        assert await peer.next() == {**common, "transcript": "", "continue": True, "flush": True}
        await context.finish()
        await context.finish()
        assert await peer.next() == {**common, "transcript": "", "continue": False}
        await peer.audio("monkey-1", flush_id=1)
        await peer.event("monkey-1", "flush_done", flush_id=1, flush_done=True)
        await peer.done("monkey-1")
        events, error = await context.read()
        assert error is None
        assert is_whole(events)
        assert audio_of(events) == b"abcd"
        assert isinstance(events[1], FlushDone)
    handshake = service.handshakes[0]
    assert handshake.path_qs == "/tts/websocket"
    assert handshake.headers["Authorization"] == f"Bearer {KEY}"
    assert handshake.headers["Cartesia-Version"] == "2026-08-14"
    assert await peer.closed() == []


async def test_many_contexts_share_a_connection(service: Service, side: Side) -> None:
    """Forty contexts are open on one connection at a time, and each gets its own events."""
    async with Talk(side) as talk:
        peer = await service.connection()
        contexts = [talk.context() for _ in range(40)]
        reading = [context.reading() for context in contexts[:10]]
        for number, context in enumerate(contexts):
            await context.send(f"Text {number}.")
        assert len({(await peer.next())["context_id"] for _ in contexts}) == 40
        for part in range(3):
            for number, context in reversed(list(enumerate(contexts))):
                await peer.audio(context.id, b"%d/%d;" % (number, part))
        for context in contexts:
            await peer.done(context.id)
        reading += [context.reading() for context in contexts[10:]]
        for number, (events, error) in enumerate(await asyncio.gather(*reading)):
            assert error is None
            assert is_whole(events)
            assert audio_of(events) == b"%d/0;%d/1;%d/2;" % (number, number, number)
    assert len(service.handshakes) == 1


async def test_an_error_reaches_its_context(service: Service, side: Side) -> None:
    """An error with a context's name ends that context and no other."""
    async with Talk(side) as talk:
        peer = await service.connection()
        bad, good = talk.context(), talk.context()
        await bad.send("One.")
        await good.send("Two.")
        reading = bad.reading(), good.reading()
        await peer.refuse(400, "Invalid model: it is not.", bad.id)
        events, error = await reading[0]
        assert events == []
        assert isinstance(error, StreamEventError)
        assert (error.status_code, error.title, error.context_id) == (400, "Invalid model", bad.id)
        with pytest.raises(StreamEventError):
            await bad.send("More.")
        await peer.audio(good.id)
        await peer.done(good.id)
        assert (await reading[1])[1] is None


async def test_an_error_without_a_name_reaches_all(service: Service, side: Side) -> None:
    """An error that names no context ends every open one, here and on the service, each with an error of its own."""
    async with Talk(side) as talk:
        peer = await service.connection()
        contexts = [talk.context() for _ in range(3)]
        for context in contexts:
            await context.send("Hello.")
            await peer.next()
        reading = [context.reading() for context in contexts]
        await peer.event(
            None,
            "error",
            done=True,
            status_code=402,
            error_code="quota_exceeded",
            title="Out of credits",
            message=f"the key {KEY} is out",
            request_id="r-1",
        )
        errors = [error for _, error in await asyncio.gather(*reading)]
        assert all(isinstance(error, StreamEventError) for error in errors)
        assert [error.context_id for error in errors] == [context.id for context in contexts]
        assert {error.error_code for error in errors} == {"quota_exceeded"}
        assert KEY not in str(errors[0])
        cancelled = [await peer.next() for _ in contexts]
        assert cancelled == [{"context_id": context.id, "cancel": True} for context in contexts]
    assert len(service.handshakes) == 1


async def test_cancel_wakes_a_reader(service: Service, side: Side) -> None:
    """`cancel` ends the loop of a reader that waits, with `Done`, and the context on the service."""
    async with Talk(side) as talk:
        peer = await service.connection()
        context = talk.context()
        await context.send("A long story.")
        await peer.next()
        reading = context.reading()
        await asyncio.sleep(0.02)
        await context.cancel()
        events, error = await asyncio.wait_for(reading, 2)
        assert error is None
        assert [event.type for event in events] == ["done"]
        assert await peer.next() == {"context_id": context.id, "cancel": True}
        await context.cancel()
        with pytest.raises(RuntimeError, match="finished"):
            await context.send("More.")


async def test_leaving_early_cancels(service: Service, side: Side, caplog: pytest.LogCaptureFixture) -> None:
    """A loop left by `break` ends the context on the service; what comes for it later is dropped without a word."""
    async with Talk(side) as talk:
        peer = await service.connection()
        context, other = talk.context(), talk.context()
        await context.send("A long story.")
        await other.send("Another.")
        await peer.next()
        await peer.next()
        await peer.audio(context.id)
        assert (await context.first()).data == b"abcd"
        assert await peer.next() == {"context_id": context.id, "cancel": True}
        await peer.audio(context.id)
        await peer.refuse(500, "Late: it is.", context.id)
        await peer.audio(other.id)
        await peer.done(other.id)
        assert (await other.read())[1] is None
    assert [record for record in caplog.records if record.name == "cartesia_async"] == []


async def test_a_stray_event_is_logged(service: Service, side: Side, caplog: pytest.LogCaptureFixture) -> None:
    """An event for a context that never was is logged, without its audio; the others go on."""
    async with Talk(side) as talk:
        peer = await service.connection()
        context = talk.context()
        await context.send("Hello.")
        await peer.audio("nobody", b"secret audio")
        await peer.audio(context.id)
        await peer.done(context.id)
        assert (await context.read())[1] is None
        # Nor does what comes after the last event of a context go without notice.
        await peer.audio(context.id)
        await peer.refuse(500, "Oops: it is.", "another")
        again = talk.context()
        await again.send("Hello.")
        await peer.audio(again.id)
        await peer.done(again.id)
        assert (await again.read())[1] is None
    records = [record.getMessage() for record in caplog.records if record.name == "cartesia_async"]
    assert ["nobody" in records[0], context.id in records[1], "another" in records[2]] == [True] * 3
    assert len(records) == 3
    assert "c2VjcmV0" not in "".join(records)


async def test_nothing_to_speak_needs_no_service(service: Service, side: Side) -> None:
    """A context that is finished before anything speakable was sent ends at once; what is unspeakable waits for words."""
    async with Talk(side) as talk:
        peer = await service.connection()
        empty = talk.context()
        await empty.send("")
        await empty.send("... ")
        await empty.flush()
        await empty.finish()
        events, error = await empty.read()
        assert error is None
        assert [event.type for event in events] == ["done"]
        quoted = talk.context()
        await quoted.send("“")
        await quoted.send("Hello")
        assert (await peer.next())["transcript"] == "“Hello"


async def test_names_are_unique(service: Service, side: Side) -> None:
    """A second context of a name is refused while the first is open, and welcome afterwards."""
    async with Talk(side) as talk:
        peer = await service.connection()
        first = talk.context(context_id="same")
        with pytest.raises(ValueError, match="context_id must be the name of no open context"):
            talk.context(context_id="same")
        await first.send("Hello.")
        await first.finish()
        await peer.audio("same")
        await peer.done("same")
        await first.read()
        second = talk.context(context_id="same")
        await second.send("Again.")
        await peer.audio("same", b"2nd")
        await peer.done("same")
        assert audio_of((await second.read())[0]) == b"2nd"


async def test_arguments_are_checked_first(service: Service, side: Side) -> None:
    """What is known to be wrong is refused before anything is sent."""
    talk = Talk(side)
    for wrong in (
        {"output_format": {"container": "mp3", "sample_rate": 44100, "bit_rate": 128000}},
        {"voice": ""},
        {"max_buffer_delay_ms": -1},
        {"context_id": " "},
        {"language": "en", "locale": "en-GB"},
    ):
        with pytest.raises(ValueError):
            talk.context(**wrong)
    with pytest.raises(TypeError, match="context\\(\\) is missing voice"):
        talk.socket.context(model_id="m", output_format=RawFormat(encoding="pcm_s16le", sample_rate=8000))
    with pytest.raises(TypeError, match="no argument transcript"):
        talk.context(transcript="Hello")
    context = talk.context()
    for text in (3, b"bytes", "\ud800"):
        with pytest.raises(ValueError, match="text must be"):
            await context.send(text)  # type: ignore[arg-type]
    assert service.handshakes == []
    await talk.close()


async def test_versions(service: Service) -> None:
    """What only older versions have is said over a connection of such a version; a pinned one lacks what it lacks."""
    async with AsyncCartesia(KEY, base_url=service.url + "/prefix") as client:
        async with client.tts.websocket() as ws:
            voice = VoiceByEmbedding([0.5])
            with pytest.warns(DeprecationWarning, match="embedding") if not _warned() else _no_warning():
                old = ws.context(**{**SPEECH, "voice": voice})
            new = ws.context(**SPEECH)
            await old.send("Old.")
            await new.send("New.")
            peers = {(peer := await service.connection()).headers["Cartesia-Version"]: peer for _ in range(2)}
            assert set(peers) == {"2026-08-14", "2024-11-13"}
            assert peers["2024-11-13"].headers["X-API-Key"] == KEY
            assert (await peers["2024-11-13"].next())["voice"] == {"mode": "embedding", "embedding": [0.5]}
            assert (await peers["2026-08-14"].next())["voice"] == "voice-1"
            assert peers["2026-08-14"].request.path == "/prefix/tts/websocket"
        pinned = client.with_options(api_version="2024-06-10").tts.websocket()
        context = pinned.context(**SPEECH)
        with pytest.raises(UnsupportedVersionError, match="tts flush"):
            await context.flush()
        with pytest.raises(UnsupportedVersionError, match="tts locale"):
            pinned.context(**SPEECH, locale="en-GB")


def _warned() -> bool:
    from cartesia_async._wire.versions import _warned

    return "tts voice by embedding" in _warned


def _no_warning() -> object:
    from contextlib import nullcontext

    return nullcontext()


async def test_a_refused_handshake_wakes_all(service: Service, side: Side) -> None:
    """A handshake that is refused is told to who sends and to who reads, and not tried again."""
    service.refusals = [refusal(401, "Invalid API key") for _ in range(5)]
    with pytest.raises(AuthenticationError, match="Invalid API key"):
        await Talk(side).__aenter__()
    talk = Talk(side)
    context = talk.context()
    reading = context.reading()
    await asyncio.sleep(0.02)
    with pytest.raises(AuthenticationError):
        await context.send("Hello.")
    events, error = await asyncio.wait_for(reading, 2)
    assert events == []
    assert isinstance(error, AuthenticationError)
    assert error.attempts == 1
    assert len(service.handshakes) == 2
    await talk.close()


async def test_a_session_of_the_users(service: Service) -> None:
    """A session of the user's opens the WebSocket, adds what it adds to every request, and is left open."""
    async with aiohttp.ClientSession(headers={"X-Mine": "1"}) as session:
        headers = {"X-More": "2", "User-Agent": None}
        async with AsyncCartesia(KEY, base_url=service.url, session=session, headers=headers) as client:
            service.refusals = [refusal(401, "Invalid API key")]
            with pytest.raises(AuthenticationError, match="Invalid API key"):
                await client.tts.websocket()
            async with client.tts.websocket() as ws:
                peer = await service.connection()
                context = ws.context(**SPEECH)
                await context.send("Hello.")
                await peer.audio(context.context_id)
                await peer.done(context.context_id)
                assert await context.audio().read() == b"abcd"
        assert not session.closed
    assert (peer.headers["X-Mine"], peer.headers["X-More"]) == ("1", "2")
    assert "cartesia" not in peer.headers["User-Agent"]


async def test_a_key_that_is_asked_for(service: Service) -> None:
    """A key given by a callable is asked for at each handshake; one that never comes is bounded by `total`."""
    asked = 0

    async def key() -> str:
        nonlocal asked
        asked += 1
        return f"sk_car_{asked}"

    service.refusals = [refusal(503)]
    async with AsyncCartesia(key, base_url=service.url) as client:
        prompt(client)
        async with client.tts.websocket():
            peer = await service.connection()
    assert peer.headers["Authorization"] == "Bearer sk_car_2"

    async def never() -> str:
        await asyncio.sleep(60)
        return ""

    async with AsyncCartesia(never, base_url=service.url, timeout=Timeout(total=0.05)) as client:
        with pytest.raises(APITimeoutError, match="total"):
            await client.tts.websocket()


async def test_time_to_connect_is_bounded(service: Service) -> None:
    """A handshake that is not answered runs into `first_byte`; closing the client ends the waiting."""
    service.silent = True
    async with AsyncCartesia(KEY, base_url=service.url, timeout=Timeout(first_byte=0.05)) as client:
        with pytest.raises(APITimeoutError, match="first_byte"):
            await client.tts.websocket()
    client = AsyncCartesia(KEY, base_url=service.url)
    entering = asyncio.ensure_future(client.tts.websocket().__aenter__())
    await asyncio.sleep(0.02)
    await client.close()
    with pytest.raises(APIConnectionError, match="closed"):
        await asyncio.wait_for(entering, 2)
