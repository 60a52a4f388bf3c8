"""Each answer has the shape of the version it was asked in."""

from __future__ import annotations

import uuid

import aiohttp
import pytest

from cartesia_async.emulator import Emulator

VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
VERSIONS = ["2024-06-10", "2024-11-13", "2025-04-16", "2025-11-04", "2026-03-01", "2026-08-14"]
EMBEDDING = [0.1] * 192

_BASE = {"id", "name", "description", "created_at", "language"}
_PAGED = _BASE | {"is_owner"}
_NEW = _PAGED | {"gender", "country", "locales"}
VOICE_KEYS = {
    "2024-06-10": _BASE | {"user_id", "is_public", "embedding", "base_voice_id"},
    "2024-11-13": _PAGED,
    "2025-04-16": _PAGED | {"is_public", "gender"},
    "2025-11-04": _NEW | {"is_public"},
    "2026-03-01": _NEW | {"is_public"},
    "2026-08-14": _NEW | {"access", "visibility", "tagline", "accent", "accents", "status", "is_pro"},
}
METADATA_KEYS = {
    version: _BASE | {"user_id"} | ({"access", "visibility", "tagline"} if version == "2026-08-14" else {"is_public"})
    for version in VERSIONS
}


def at(version: str) -> dict[str, str]:
    """Ask in a version."""
    return {"Cartesia-Version": version}


@pytest.mark.parametrize("version", VERSIONS)
async def test_voices_have_the_fields_of_the_version(session: aiohttp.ClientSession, version: str) -> None:
    """A voice from a list, from `get` and from `update` has exactly the fields documented."""
    async with session.get("/voices", headers=at(version)) as answer:
        found = await answer.json()
    voices = found if version == "2024-06-10" else found["data"]
    assert isinstance(found, list) == (version == "2024-06-10")
    assert {frozenset(voice) for voice in voices} == {frozenset(VOICE_KEYS[version])}
    async with session.get(f"/voices/{VOICE}", headers=at(version)) as answer:
        assert set(await answer.json()) == VOICE_KEYS[version]
    change = {"name": "n", "description": "d"}
    async with session.patch(f"/voices/{VOICE}", json=change, headers=at(version)) as answer:
        changed = await answer.json()
    assert set(changed) == VOICE_KEYS[version]
    assert changed | change == changed


@pytest.mark.parametrize("version", VERSIONS)
async def test_new_voices_are_told_by_metadata(session: aiohttp.ClientSession, clip: bytes, version: str) -> None:
    """`clone` and `localize` answer with the fields of VoiceMetadata."""
    form = aiohttp.FormData({"name": "n", "language": "en", "mode": "similarity", "enhance": "true"})
    form.add_field("clip", clip, filename="a.wav")
    async with session.post("/voices/clone", data=form, headers=at(version)) as answer:
        assert answer.status == 200, await answer.text()
        cloned = await answer.json()
    body = {"voice_id": VOICE, "name": "n", "description": "d", "language": "es", "original_speaker_gender": "female"}
    async with session.post("/voices/localize", json=body | {"accent": "es-MX"}, headers=at(version)) as answer:
        assert answer.status == 200, await answer.text()
        localized = await answer.json()
    assert set(cloned) == set(localized) == METADATA_KEYS[version]
    assert uuid.UUID(cloned["id"]).version == uuid.UUID(localized["id"]).version == 4
    assert localized["language"] == "es"


@pytest.mark.parametrize("version", VERSIONS)
async def test_datasets_have_the_fields_of_the_version(session: aiohttp.ClientSession, version: str) -> None:
    """Datasets gain a description, files a size, and lists pages, in 2025-04-16."""
    new = version >= "2025-04-16"
    async with session.post("/datasets/", json={"name": "n"}, headers=at(version)) as answer:
        dataset = await answer.json()
    assert set(dataset) == {"id", "name", "created_at"} | ({"description"} if new else set())
    form = aiohttp.FormData()
    form.add_field("file", b"12345", filename="a.wav")
    async with session.post(f"/datasets/{dataset['id']}/files", data=form, headers=at(version)) as answer:
        assert answer.status == 204
        assert await answer.read() == b""
    async with session.get(f"/datasets/{dataset['id']}/files", headers=at(version)) as answer:
        files = await answer.json()
    assert set(files["data"][0]) == {"id", "filename", "created_at"} | ({"size"} if new else set())
    async with session.get("/datasets", headers=at(version)) as answer:
        datasets = await answer.json()
    assert datasets["data"] == [dataset]
    assert set(files) == set(datasets) == {"data", "has_more"} | ({"next_page"} if new else set())


@pytest.mark.parametrize("version", VERSIONS)
async def test_embeddings_are_there_until_2024_11_13(session: aiohttp.ClientSession, version: str) -> None:
    """`create` and `mix` answer up to 2024-11-13 and are no paths afterwards."""
    old = version <= "2024-11-13"
    body = {"name": "n", "description": "d", "embedding": EMBEDDING, "language": "en"}
    async with session.post("/voices", json=body, headers=at(version)) as answer:
        assert answer.status == (200 if old else 404)
        if old:
            created = await answer.json()
            assert set(created) == VOICE_KEYS[version] | {"embedding"}
            assert created["embedding"] == EMBEDDING
    mix = {"voices": [{"id": VOICE, "weight": 1}]}
    async with session.post("/voices/mix", json=mix, headers=at(version)) as answer:
        assert answer.status == (200 if old else 404)
    localize = {"embedding": EMBEDDING, "language": "de", "original_speaker_gender": "male"}
    async with session.post("/voices/localize", json=localize, headers=at(version)) as answer:
        assert answer.status == (200 if version == "2024-06-10" else 400)
        if answer.status == 200:
            assert len((await answer.json())["embedding"]) == 192


