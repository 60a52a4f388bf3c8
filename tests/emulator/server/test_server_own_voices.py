"""Voices that an emulator is given beside its library, and one for every id."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from cartesia_async import AsyncCartesia, NotFoundError, Voice
from cartesia_async.emulator import Emulator

MINE = "11111111-2222-4333-8444-555555555555"
OTHER = "a-voice_of-mine"
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8_000}
SAID: dict[str, Any] = {"model_id": "sonic-3", "transcript": "One two.", "output_format": RAW}
ANN = {"id": OTHER, "name": "Ann", "description": "Clear", "language": "de-AT", "gender": "feminine", "tagline": "Hi"}


def client_of(emulator: Emulator) -> AsyncCartesia:
    return AsyncCartesia("test", base_url=emulator.base_url, max_retries=0)


async def test_they_are_there() -> None:
    """A voice given by its id, or with what is known of it, is listed, found, spoken with, and yours."""
    async with Emulator(engine="tone", voices=[MINE, ANN]) as emulator, client_of(emulator) as client:
        library = [voice.id async for voice in client.voices.list(is_owner=False)]
        assert [voice.id async for voice in client.voices.list()] == [*library, MINE, OTHER]
        plain, ann = [voice async for voice in client.voices.list(is_owner=True)]
        assert (plain.id, plain.name, plain.language) == (MINE, "Voice 11111111", "en")
        assert (ann.name, ann.description, ann.language, ann.country) == ("Ann", "Clear", "de", "AT")
        assert (ann.gender, ann.tagline) == ("feminine", "Hi")
        assert await client.voices.get(MINE) == plain
        assert await client.tts.bytes(voice=MINE, **SAID).read()
        async with client.tts.websocket() as ws:
            context = ws.context(voice=OTHER, model_id="sonic-3", output_format=RAW)
            await context.send("One.")
            await context.finish()
            assert [event.type async for event in context][-1] == "done"
    assert emulator.crashes == ()


@pytest.mark.parametrize(
    "version", ["2024-06-10", "2024-11-13", "2025-04-16", "2025-11-04", "2026-03-01", "2026-08-14"]
)
async def test_what_the_api_tells_can_be_given(version: str) -> None:
    """What `GET /voices` answers, in any version, is taken as it is, and told again."""
    headers = {"X-API-Key": "k", "Cartesia-Version": version}

    async def told(emulator: Emulator) -> list[dict[str, Any]]:
        async with aiohttp.ClientSession(headers=headers) as http, http.get(f"{emulator.base_url}/voices") as answer:
            body = await answer.json()
            return [voice | {"id": f"x{voice['id']}"} for voice in (body if version == "2024-06-10" else body["data"])]

    async with Emulator(engine="tone") as emulator:
        voices = await told(emulator)
    async with Emulator(engine="tone", voices=voices) as emulator, client_of(emulator) as client:
        for given in voices:
            voice = await client.voices.get(given["id"])
            assert (voice.name, voice.description, voice.language) == tuple(
                given[name] for name in ("name", "description", "language")
            )


async def test_a_voice_of_this_library_can_be_given() -> None:
    """A `Voice`, such as one that was listed by the service, is taken with what is not known of it."""
    async with Emulator(engine="tone", voices=[Voice(id=MINE, name="Bob", extra={"new": 1})]) as emulator:
        async with client_of(emulator) as client:
            assert (await client.voices.get(MINE)).name == "Bob"


async def test_one_of_the_library_can_be_changed_or_only_named() -> None:
    """A voice of the library that is named stays as it is; one that is told anew is as it is told, in its old place."""
    async with Emulator(engine="tone") as emulator, client_of(emulator) as client:
        first, second = [voice async for voice in client.voices.list(limit=2)][:2]
    again = {"id": second.id, "name": "Another", "is_owner": False}
    async with Emulator(engine="tone", voices=[first.id, again]) as emulator, client_of(emulator) as client:
        voices = [voice async for voice in client.voices.list(limit=2)]
        assert voices[0] == first
        assert (voices[1].id, voices[1].name) == (second.id, "Another")


async def test_each_sounds_of_its_own() -> None:
    """Two ids sound different, one sounds the same in every emulator, and an embedding is heard."""
    heard: list[list[bytes]] = []
    lively = {"id": "c", "embedding": [0.9] * 192}
    for _ in range(2):
        async with Emulator(engine="tone", voices=["a", "b", lively]) as emulator, client_of(emulator) as client:
            heard.append([await client.tts.bytes(voice=id, **SAID).read() for id in "abc"])
    assert heard[0] == heard[1]
    assert len(set(heard[0])) == 3


async def test_a_reset_brings_them_back() -> None:
    """What is done to them is undone by `reset`, as it is with the library."""
    async with Emulator(engine="tone", voices=[ANN]) as emulator, client_of(emulator) as client:
        await client.voices.update(OTHER, name="Beth")
        await client.voices.delete(OTHER)
        with pytest.raises(NotFoundError):
            await client.voices.get(OTHER)
        emulator.reset()
        assert (await client.voices.get(OTHER)).name == "Ann"


async def test_any_id_has_a_voice() -> None:
    """With `"any"` every well-formed id is a voice, in every call that takes one; it is not listed until it is changed."""
    async with Emulator(engine="tone", voices="any") as emulator, client_of(emulator) as client:
        assert (await client.voices.get(MINE)).id == MINE
        assert await client.tts.bytes(voice=MINE, **SAID).read() != await client.tts.bytes(voice=OTHER, **SAID).read()
        assert [voice async for voice in client.voices.list(is_owner=True)] == []
        await client.voices.update(MINE, name="Mine")
        assert [voice.name async for voice in client.voices.list(is_owner=True)] == ["Mine"]
        for nonsense in ("x y", "x.y", "x" * 201):
            with pytest.raises(NotFoundError):
                await client.voices.get(nonsense)
    assert emulator.crashes == ()


async def test_any_voice_can_be_deleted() -> None:
    """One that was made up and is deleted is gone, until a reset."""
    async with Emulator(engine="tone", voices="any") as emulator, client_of(emulator) as client:
        await client.voices.delete(MINE)
        for call in (client.voices.get(MINE), client.tts.bytes(voice=MINE, **SAID).read()):
            with pytest.raises(NotFoundError):
                await call
        emulator.reset()
        assert (await client.voices.get(MINE)).id == MINE


async def test_many_ids_leave_nothing() -> None:
    """An emulator that was asked for a thousand voices holds none of them."""
    async with Emulator(engine="tone", voices="any") as emulator, client_of(emulator) as client:
        before = len([voice async for voice in client.voices.list(limit=100)])
        await asyncio.gather(*(client.voices.get(f"voice-{number}") for number in range(1_000)))
        assert len([voice async for voice in client.voices.list(limit=100)]) == before


@pytest.mark.parametrize(
    ("voices", "error", "words"),
    [
        ("all", TypeError, "voices must be a list of voices or ids, or \"any\", not 'all'"),
        (None, TypeError, "must be a list"),
        ({"id": MINE}, TypeError, "must be a list"),
        ([3], TypeError, r"voices\[0\] must be an id, a mapping or a Voice, not 3"),
        ([MINE, "a b"], ValueError, r"voices\[1\]\.id` must be letters, digits"),
        ([""], ValueError, "must be letters"),
        (["x" * 201], ValueError, "at most 200"),
        ([{"name": "Ann"}], ValueError, "id` is required"),
        ([{"id": MINE, "langauge": "en"}], ValueError, "has 'langauge', which no voice has"),
        ([{"id": MINE, "language": "klingon"}], ValueError, "language` must be one of en, "),
        ([{"id": MINE, "gender": "female"}], ValueError, "gender` must be one of masculine"),
        ([{"id": MINE, "embedding": ["x"]}], ValueError, "embedding` must be"),
        ([MINE, MINE], ValueError, r"voices\[1\] has the id of another"),
    ],
)
def test_nonsense_is_refused(voices: Any, error: type[Exception], words: str) -> None:
    """What are no voices is refused when the emulator is made, in words that name it."""
    with pytest.raises(error, match=words):
        Emulator(voices=voices)
