"""The client as FastAPI hands it to an endpoint."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Depends

from ..client import AsyncCartesia
from .lifespan import get_cartesia

CartesiaDep: TypeAlias = Annotated[AsyncCartesia, Depends(get_cartesia)]
