"""The service's own state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from .extra import NOTHING_MORE


@attrs.frozen(kw_only=True)
class ApiInfo:
    """
    Whether the service is up.

    Attributes:
        ok: Whether it is.
        version: The API version it speaks by default.
        extra: Fields that this library does not know.
    """

    ok: bool
    version: str | None = None
    extra: Mapping[str, Any] = NOTHING_MORE
