"""An async-first client for the Cartesia voice API, with a blocking twin and a local emulator."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._about import version as __version__
    from .audio.audio import Audio
    from .client import AsyncCartesia, Cartesia
    from .errors import (
        APIConnectionError,
        APIResponseError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        CartesiaError,
        ConflictError,
        CredentialsError,
        InternalServerError,
        NotFoundError,
        PaymentRequiredError,
        PermissionDeniedError,
        RateLimitError,
        StreamError,
        StreamEventError,
        StreamInterruptedError,
        UnprocessableEntityError,
        UnsupportedVersionError,
    )
    from .hooks import AttemptStarted, CallEnded, CallEvent, FirstByte, RetryScheduled
    from .models.api_status import ApiInfo
    from .models.datasets import Dataset, DatasetFile
    from .models.events import (
        AudioChunk,
        Done,
        FlushDone,
        PhonemeTimestamps,
        PhonemeTimestampsData,
        Timestamps,
        TTSEvent,
        UnknownEvent,
        VoiceChangerEvent,
        WordTimestamps,
    )
    from .models.speech import (
        ContextOptions,
        EventOptions,
        ExperimentalControls,
        GenerationConfig,
        Mp3Format,
        OutputFormat,
        RawFormat,
        SpeechOptions,
        VoiceByEmbedding,
        VoiceById,
        VoiceChangerOptions,
        VoiceSpecifier,
        WavFormat,
    )
    from .models.timeouts import Timeout
    from .models.uploads import Upload, Uploadable
    from .models.voices import EmbeddingResponse, MixVoice, Voice, VoiceAccent, VoiceLocale, VoiceMetadata
    from .streams.audio import AudioStream
    from .streams.blocking import BlockingAudioStream, BlockingEventStream
    from .streams.blocking_pages import BlockingPage, BlockingPages
    from .streams.events import EventStream
    from .streams.pages import Page, Pages
    from .websocket.blocking import BlockingSpeechContext, BlockingSpeechSocket, BlockingSpeechStream
    from .websocket.context import SpeechContext
    from .websocket.socket import SpeechSocket
    from .websocket.stream import SpeechStream

# Where each name comes from. Each is loaded when it is first asked for: that keeps the import of the package cheap.
_HOMES = {
    "_about": ("__version__",),
    "audio.audio": ("Audio",),
    "client": ("AsyncCartesia", "Cartesia"),
    "errors": (
        "APIConnectionError",
        "APIResponseError",
        "APIStatusError",
        "APITimeoutError",
        "AuthenticationError",
        "BadRequestError",
        "CartesiaError",
        "ConflictError",
        "CredentialsError",
        "InternalServerError",
        "NotFoundError",
        "PaymentRequiredError",
        "PermissionDeniedError",
        "RateLimitError",
        "StreamError",
        "StreamEventError",
        "StreamInterruptedError",
        "UnprocessableEntityError",
        "UnsupportedVersionError",
    ),
    "hooks": ("AttemptStarted", "CallEnded", "CallEvent", "FirstByte", "RetryScheduled"),
    "models.api_status": ("ApiInfo",),
    "models.datasets": ("Dataset", "DatasetFile"),
    "models.events": (
        "AudioChunk",
        "Done",
        "FlushDone",
        "PhonemeTimestamps",
        "PhonemeTimestampsData",
        "TTSEvent",
        "Timestamps",
        "UnknownEvent",
        "VoiceChangerEvent",
        "WordTimestamps",
    ),
    "models.speech": (
        "ContextOptions",
        "EventOptions",
        "ExperimentalControls",
        "GenerationConfig",
        "Mp3Format",
        "OutputFormat",
        "RawFormat",
        "SpeechOptions",
        "VoiceByEmbedding",
        "VoiceById",
        "VoiceChangerOptions",
        "VoiceSpecifier",
        "WavFormat",
    ),
    "models.timeouts": ("Timeout",),
    "models.uploads": ("Upload", "Uploadable"),
    "models.voices": ("EmbeddingResponse", "MixVoice", "Voice", "VoiceAccent", "VoiceLocale", "VoiceMetadata"),
    "streams.audio": ("AudioStream",),
    "streams.blocking": ("BlockingAudioStream", "BlockingEventStream"),
    "streams.blocking_pages": ("BlockingPage", "BlockingPages"),
    "streams.events": ("EventStream",),
    "streams.pages": ("Page", "Pages"),
    "websocket.blocking": ("BlockingSpeechContext", "BlockingSpeechSocket", "BlockingSpeechStream"),
    "websocket.context": ("SpeechContext",),
    "websocket.socket": ("SpeechSocket",),
    "websocket.stream": ("SpeechStream",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "APIConnectionError",
    "APIResponseError",
    "APIStatusError",
    "APITimeoutError",
    "ApiInfo",
    "AsyncCartesia",
    "AttemptStarted",
    "Audio",
    "AudioChunk",
    "AudioStream",
    "AuthenticationError",
    "BadRequestError",
    "BlockingAudioStream",
    "BlockingEventStream",
    "BlockingPage",
    "BlockingPages",
    "BlockingSpeechContext",
    "BlockingSpeechSocket",
    "BlockingSpeechStream",
    "CallEnded",
    "CallEvent",
    "Cartesia",
    "CartesiaError",
    "ConflictError",
    "ContextOptions",
    "CredentialsError",
    "Dataset",
    "DatasetFile",
    "Done",
    "EmbeddingResponse",
    "EventOptions",
    "EventStream",
    "ExperimentalControls",
    "FirstByte",
    "FlushDone",
    "GenerationConfig",
    "InternalServerError",
    "MixVoice",
    "Mp3Format",
    "NotFoundError",
    "OutputFormat",
    "Page",
    "Pages",
    "PaymentRequiredError",
    "PermissionDeniedError",
    "PhonemeTimestamps",
    "PhonemeTimestampsData",
    "RateLimitError",
    "RawFormat",
    "RetryScheduled",
    "SpeechContext",
    "SpeechOptions",
    "SpeechSocket",
    "SpeechStream",
    "StreamError",
    "StreamEventError",
    "StreamInterruptedError",
    "TTSEvent",
    "Timeout",
    "Timestamps",
    "UnknownEvent",
    "UnprocessableEntityError",
    "UnsupportedVersionError",
    "Upload",
    "Uploadable",
    "Voice",
    "VoiceAccent",
    "VoiceByEmbedding",
    "VoiceById",
    "VoiceChangerEvent",
    "VoiceChangerOptions",
    "VoiceLocale",
    "VoiceMetadata",
    "VoiceSpecifier",
    "WavFormat",
    "WordTimestamps",
    "__version__",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(f".{home}", __name__), "version" if name == "__version__" else name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
