"""The calls of the API, one family a file, and the table by which a request finds its own."""

from __future__ import annotations

from . import datasets, infill, status, tts, voice_changer, voice_making, voices
from .others import OTHERS
from .table import Route, Table

__all__ = ["TABLE", "Route", "Table"]

TABLE = Table(
    (
        *status.ROUTES,
        *tts.ROUTES,
        *voice_changer.ROUTES,
        *infill.ROUTES,
        *voice_making.ROUTES,
        *voices.ROUTES,
        *datasets.ROUTES,
    ),
    others=OTHERS,
)
