"""What each call makes of the service's answers, in the shapes of several versions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aioresponses import aioresponses as Aioresponses

from cartesia_async import (
    ApiInfo,
    APIResponseError,
    AsyncCartesia,
    Dataset,
    DatasetFile,
    EmbeddingResponse,
    Voice,
    VoiceAccent,
    VoiceLocale,
    VoiceMetadata,
)

BASE = "https://api.cartesia.ai"
OLD_VOICE = {
    "id": "v",
    "user_id": "u",
    "is_public": True,
    "name": "Ann",
    "description": "calm",
    "created_at": "2024-06-10T00:00:00Z",
    "embedding": [0.1, 1, -0.5],
    "language": "en",
}
NEW_VOICE = {
    "id": "v",
    "is_owner": False,
    "name": "Ann",
    "description": None,
    "tagline": "calm",
    "access": "public",
    "visibility": "all",
    "gender": "feminine",
    "accent": "en-US",
    "accents": [{"accent": "en-US", "locale": "en-US", "is_native": True}],
    "locales": [{"locale": "en-US", "is_native": True, "since": 3}],
    "status": "ready",
    "is_pro": False,
    "mood": "new",
}
OLD_METADATA = {"id": "v", "user_id": "u", "is_public": False, "name": "n", "description": "d", "language": "en"}

ANSWERS: list[tuple[Callable[[AsyncCartesia], Awaitable[Any]], str, str, Any, Any]] = [
    (lambda c: c.api_status.get(), "GET", "/", {"ok": True, "version": "x"}, ApiInfo(ok=True, version="x")),
    (lambda c: c.api_status.get(), "GET", "/", {"status": False}, ApiInfo(ok=False)),
    (lambda c: c.voices.get("v"), "GET", "/voices/v", OLD_VOICE, Voice(**OLD_VOICE)),
    (
        lambda c: c.voices.get("v"),
        "GET",
        "/voices/v",
        NEW_VOICE,
        Voice(
            **{key: value for key, value in NEW_VOICE.items() if key not in {"accents", "locales", "mood"}},
            accents=(VoiceAccent(accent="en-US", locale="en-US", is_native=True),),
            locales=(VoiceLocale(locale="en-US", is_native=True, extra={"since": 3}),),
            extra={"mood": "new"},
        ),
    ),
    (
        lambda c: c.voices.update("v", gender="robotic"),
        "PATCH",
        "/voices/v",
        {"id": "v", "gender": "robotic"},
        Voice(id="v", gender="robotic"),
    ),
    (
        lambda c: c.voices.localize(voice_id="v", name="n", accent="a"),
        "POST",
        "/voices/localize",
        OLD_METADATA,
        VoiceMetadata(**OLD_METADATA),
    ),
    (
        lambda c: c.datasets.create(name="n"),
        "POST",
        "/datasets/",
        {"id": "d", "name": "n"},
        Dataset(id="d", name="n"),
    ),
]


@pytest.mark.parametrize(("call", "method", "path", "payload", "expected"), ANSWERS)
async def test_answers(
    answers: Aioresponses,
    call: Callable[[AsyncCartesia], Awaitable[Any]],
    method: str,
    path: str,
    payload: Any,
    expected: Any,
) -> None:
    """An answer of any version becomes the model: what is missing is None, what is unknown is kept."""
    answers.add(BASE + path, method, payload=payload)
    async with AsyncCartesia("k") as client:
        assert expected == await call(client)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_embeddings(answers: Aioresponses) -> None:
    """Both calls that give an embedding give its numbers."""
    answers.post(f"{BASE}/voices/mix", payload={"embedding": [1, 0.5]})
    answers.post(f"{BASE}/voices/localize", payload={"embedding": []})
    async with AsyncCartesia("k") as client:
        mixed = await client.voices.mix(voices=[{"id": "v", "weight": 1}])
        moved = await client.voices.localize(embedding=[0.5], language="es", original_speaker_gender="male")
    assert (EmbeddingResponse(embedding=[1, 0.5]), EmbeddingResponse(embedding=[])) == (mixed, moved)


@pytest.mark.parametrize("call", [lambda c: c.voices.delete("v"), lambda c: c.voices.delete("v")])
async def test_nothing_to_read(answers: Aioresponses, call: Callable[[AsyncCartesia], Awaitable[None]]) -> None:
    """A call without a result gives None, whatever the service says."""
    answers.delete(f"{BASE}/voices/v", status=204)
    async with AsyncCartesia("k") as client:
        assert await call(client) is None


async def test_pages(answers: Aioresponses) -> None:
    """Files of a dataset come page by page, the next asked for by the cursor that the service names."""
    url = f"{BASE}/datasets/d/files"
    answers.get(url, payload={"data": [{"id": "a", "size": 3}], "has_more": True, "next_page": "a"})
    answers.get(f"{url}?starting_after=a", payload={"data": [{"id": "b", "filename": "b.wav"}], "has_more": False})
    async with AsyncCartesia("k") as client:
        files = [file async for file in client.datasets.list_files("d")]
    assert files == [DatasetFile(id="a", size=3), DatasetFile(id="b", filename="b.wav")]


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ({"name": "n"}, "required field missing @ $.id"),
        ({"id": 7}, "$.id"),
        ({"id": "v", "locales": [{"is_native": "yes"}]}, "$.locales[0].is_native"),
        ({"id": "v", "embedding": "x"}, "$.embedding"),
        ([], "$"),
    ],
)
async def test_answer_that_does_not_fit(answers: Aioresponses, payload: Any, where: str) -> None:
    """A 2xx answer that is not the model says where it is not."""
    answers.get(f"{BASE}/voices/v", payload=payload)
    async with AsyncCartesia("k") as client:
        with pytest.raises(APIResponseError) as caught:
            await client.voices.get("v")
    assert any(where in line for line in caught.value.details), caught.value.details
