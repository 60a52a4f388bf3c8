"""Datasets and their files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from .extra import NOTHING_MORE


@attrs.frozen(kw_only=True)
class Dataset:
    """
    A collection of recordings to train a voice on.

    Attributes:
        id: The dataset's id.
        name: Its name.
        description: What is in it (from 2025-04-16).
        created_at: When it was made, ISO 8601.
        extra: Fields that this library does not know.
    """

    id: str
    name: str | None = None
    description: str | None = None
    created_at: str | None = None
    extra: Mapping[str, Any] = NOTHING_MORE


@attrs.frozen(kw_only=True)
class DatasetFile:
    """
    A file of a dataset.

    Attributes:
        id: The file's id.
        filename: Its name.
        size: Its length in bytes (from 2025-04-16).
        created_at: When it was uploaded, ISO 8601.
        extra: Fields that this library does not know.
    """

    id: str
    filename: str | None = None
    size: int | None = None
    created_at: str | None = None
    extra: Mapping[str, Any] = NOTHING_MORE
