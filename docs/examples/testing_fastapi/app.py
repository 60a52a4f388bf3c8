"""A voice app: it greets by name, in one of two voices."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse

from cartesia_async import AsyncCartesia, RateLimitError

VOICES = {"sarah": "694f9389-aac1-45b6-b726-9d9369183238", "blake": "a167e0f3-df7e-4d52-a9c3-f949145efdab"}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    # Its key and address come from the environment.
    async with AsyncCartesia() as client:
        app.state.cartesia = client
        yield


app = FastAPI(lifespan=lifespan)


def cartesia(request: Request) -> AsyncCartesia:
    client: AsyncCartesia = request.app.state.cartesia
    return client


@app.get("/greetings/{name}", response_class=StreamingResponse)
async def greet(
    name: str, client: Annotated[AsyncCartesia, Depends(cartesia)], voice: Literal["sarah", "blake"] = "sarah"
) -> StreamingResponse:
    try:
        # Awaited, it is opened: what goes wrong before the first byte can still be told by a status.
        audio = await client.tts.bytes(
            model_id="sonic-3",
            transcript=f"Hello, {name}!",
            voice=VOICES[voice],
            output_format={"container": "wav", "encoding": "pcm_s16le", "sample_rate": 24000},
        )
    except RateLimitError as error:
        raise HTTPException(503, "All voices are busy.", headers={"Retry-After": "1"}) from error
    # It is streamed as it is spoken, and stopped when the listener leaves.
    return StreamingResponse(audio, media_type=audio.content_type)
