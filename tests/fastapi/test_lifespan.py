"""One client for the life of an app, and the part that needs FastAPI only where it is used."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, WebSocket
from fastapi.testclient import TestClient

import cartesia_async.fastapi
from cartesia_async import AsyncCartesia, CredentialsError
from cartesia_async.emulator import Emulator
from cartesia_async.fastapi import CartesiaDep, cartesia_lifespan, get_cartesia


class Client(AsyncCartesia):
    """A client that notes its life."""

    def __init__(self, notes: list[str], base_url: str) -> None:
        super().__init__("key", base_url=base_url)
        self.notes = notes
        notes.append("made")

    async def close(self) -> None:
        await super().close()
        self.notes.append("closed")


def asking(app: FastAPI) -> FastAPI:
    @app.get("/client")
    async def which(client: CartesiaDep) -> dict[str, Any]:
        return {"ok": (await client.api_status.get()).ok, "client": id(client)}

    return app


def test_one_client_serves_all_requests(cartesia_emulator: Emulator) -> None:
    """The client is made when the app starts and not before, is the same for every request, and is closed in the end."""
    notes: list[str] = []
    app = asking(FastAPI(lifespan=cartesia_lifespan(client=lambda: Client(notes, cartesia_emulator.base_url))))
    assert notes == []
    for _ in range(2):
        notes.clear()
        with TestClient(app) as browser:
            answers = [browser.get("/client").json() for _ in range(2)]
            assert answers[0] == answers[1]
            assert answers[0]["ok"] is True
            assert answers[0]["client"] == id(app.state.cartesia)
            assert notes == ["made"]
        assert notes == ["made", "closed"]
    assert not hasattr(app.state, "cartesia")


def test_the_environment_is_read_when_the_app_starts(
    cartesia_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without another word the client is that of the environment; without a key there the app does not start."""
    app = asking(FastAPI(lifespan=cartesia_lifespan()))
    with pytest.raises(CredentialsError), TestClient(app):
        pass
    monkeypatch.setenv("CARTESIA_API_KEY", "key")
    monkeypatch.setenv("CARTESIA_BASE_URL", cartesia_emulator.base_url)
    with TestClient(app) as browser:
        assert browser.get("/client").json()["ok"] is True


def test_it_composes_with_a_lifespan(cartesia_emulator: Emulator) -> None:
    """A lifespan of the app's own begins with the client there and ends before it is closed; its state stays."""
    notes: list[str] = []

    @asynccontextmanager
    async def own(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        await app.state.cartesia.warm_up()
        notes.append("begun")
        yield {"mine": 1}
        await app.state.cartesia.warm_up()
        notes.append("ended")

    app = FastAPI(lifespan=cartesia_lifespan(own, client=lambda: Client(notes, cartesia_emulator.base_url)))

    @app.websocket("/socket")
    async def socket(websocket: WebSocket, client: CartesiaDep) -> None:
        await websocket.accept()
        await websocket.send_json({"mine": websocket.state.mine, "ok": (await client.api_status.get()).ok})

    with TestClient(app) as browser, browser.websocket_connect("/socket") as websocket:
        assert websocket.receive_json() == {"mine": 1, "ok": True}
    assert notes == ["made", "begun", "ended", "closed"]


@pytest.mark.parametrize("where", ["starting", "ending"])
def test_a_lifespan_that_fails_leaves_nothing_open(cartesia_emulator: Emulator, where: str) -> None:
    """When the app's own lifespan raises, the client is closed, and the error is its own."""
    notes: list[str] = []

    @asynccontextmanager
    async def own(_: FastAPI) -> AsyncIterator[None]:
        if where == "starting":
            raise LookupError(where)
        yield
        raise LookupError(where)

    app = FastAPI(lifespan=cartesia_lifespan(own, client=lambda: Client(notes, cartesia_emulator.base_url)))
    with pytest.raises(LookupError, match=where), TestClient(app):
        pass
    assert notes == ["made", "closed"]


def test_a_mounted_app_has_the_client_too(cartesia_emulator: Emulator) -> None:
    """An app that is mounted in another, and whose own lifespan no server runs, is given the other's client."""
    app = FastAPI(lifespan=cartesia_lifespan(client=lambda: Client([], cartesia_emulator.base_url)))
    app.mount("/part", asking(FastAPI()))
    with TestClient(app) as browser:
        assert browser.get("/part/client").json()["ok"] is True


async def test_a_test_can_give_its_own(cartesia_emulator: Emulator) -> None:
    """Where no lifespan runs, `dependency_overrides` gives the client; without that, the error says what is missing."""
    app = asking(FastAPI())
    async with (
        AsyncCartesia("key", base_url=cartesia_emulator.base_url) as client,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://app") as browser,
    ):
        with pytest.raises(RuntimeError, match="this app has no client: make it with lifespan=cartesia_lifespan"):
            await browser.get("/client")
        app.dependency_overrides[get_cartesia] = lambda: client
        assert (await browser.get("/client")).json()["ok"] is True


def test_the_public_names() -> None:
    """`__all__` is sorted, and every name in it exists and says what it is."""
    names = cartesia_async.fastapi.__all__
    assert names == sorted(set(names))
    for name in names:
        assert getattr(cartesia_async.fastapi, name).__doc__
    with pytest.raises(AttributeError, match="module 'cartesia_async.fastapi' has no attribute 'Nothing'"):
        cartesia_async.fastapi.Nothing  # noqa: B018


def _run(script: str) -> None:
    result = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_who_does_not_use_it_loads_nothing_of_it() -> None:
    """The package, a client and a call load neither FastAPI nor Starlette."""
    _run(
        "import sys, cartesia_async\n"
        "client = cartesia_async.AsyncCartesia('key')\n"
        "client.tts, client.voices, cartesia_async.AudioStream\n"
        "assert not {'fastapi', 'starlette', 'cartesia_async.fastapi'} & set(sys.modules)"
    )


@pytest.mark.parametrize("missing", ["starlette", "fastapi"])
def test_what_is_missing_is_named(missing: str) -> None:
    """Without the extra the error tells how to get it; Starlette alone is enough for all but FastAPI's dependency."""
    wanted = "cartesia_async.fastapi" if missing == "starlette" else "CartesiaDep"
    _run(
        f"import sys; sys.modules[{missing!r}] = None\n"
        "try:\n"
        "    import cartesia_async.fastapi as part\n"
        "    part.AudioResponse, part.get_cartesia, part.bridge_speech\n"
        "    part.CartesiaDep\n"
        "except ImportError as error:\n"
        f"    assert str(error) == \"{wanted} needs {missing}: pip install 'cartesia-async[fastapi]'\", error\n"
        "else:\n"
        "    raise SystemExit('nothing was missed')\n"
        f"assert ('cartesia_async.fastapi.lifespan' in sys.modules) is ({missing!r} == 'fastapi')"
    )