@pytest.mark.parametrize("version", VERSIONS)
async def test_voice_specifiers_are_those_of_the_version(
    session: aiohttp.ClientSession, speech: dict[str, object], version: str
) -> None:
    """An object with an id always works; embeddings until 2024-11-13; a bare id from 2026-08-14."""
    old, newest = version <= "2024-11-13", version == "2026-08-14"
    for voice, taken in (
        ({"mode": "id", "id": VOICE}, True),
        ({"id": VOICE}, True),
        ({"mode": "embedding", "embedding": EMBEDDING}, old),
        ({"embedding": EMBEDDING}, old),
        ({"mode": "embedding", "embedding": EMBEDDING, "__experimental_controls": {"speed": "fast"}}, old),
        (VOICE, newest),
        ({"mode": "id"}, False),
        ({}, False),
        (7, False),
    ):
        async with session.post("/tts/bytes", json=speech | {"voice": voice}, headers=at(version)) as answer:
            assert (answer.status == 200) is taken, (voice, await answer.read())


async def test_expansions_are_those_of_the_version(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """`expand[]` adds what the version offers, and refuses the rest."""
    for version, name, taken in (
        ("2024-11-13", "embedding", True),
        ("2024-11-13", "is_starred", True),
        ("2025-04-16", "embedding", False),
        ("2025-11-04", "preview_file_url", True),
        ("2026-08-14", "preview_file_url", True),
        ("2026-08-14", "is_starred", False),
    ):
        async with session.get("/voices", params={"expand[]": name}, headers=at(version)) as answer:
            assert answer.status == (200 if taken else 400), (version, name)
            assert not taken or name in (await answer.json())["data"][0]
    async with session.get(f"/voices/{VOICE}?expand[]=preview_file_url") as answer:
        address = (await answer.json())["preview_file_url"]
    assert address.startswith(emulator.base_url)
    async with session.get(address) as answer:
        assert answer.status == 200
        assert answer.content_type == "audio/wav"
        assert (await answer.read()).startswith(b"RIFF")


DATES: list[tuple[str, str | None]] = [
    ("2024-01-01", "array"),
    ("2024-06-10", "array"),
    ("2024-11-12", "array"),
    ("2024-11-13", "page"),
    ("2099-12-31", "page"),
    ("2024-6-10", None),
    ("2024-13-10", None),
    ("latest", None),
    ("٢٠٢٤-06-10", None),
    ("", None),
]


async def test_any_date_is_served_by_the_version_before_it(session: aiohttp.ClientSession) -> None:
    """A date that is no known version gets the newest before it; what is no date gets 400."""
    for asked, served in DATES:
        async with session.get("/voices", headers=at(asked)) as answer:
            if served is not None:
                assert isinstance(await answer.json(), list) == (served == "array"), asked
                continue
            assert answer.status == 400, asked
            assert answer.content_type == "text/plain"
            assert await answer.text() == "Cartesia-Version header is required in YYYY-MM-DD form"


async def test_the_query_wins_over_the_header(session: aiohttp.ClientSession) -> None:
    """`cartesia_version` in the query counts before the header."""
    async with session.get("/voices?cartesia_version=2024-06-10") as answer:
        assert isinstance(await answer.json(), list)


@pytest.mark.parametrize(
    ("method", "path", "status", "title", "code"),
    [
        ("GET", "/nowhere", 404, "Not found", None),
        ("PUT", "/voices", 405, "Method not allowed", None),
        ("GET", "/voices/unknown", 404, "Invalid voice", "voice_not_found"),
        ("GET", "/datasets/unknown/files", 404, "Not found", None),
        ("POST", "/tts/sse", 400, "Invalid JSON", None),
    ],
)
async def test_errors_are_of_the_generation_of_the_version(
    session: aiohttp.ClientSession, method: str, path: str, status: int, title: str, code: str | None
) -> None:
    """Errors are `Title: Message` as text before 2026-03-01, and a JSON object from then on."""
    for version in VERSIONS:
        headers = at(version) | {"Content-Type": "application/json"}
        async with session.request(method, path, headers=headers) as answer:
            if version < "2026-03-01":
                assert answer.status == (400 if code == "voice_not_found" else status)
                assert answer.content_type == "text/plain"
                assert (await answer.text()).startswith(f"{title}: ")
                continue
            assert answer.status == status
            assert answer.content_type == "application/json"
            error = await answer.json()
        assert set(error) == {"error_code", "title", "message", "request_id"}
        assert (error["title"], error["error_code"]) == (title, code)
        assert uuid.UUID(error["request_id"])


async def test_a_credential_is_required_but_at_the_door(emulator: Emulator) -> None:
    """`GET /` needs nothing; all else a version first, then a credential."""
    async with aiohttp.ClientSession(emulator.base_url) as session:
        for path, headers, status in (
            ("/", {}, 200),
            ("/voices", {}, 400),
            ("/voices", at("2026-08-14"), 401),
            ("/previews/x.wav", {}, 401),
        ):
            async with session.get(path, headers=headers) as answer:
                assert answer.status == status, path


@pytest.mark.parametrize("path", ["/voices", "/datasets"])
async def test_a_slash_at_the_end_makes_no_difference(session: aiohttp.ClientSession, path: str) -> None:
    """Both forms of a path answer, without a redirect."""
    for form in (path, f"{path}/"):
        async with session.get(form, allow_redirects=False) as answer:
            assert answer.status == 200
        async with session.post(form, json=[], allow_redirects=False) as answer:
            assert answer.status == (404 if path == "/voices" else 400)
    async with session.get(f"/voices/{VOICE}/", allow_redirects=False) as answer:
        assert answer.status == 200
