"""Whether the API is there."""

from __future__ import annotations

from aiohttp import web

from ..asked_version import NEWEST
from ..exchange import Exchange
from .table import Route


async def get(exchange: Exchange) -> web.StreamResponse:
    """`GET /`."""
    return exchange.answer({"ok": True, "version": NEWEST})


ROUTES = (Route("GET", "/", get, open=True),)
