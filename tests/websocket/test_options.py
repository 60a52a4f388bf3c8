"""Every option of speech in every API version: one table for `tts.bytes`, `tts.sse`, `tts.stream` and contexts."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import attrs
import pytest
from aiohttp import web

from cartesia_async import (
    APIStatusError,
    ExperimentalControls,
    GenerationConfig,
    RawFormat,
    StreamEventError,
    UnsupportedVersionError,
    VoiceByEmbedding,
    VoiceById,
)
from cartesia_async._wire.versions import KNOWN_VERSIONS
from cartesia_async.models.speech import ContextOptions, EventOptions, SpeechOptions
from tests.conftest import Serve
from tests.streams.sides import Side
from tests.websocket.service import FORMAT, WAIT
from tests.websocket.talk import Talk

BASE: dict[str, Any] = {"model_id": "sonic-3", "voice": "v-1", "output_format": FORMAT}
HTTP, EVENTS, SOCKET = {"bytes", "sse"}, {"sse", "context", "stream"}, {"context", "stream"}
EVERYWHERE = HTTP | SOCKET


@attrs.frozen
class Option:
    """
    An option, as it is given and as it is sent.

    Attributes:
        name: Its name.
        given: Its value.
        sent: Its value on the wire, where that is another.
        since: The first version that has it.
        until: The last.
        ways: The calls that take it.
    """

    name: str
    given: Any
    sent: Any = None
    since: str = KNOWN_VERSIONS[0]
    until: str = KNOWN_VERSIONS[-1]
    ways: set[str] = EVERYWHERE  # noqa: RUF012 - it is not changed

    @property
    def wanted(self) -> Any:
        """What is to be sent."""
        return self.given if self.sent is None else self.sent


_EMBEDDED = {"mode": "embedding", "embedding": [0.5, 1.0]}
_CONTROLS = {"speed": "slow", "emotion": ["anger:low"]}
# https://docs.cartesia.ai/api-reference/tts/websocket, and what its changelog says.
OPTIONS = (
    Option("model_id", "sonic-2"),
    Option("output_format", RawFormat(encoding="pcm_f32le", sample_rate=44100), {**FORMAT, "encoding": "pcm_f32le", "sample_rate": 44100}),
    Option("voice", VoiceByEmbedding([0.5, 1.0]), _EMBEDDED, until="2024-11-13"),
    Option(
        "voice",
        VoiceById("v-1", experimental_controls=ExperimentalControls(**_CONTROLS)),
        {"mode": "id", "id": "v-1", "__experimental_controls": _CONTROLS},
        until="2024-11-13",
    ),
    Option("language", "de"),
    Option("duration", 2.5, until="2025-04-16"),
    Option("speed", "slow", until="2026-03-01"),
    Option("generation_config", GenerationConfig(volume=1.5), {"volume": 1.5}),
    Option("pronunciation_dict_id", "d-1", since="2025-04-16"),
    Option("locale", "en-GB", since="2026-08-14"),
    Option("normalization", "off", since="2026-08-14"),
    Option("accent", "british", since="2026-08-14"),
    Option("save", True, since="2025-04-16", until="2026-03-01", ways=HTTP),
    Option("add_timestamps", True, ways=EVENTS),
    Option("add_phoneme_timestamps", True, ways=EVENTS),
    Option("use_normalized_timestamps", True, ways=EVENTS),
    Option("context_id", "c-1", ways=EVENTS),
    Option("max_buffer_delay_ms", 20, ways=SOCKET),
)  # fmt: skip


class Recorder:
    """A service that notes what it is sent, and speaks nothing."""

    def __init__(self) -> None:
        self.sent = asyncio.Queue[tuple[str, dict[str, Any]]]()
        self.asked = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one request."""
        self.asked += 1
        version = request.headers["Cartesia-Version"]
        if request.method == "POST":
            self.sent.put_nowait((version, await request.json()))
            return web.json_response({"title": "Enough", "message": "it is noted"}, status=400)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT and "cancel" not in (document := json.loads(message.data)):
                self.sent.put_nowait((version, document))
                await socket.send_str(
                    json.dumps(
                        {
                            "type": "error",
                            "error": "Enough: it is noted",
                            "done": True,
                            "status_code": 400,
                            "context_id": document["context_id"],
                        }
                    )
                )
        return socket


async def _say(side: Side, talk: Talk, way: str, options: dict[str, Any]) -> None:
    if way == "context":
        context = talk.context(**options)
        await context.send("Hello.")
        await context.read()
    elif way == "stream":
        _, error = await side.items(lambda client: client.tts.stream("Hello.", **options))
        assert error is not None
        if not isinstance(error, StreamEventError):
            raise error
    else:
        with pytest.raises(APIStatusError, match="it is noted"):
            await side.do(lambda client: _read(getattr(client.tts, way)(transcript="Hello.", **options)))


def _read(stream: Any) -> Any:
    return stream.read() if hasattr(stream, "read") else stream.collect()


@pytest.mark.filterwarnings("ignore:tts voice by embedding was retired:DeprecationWarning")
@pytest.mark.parametrize("version", KNOWN_VERSIONS)
@pytest.mark.parametrize("blocking", [False, True], ids=["async", "blocking"])
async def test_an_option_is_sent_alike_or_refused(serve: Serve, version: str, blocking: bool) -> None:
    """What a version has is sent, the same whatever the call; what it has not is refused before anything is sent."""
    recorder, side = Recorder(), Side(blocking)
    side.connect(await serve(recorder.handle), api_version=version, max_retries=0)
    async with Talk(side) as talk:
        for option in OPTIONS:
            for way in ("bytes", "sse", "context", "stream"):
                asked = recorder.asked
                options = {**BASE, option.name: option.given}
                if way not in option.ways:
                    with pytest.raises(TypeError, match=f"no argument {option.name}"):
                        await _say(side, talk, way, options)
                elif not option.since <= version <= option.until:
                    with pytest.raises(UnsupportedVersionError, match=option.name) as caught:
                        await _say(side, talk, way, options)
                    assert caught.value.api_version == version
                else:
                    await _say(side, talk, way, options)
                    spoken, document = await asyncio.wait_for(recorder.sent.get(), WAIT)
                    assert spoken == version
                    assert document == _expected(option, way, version, document.get("context_id"))
                    continue
                assert recorder.asked == asked
                assert recorder.sent.empty()
    await side.close()


def _expected(option: Option, way: str, version: str, context_id: Any) -> dict[str, Any]:
    voice = "v-1" if version >= "2026-08-14" else {"mode": "id", "id": "v-1"}
    more = {"context_id": context_id, "continue": way == "context"} if way in SOCKET else {}
    return {**BASE, "voice": voice, "transcript": "Hello.", **more, option.name: option.wanted}


def test_the_table_is_whole() -> None:
    """The table has every argument of each call, and the calls differ in nothing but what it says."""
    for options, ways in ((SpeechOptions, {"bytes"}), (EventOptions, {"sse"}), (ContextOptions, SOCKET)):
        names = {option.name for option in OPTIONS if ways <= option.ways}
        assert set(options.__required_keys__ | options.__optional_keys__) - {"transcript"} == names
