"""Voices and datasets as state: made, found, changed, mixed, heard, deleted."""

from __future__ import annotations

import uuid

import aiohttp
import pytest

from cartesia_async.emulator import Emulator

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
OTHER = "a0e99841-438c-4a64-b679-ae501e7d6091"
OLD = {"Cartesia-Version": "2024-11-13"}
OLDEST = {"Cartesia-Version": "2024-06-10"}
Json = dict[str, object]


async def listed(session: aiohttp.ClientSession, **params: str) -> list[Json]:
    """List up to a hundred voices."""
    async with session.get("/voices", params={"limit": "100"} | params) as answer:
        assert answer.status == 200, await answer.text()
        data: list[Json] = (await answer.json())["data"]
        return data


async def cloned(session: aiohttp.ClientSession, clip: bytes, **fields: str) -> Json:
    """Clone a voice."""
    form = aiohttp.FormData({"name": "Élodie", "language": "fr"} | fields)
    form.add_field("clip", clip, filename="a.wav")
    async with session.post("/voices/clone", data=form) as answer:
        assert answer.status == 200, await answer.text()
        voice: Json = await answer.json()
        return voice


async def test_a_clone_is_there_until_deleted(session: aiohttp.ClientSession, speech: Json, clip: bytes) -> None:
    """A clone is listed, changed, spoken with and deleted, each seen at the next call."""
    count = len(await listed(session))
    voice = await cloned(session, clip, description="mine", base_voice_id=VOICE, accent="fr-FR", tagline="hm")
    path = f"/voices/{voice['id']}"
    assert uuid.UUID(str(voice["id"])).version == 4
    assert len(await listed(session)) == count + 1
    assert [mine["id"] for mine in await listed(session, is_owner="true")] == [voice["id"]]
    async with session.patch(path, json={"name": "Zoé", "gender": "feminine", "tagline": "new"}) as answer:
        changed = await answer.json()
    assert (changed["name"], changed["gender"], changed["tagline"]) == ("Zoé", "feminine", "new")
    assert (changed["description"], changed["accent"]) == ("mine", "fr-FR")
    async with session.patch(path, json={"gender": None}) as answer:
        assert (await answer.json())["gender"] is None
    async with session.get(path) as answer:
        assert await answer.json() == changed | {"gender": None}
    async with session.post("/tts/bytes", json=speech | {"voice": voice["id"]}) as answer:
        assert answer.status == 200
        assert await answer.read()
    async with session.delete(path) as answer:
        assert answer.status == 204
        assert await answer.read() == b""
    for method in ("GET", "DELETE"):
        async with session.request(method, path) as answer:
            assert answer.status == 404
    assert len(await listed(session)) == count


async def test_each_emulator_starts_from_the_same_library(session: aiohttp.ClientSession) -> None:
    """What is deleted in one is there in a new one; there are 20 voices in 10 languages."""
    async with session.delete(f"/voices/{VOICE}") as answer:
        assert answer.status == 204
    left = await listed(session)
    async with Emulator(engine="tone") as fresh:
        async with aiohttp.ClientSession(fresh.base_url, headers=session.headers) as other:
            library = await listed(other)
    assert len(library) == len(left) + 1 >= 20
    assert {VOICE, OTHER} <= {voice["id"] for voice in library}
    assert len({voice["language"] for voice in library}) >= 10


async def test_pages_fit_together(session: aiohttp.ClientSession, clip: bytes) -> None:
    """Forwards and backwards, the pages hold every voice once; a cursor may be of a voice that has gone."""
    everything = [voice["id"] for voice in await listed(session)]
    for cursor, limit in (("starting_after", 7), ("ending_before", 6)):
        walked: list[object] = []
        params: dict[str, str] = {"limit": str(limit)}
        if cursor == "ending_before":
            params |= {cursor: str((await cloned(session, clip))["id"])}
        while True:
            async with session.get("/voices", params=params) as answer:
                page = await answer.json()
            ids = [voice["id"] for voice in page["data"]]
            assert len(ids) <= limit
            walked = walked + ids if cursor == "starting_after" else ids + walked
            if not page["has_more"]:
                assert page["next_page"] is None
                break
            assert page["next_page"] == (ids[-1] if cursor == "starting_after" else ids[0])
            params[cursor] = page["next_page"]
        assert walked == everything
    async with session.patch(f"/voices/{everything[0]}", json={"name": "changed, and still the first"}) as answer:
        assert answer.status == 200
    assert (await listed(session, starting_after=str(everything[0])))[0]["id"] == everything[1]
    async with session.delete(f"/voices/{everything[3]}") as answer:
        assert answer.status == 204
    following = await listed(session, starting_after=str(everything[3]))
    assert following[0]["id"] == everything[4]
    async with session.get("/voices") as answer:
        assert len((await answer.json())["data"]) == 10


