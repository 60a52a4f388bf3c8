"""
The types of the FastAPI part, as a user meets them.

Never executed: mypy and pyright read it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, assert_type

from fastapi import FastAPI, UploadFile, WebSocket
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from cartesia_async import AsyncCartesia, CartesiaError, RawFormat
from cartesia_async.fastapi import (
    AudioResponse,
    CartesiaDep,
    EventResponse,
    add_exception_handlers,
    bridge_speech,
    cartesia_lifespan,
    error_response,
    get_cartesia,
    status_for,
)

RAW = RawFormat(encoding="pcm_s16le", sample_rate=24000)


@asynccontextmanager
async def with_state(_: FastAPI) -> AsyncGenerator[dict[str, Any]]:
    """A lifespan that yields a state."""
    yield {"mine": 1}


@asynccontextmanager
async def without(_: Starlette) -> AsyncGenerator[None]:
    """A lifespan that yields nothing."""
    yield


app = FastAPI(lifespan=cartesia_lifespan(with_state, client=lambda: AsyncCartesia(timeout=1)))
FastAPI(lifespan=cartesia_lifespan(without))
FastAPI(lifespan=cartesia_lifespan())
Starlette(lifespan=cartesia_lifespan(without))
add_exception_handlers(app)
add_exception_handlers(Starlette())


@app.post("/changed")
async def change(clip: UploadFile, client: CartesiaDep) -> AudioResponse:
    """An upload is a clip."""
    assert_type(client, AsyncCartesia)
    return AudioResponse(
        client.voice_changer.bytes(clip, voice_id="v", output_format_container="mp3", output_format_sample_rate=1)
    )


async def endpoint(request: Request, websocket: WebSocket, error: CartesiaError) -> None:
    """Every name."""
    client = get_cartesia(request)
    assert_type(client, AsyncCartesia)
    AudioResponse(client.tts.stream("t", model_id="m", voice="v", output_format=RAW), headers={"a": "b"})
    EventResponse(client.tts.sse(model_id="m", transcript="t", voice="v", output_format=RAW), keep_alive=None)
    EventResponse(client.tts.stream("t", model_id="m", voice="v", output_format=RAW).events())
    EventResponse(client.tts.bytes(model_id="m", transcript="t", voice="v", output_format=RAW))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(await bridge_speech(websocket, client, model_id="m", voice="v", output_format=RAW), None)
    assert_type(error_response(error), Response)
    assert_type(status_for(error), int)
