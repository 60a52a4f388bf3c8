"""A voice app: it speaks what is typed while its words light up, and says a clip again in another voice."""

from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Form, UploadFile
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field

from cartesia_async import RawFormat
from cartesia_async.fastapi import AudioResponse, CartesiaDep, EventResponse, add_exception_handlers, cartesia_lifespan

# What the page plays from the first sample on, as it comes.
SOUND = RawFormat(encoding="pcm_s16le", sample_rate=24000)

app = FastAPI(title="Voice app", lifespan=cartesia_lifespan())
add_exception_handlers(app)


class Speech(BaseModel):
    """What is to be said."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]
    voice: str


class Voice(BaseModel):
    """What the page shows of a voice."""

    id: str
    name: str
    description: str


@app.get("/voices")
async def voices(client: CartesiaDep) -> list[Voice]:
    page = await client.voices.list(limit=100)
    return [Voice(id=voice.id, name=voice.name or voice.id, description=voice.description or "") for voice in page]


@app.post("/speech", response_class=EventResponse)
async def speak(speech: Speech, client: CartesiaDep) -> EventResponse:
    return EventResponse(
        client.tts.sse(
            model_id="sonic-3",
            transcript=speech.text,
            voice=speech.voice,
            output_format=SOUND,
            add_timestamps=True,
        )
    )


@app.post("/changed", response_class=AudioResponse)
async def change(clip: UploadFile, voice: Annotated[str, Form()], client: CartesiaDep) -> AudioResponse:
    return AudioResponse(
        client.voice_changer.bytes(
            clip,
            voice_id=voice,
            output_format_container=SOUND.container,
            output_format_encoding=SOUND.encoding,
            output_format_sample_rate=SOUND.sample_rate,
        )
    )


# Last, since it takes every path that is left.
app.mount("/", StaticFiles(directory=Path(__file__).parent / "static", html=True))
