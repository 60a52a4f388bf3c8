"""Lists, page by page: what is asked for, when, and with which cursor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from cartesia_async import APIResponseError, InternalServerError, Voice
from tests.servers import Peer, RawServer, answer, json_answer, raw_server
from tests.streams.sides import Side

Query = dict[str, str]


def voice(number: int, **fields: object) -> dict[str, object]:
    """Write a voice."""
    return {
        "id": f"v{number}",
        "is_owner": False,
        "is_public": True,
        "name": f"Voice {number}",
        "description": "",
        "created_at": "2026-01-01T00:00:00Z",
        "language": "en",
        **fields,
    }


def page(numbers: Sequence[int], *, has_more: bool, **fields: object) -> bytes:
    """Write a page of voices."""
    return json_answer({"data": [voice(number) for number in numbers], "has_more": has_more, **fields})


def asked(server: RawServer) -> list[Query]:
    """Tell the queries of all requests."""
    return [dict(parse_qsl(urlsplit(request.target).query)) for request in server.requests]


def by_cursor(pages: dict[str | None, bytes]) -> Callable[[Peer], Awaitable[None]]:
    """Make a script that answers by the cursor asked with."""

    async def script(peer: Peer) -> None:
        while True:
            query = dict(parse_qsl(urlsplit((await peer.request()).target).query))
            await peer.send(pages[query.get("starting_after", query.get("ending_before"))])

    return script


THREE = {
    None: page([1, 2], has_more=True),
    "v2": page([3, 4], has_more=True),
    "v4": page([5], has_more=False),
}


async def test_all_items_over_all_pages(side: Side) -> None:
    """Iterating walks over every page, each asked for with the last id before it, the other arguments kept."""
    async with raw_server(by_cursor(THREE)) as server:
        side.connect(server.url)
        items, error = await side.items(lambda client: client.voices.list(limit=2, gender="feminine"))
        assert error is None
        assert [item.id for item in items] == ["v1", "v2", "v3", "v4", "v5"]
        assert all(isinstance(item, Voice) for item in items)
        kept = {"limit": "2", "gender": "feminine"}
        assert asked(server) == [
            kept,
            {**kept, "starting_after": "v2"},
            {**kept, "starting_after": "v4"},
        ]
        assert server.connections == 1


async def test_a_page_is_asked_for_when_it_is_needed(side: Side) -> None:
    """The second page is asked for by the first item on it, not before."""
    async with raw_server(by_cursor(THREE)) as server:
        pages = side.connect(server.url).voices.list()
        walk = iter(pages) if side.blocking else aiter(pages)
        step = next if side.blocking else anext
        seen = []
        for _ in range(5):
            await side.do(lambda _: step(walk))
            seen.append(len(server.requests))
        assert seen == [1, 1, 2, 2, 3]


async def test_leaving_early_asks_for_no_more(side: Side) -> None:
    """Left by `break`, a list asks for nothing more, and its connection serves again."""
    async with raw_server(by_cursor(THREE)) as server:
        client = side.connect(server.url)
        pages = client.voices.list()

        if side.blocking:

            def leave(_: Any) -> None:
                for _item in pages:
                    break

            await side.do(leave)
        else:
            async for _item in pages:
                break
        assert len(server.requests) == 1
        await side.do(lambda client: client.voices.list().first_page())
        assert (len(server.requests), server.connections) == (2, 1)


async def test_the_first_page_is_a_sequence(side: Side) -> None:
    """The first page has a length, indexes, slices and iteration, and leads to the next, to the last."""
    async with raw_server(by_cursor(THREE)) as server:
        side.connect(server.url)
        first = await side.do(lambda client: client.voices.list(limit=2).first_page())
        assert len(server.requests) == 1
        assert (len(first), first[0].id, first[-1].id, [item.id for item in first]) == (2, "v1", "v2", ["v1", "v2"])
        assert [item.id for item in first[1:]] == ["v2"]
        assert first[0] in first
        assert first.has_more
        second = await side.do(lambda _: first.next_page())
        third = await side.do(lambda _: second.next_page())
        assert [item.id for item in (*second, *third)] == ["v3", "v4", "v5"]
        assert not third.has_more
        with pytest.raises(IndexError, match="this is the last page"):
            await side.do(lambda _: third.next_page())
        assert [query.get("starting_after") for query in asked(server)] == [None, "v2", "v4"]
        assert {query["limit"] for query in asked(server)} == {"2"}
        assert [item.id for item in await side.do(lambda _: first.next_page())] == ["v3", "v4"]


async def test_awaiting_gives_the_first_page() -> None:
    """`await client.voices.list()` is the first page."""
    async with raw_server(by_cursor(THREE)) as server, Side(blocking=False).connect(server.url) as client:
        first = await client.voices.list()
        assert (len(first), first.has_more, repr(first)) == (2, True, "<Page of 2, more follow>")


async def test_the_bare_array_is_a_single_page(side: Side) -> None:
    """Version 2024-06-10 answers with an array, which is all there is."""
    async with raw_server(by_cursor({None: json_answer([voice(1), voice(2)])})) as server:
        side.connect(server.url, api_version="2024-06-10")
        first = await side.do(lambda client: client.voices.list().first_page())
        assert ([item.id for item in first], first.has_more) == (["v1", "v2"], False)
        items, error = await side.items(lambda client: client.voices.list())
        assert ([item.id for item in items], error) == (["v1", "v2"], None)
        assert asked(server) == [{}, {}]


async def test_ending_before_walks_backwards(side: Side) -> None:
    """With `ending_before`, each page is asked for with the first id of the one before it."""
    pages = {
        "v9": page([7, 8], has_more=True, next_page="v8"),
        "v7": page([5, 6], has_more=True),
        "v5": page([], has_more=False),
    }
    async with raw_server(by_cursor(pages)) as server:
        side.connect(server.url)
        items, error = await side.items(lambda client: client.voices.list(ending_before="v9"))
        assert error is None
        assert [item.id for item in items] == ["v7", "v8", "v5", "v6"]
        assert [query["ending_before"] for query in asked(server)] == ["v9", "v7", "v5"]


async def test_the_services_own_cursor_is_followed(side: Side) -> None:
    """`next_page` goes before the last id, over a page whose items were all filtered away, too."""
    pages = {
        "v0": page([1], has_more=True, next_page="c1"),
        "c1": page([], has_more=True, next_page="c2"),
        "c2": page([2], has_more=False, next_page=None),
    }
    async with raw_server(by_cursor(pages)) as server:
        side.connect(server.url)
        items, error = await side.items(lambda client: client.voices.list(starting_after="v0"))
        assert ([item.id for item in items], error) == (["v1", "v2"], None)
        assert [query["starting_after"] for query in asked(server)] == ["v0", "c1", "c2"]


@pytest.mark.parametrize("last", [page([], has_more=True), page([], has_more=False), json_answer({"data": None})])
async def test_an_empty_page_without_a_cursor_is_the_last(side: Side, last: bytes) -> None:
    """A page that leads nowhere says that no more follows, and ends the walk."""
    async with raw_server(by_cursor({None: page([1], has_more=True), "v1": last})) as server:
        side.connect(server.url)
        items, error = await side.items(lambda client: client.voices.list())
        assert (len(items), error, len(server.requests)) == (1, None, 2)
        first = await side.do(lambda client: client.voices.list().first_page())
        assert not (await side.do(lambda _: first.next_page())).has_more


CIRCLES = {
    "itself": {None: page([1], has_more=True), "v1": page([1], has_more=True)},
    "the one before": {
        None: page([1], has_more=True),
        "v1": page([2], has_more=True),
        "v2": page([1], has_more=True),
    },
    "its own cursor": {None: page([], has_more=True, next_page="c"), "c": page([], has_more=True, next_page="c")},
}


@pytest.mark.parametrize("circle", CIRCLES)
async def test_a_cursor_that_leads_back_is_an_error(side: Side, circle: str) -> None:
    """A service whose pages lead in a circle is not asked for ever: what it gave is delivered, and then it is told."""
    async with raw_server(by_cursor(CIRCLES[circle])) as server:
        side.connect(server.url)
        items, error = await side.items(lambda client: client.voices.list())
        assert isinstance(error, APIResponseError)
        assert "to one that was read already" in str(error)
        assert len(server.requests) == len(CIRCLES[circle])
        assert len(items) == sum(b'"id"' in answered for answered in CIRCLES[circle].values())


async def test_a_page_that_names_itself_is_an_error(side: Side) -> None:
    """Going on by hand, a page that follows itself is told too."""
    async with raw_server(by_cursor(CIRCLES["itself"])) as server:
        side.connect(server.url)
        leaf = await side.do(lambda client: client.voices.list().first_page())
        leaf = await side.do(lambda _: leaf.next_page())
        with pytest.raises(APIResponseError, match="read already"):
            await side.do(lambda _: leaf.next_page())
        assert len(server.requests) == 2


async def test_an_error_on_the_way_comes_after_what_was_before(side: Side) -> None:
    """The items of the pages that came are delivered before the error of the one that did not."""
    refusal = answer(500, b'{"title": "Oh", "message": "no", "error_code": "internal"}')
    async with raw_server(by_cursor({None: THREE[None], "v2": refusal})) as server:
        side.connect(server.url, max_retries=0)
        items, error = await side.items(lambda client: client.voices.list())
        assert [item.id for item in items] == ["v1", "v2"]
        assert isinstance(error, InternalServerError)


async def test_a_walk_goes_on_after_an_error(side: Side) -> None:
    """A walk that met an error asks for the same page again at its next step."""
    answers = [THREE[None], answer(500), THREE["v2"], THREE["v4"]]

    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.send(answers.pop(0))

    async with raw_server(script) as server:
        pages = side.connect(server.url, max_retries=0).voices.list()
        walk = iter(pages) if side.blocking else aiter(pages)
        items, error = await side.items(lambda _: walk)
        assert [item.id for item in items] == ["v1", "v2"]
        assert isinstance(error, InternalServerError)
        items, error = await side.items(lambda _: walk)
        assert ([item.id for item in items], error) == (["v3", "v4", "v5"], None)
        assert [query.get("starting_after") for query in asked(server)] == [None, "v2", "v2", "v4"]