WRONG_QUERIES = [
    "limit=0", "limit=101", "limit=x", "limit=1.5", "limit=-1", "limit=1e400", "limit=nan", "is_owner=maybe",
    "gender=male", "starting_after=unknown", "ending_before=unknown",
    f"starting_after={VOICE}&ending_before={VOICE}",
    "expand[]=everything", "limit=" + "9" * 5_000,
]  # fmt: skip


async def test_a_wrong_parameter_is_refused(session: aiohttp.ClientSession) -> None:
    """Parameters out of range are 400, and named."""
    for query in WRONG_QUERIES:
        async with session.get(f"/voices?{query}") as answer:
            assert answer.status == 400, query
            name = query.partition("=")[0]
            assert name in (await answer.json())["message"] or "ending_before" in query


async def test_filters_choose(session: aiohttp.ClientSession, clip: bytes) -> None:
    """`q` without regard to accents, `language` with or without a country, `gender`, `is_owner`."""
    voice = await cloned(session, clip, name="Élodie Müller", accent="fr-CA")
    for q in ("elodie", "ÉLODIE MULLER", "Élo", str(voice["id"])[:18]):
        assert voice["id"] in [found["id"] for found in await listed(session, q=q)]
    assert await listed(session, q="no such voice") == []
    assert {found["language"] for found in await listed(session, language="en")} == {"en"}
    for spelled in ("en-GB", "en_GB"):
        british = await listed(session, language=spelled)
        assert {(found["language"], found["country"]) for found in british} == {("en", "GB")}
    assert voice["id"] in [found["id"] for found in await listed(session, language="fr-CA")]
    assert {found["gender"] for found in await listed(session, gender="feminine")} == {"feminine"}
    assert not any(found["is_owner"] for found in await listed(session, is_owner="false"))


async def embedding_of(session: aiohttp.ClientSession, id: str) -> list[float]:
    """Give a voice's embedding."""
    async with session.get(f"/voices/{id}", headers=OLDEST) as answer:
        numbers: list[float] = (await answer.json())["embedding"]
        return numbers


async def test_a_mix_is_the_weighted_mean(session: aiohttp.ClientSession) -> None:
    """Weights are scaled to a sum of 1; ids and embeddings may be mixed."""
    one, two = await embedding_of(session, VOICE), await embedding_of(session, OTHER)
    body = {"voices": [{"id": VOICE, "weight": 3}, {"embedding": two, "weight": 1}]}
    async with session.post("/voices/mix", json=body, headers=OLD) as answer:
        mixed = (await answer.json())["embedding"]
    assert mixed == pytest.approx([0.75 * a + 0.25 * b for a, b in zip(one, two, strict=True)])


@pytest.mark.parametrize(
    "voices",
    [
        [],
        {},
        [3],
        [{"id": VOICE}],
        [{"weight": 1}],
        [{"id": VOICE, "weight": -1}],
        [{"id": VOICE, "weight": 0}],
        [{"id": "unknown", "weight": 1}],
        [{"embedding": ["x"], "weight": 1}],
        [{"embedding": [1e308], "weight": 1}],
    ],
)
async def test_a_wrong_mix_is_refused(session: aiohttp.ClientSession, voices: object) -> None:
    """Each part needs a voice and a weight."""
    async with session.post("/voices/mix", json={"voices": voices}, headers=OLD) as answer:
        assert answer.status == 400


async def test_a_created_voice_keeps_its_embedding(session: aiohttp.ClientSession, speech: Json) -> None:
    """A voice of an embedding gives the same numbers back, and sounds as the voice they came from."""
    numbers = await embedding_of(session, OTHER)
    body = {"name": "n", "description": "d", "embedding": numbers, "base_voice_id": VOICE}
    async with session.post("/voices", json=body, headers=OLDEST) as answer:
        created = await answer.json()
    assert (created["base_voice_id"], created["is_public"], created["language"]) == (VOICE, False, "en")
    assert await embedding_of(session, created["id"]) == numbers
    heard: list[bytes] = []
    for voice in ({"id": created["id"]}, {"mode": "embedding", "embedding": numbers}, {"id": VOICE}):
        async with session.post("/tts/bytes", json=speech | {"voice": voice, "language": "en"}, headers=OLD) as answer:
            heard.append(await answer.read())
    assert heard[0] == heard[1] != heard[2]
    async with session.post("/voices", json=body | {"embedding": []}, headers=OLDEST) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"dialect": "mx"}, 200),
        ({"dialect": "uk"}, 400),
        ({"language": "xx"}, 400),
        ({"language": None}, 400),
        ({"original_speaker_gender": "x"}, 400),
        ({"original_speaker_gender": None}, 400),
        ({"voice_id": "unknown"}, 404),
        ({"voice_id": None}, 400),
        ({"name": ""}, 400),
    ],
)
async def test_localizing_checks_its_target(session: aiohttp.ClientSession, change: Json, status: int) -> None:
    """A dialect must be one of its language; voice, name, language and gender are required."""
    body: Json = {"voice_id": VOICE, "name": "n", "language": "es", "original_speaker_gender": "female"}
    version = {"Cartesia-Version": "2026-03-01"}
    async with session.post("/voices/localize", json=body | change, headers=version) as answer:
        assert answer.status == status
        answered = await answer.json()
    if status == 200:
        async with session.get(f"/voices/{answered['id']}", headers=version) as answer:
            voice = await answer.json()
        assert (voice["language"], voice["gender"]) == ("es", "feminine")
        assert voice["country"] == ("MX" if change else None)


