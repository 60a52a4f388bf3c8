"""Speech between two stretches of audio: `POST /infill/bytes`, which are counted, and not heard."""

from __future__ import annotations

from aiohttp import web

from ..delivery import send_audio
from ..engines.protocol import Utterance
from ..exchange import Exchange
from ..fields import text
from ..problems import invalid
from ..sounding import spoken
from ..speech import ID, audio_format, language_in
from ..wav_sizes import with_sizes
from .table import Route

_AROUND = ("left_audio", "right_audio")


async def bytes_(exchange: Exchange) -> web.StreamResponse:
    """`POST /infill/bytes`: the audio of the text alone."""
    form = await exchange.counted_form(_AROUND[0])
    if not any(file.field in _AROUND for file in form.files):
        raise invalid(
            f"One of {' and '.join(f'`{name}`' for name in _AROUND)} is required, as a file in a multipart form."
        )
    fields = form.fields
    fields.required("model_id", text(limit=200))
    voice = exchange.voice(fields.required("voice_id", ID))
    utterance = Utterance(
        transcript=fields.required("transcript", text()),
        timbre=voice.timbre,
        language=language_in(fields) or voice.language,
    )
    format = audio_format(fields)
    speech = with_sizes(spoken(exchange.shop.engine, utterance, format), format, exchange.shop.wav_sizes)
    return await send_audio(exchange, speech, format.content_type)


ROUTES = (Route("POST", "/infill/bytes", bytes_),)