async def test_the_newest_version_localizes_by_accent(session: aiohttp.ClientSession) -> None:
    """From 2026-08-14 an accent is required, and tells the language where none is given."""
    body = {"voice_id": VOICE, "name": "n"}
    async with session.post("/voices/localize", json=body) as answer:
        assert answer.status == 400
    async with session.post("/voices/localize", json=body | {"accent": "pt-BR"}) as answer:
        assert (await answer.json())["language"] == "pt"


async def test_a_clone_sounds_as_its_clip(emulator: Emulator, session: aiohttp.ClientSession, clip: bytes) -> None:
    """The embedding of a clone differs from that of a clone of another pitch."""
    first = await cloned(session, clip)
    # Half as many frames a second: the same tone an octave lower.
    lower = clip[:24] + (8_000).to_bytes(4, "little") + (16_000).to_bytes(4, "little") + clip[32:]
    second = await cloned(session, lower)
    assert await embedding_of(session, str(first["id"])) != await embedding_of(session, str(second["id"]))
    assert emulator.base_url


@pytest.mark.parametrize(
    ("fields", "version", "status"),
    [
        ({"language": "en"}, "2026-08-14", 400),
        ({"name": "n"}, "2026-08-14", 400),
        ({"name": "n", "language": "xx"}, "2026-08-14", 400),
        ({"name": "n", "language": "en", "base_voice_id": "unknown"}, "2026-08-14", 404),
        ({"name": "n", "language": "en", "tagline": "x" * 33}, "2026-08-14", 400),
        ({"name": "n", "language": "en", "mode": "odd"}, "2025-11-04", 200),
        ({"name": "n", "language": "en"}, "2024-11-13", 400),
        ({"name": "n", "language": "en", "mode": "odd"}, "2024-11-13", 400),
        ({"name": "n", "language": "en", "mode": "stability", "enhance": "maybe"}, "2024-11-13", 400),
        ({"name": "n", "language": "en", "mode": "stability", "enhance": "False"}, "2024-11-13", 200),
        ({"name": "n", "language": "en", "mode": "similarity", "transcript": "hm"}, "2024-06-10", 200),
    ],
)
async def test_clone_takes_the_fields_of_the_version(
    session: aiohttp.ClientSession, clip: bytes, fields: dict[str, str], version: str, status: int
) -> None:
    """`mode` is required up to 2024-11-13 and passed over later; the language is checked from 2026-03-01."""
    form = aiohttp.FormData(fields)
    form.add_field("clip", clip, filename="a.wav")
    async with session.post("/voices/clone", data=form, headers={"Cartesia-Version": version}) as answer:
        assert answer.status == status


async def test_datasets_hold_files(session: aiohttp.ClientSession) -> None:
    """Files are counted by name and size, in pages; a purpose may be anything or missing."""
    async with session.post("/datasets", json={"name": "n", "description": "d"}) as answer:
        dataset = await answer.json()
    path = f"/datasets/{dataset['id']}/files"
    for size, fields in ((5, {}), (100_000, {"purpose": "fine_tune"}), (0, {"purpose": "undefined"})):
        form = aiohttp.FormData(fields)
        form.add_field("file", b"x" * size, filename=f"{size}.wav")
        async with session.post(path, data=form) as answer:
            assert answer.status == 204
    async with session.get(path) as answer:
        files = (await answer.json())["data"]
    assert [(file["filename"], file["size"]) for file in files] == [("5.wav", 5), ("100000.wav", 100_000), ("0.wav", 0)]
    async with session.get(path, params={"limit": "1", "starting_after": files[0]["id"]}) as answer:
        assert await answer.json() == {"data": [files[1]], "has_more": True, "next_page": files[1]["id"]}
    form = aiohttp.FormData({"purpose": "fine_tune"})
    form.add_field("other", b"x", filename="x")
    async with session.post(path, data=form) as answer:
        assert answer.status == 400
    async with session.post("/datasets/unknown/files", data=form) as answer:
        assert answer.status == 404
