"""What is asked of the two speech calls: the text, the voice, the format, and how it is to be said."""

from __future__ import annotations

import math

import attrs

from .asked_version import FIRST_WITH_PLAIN_VOICE_IDS, has
from .audio.encoding import AudioFormat
from .engines.protocol import Utterance
from .exchange import Exchange
from .fields import FLAG, Fields, items, number, one_of, text, whole
from .problems import invalid
from .voice.timbre import Timbre, timbre_of

LANGUAGES = tuple(
    "en fr de es pt zh ja hi it ko nl pl ru sv tr tl bg ro ar cs el fi hr ms sk da ta uk hu no vi bn th he ka id te gu"
    " kn ml mr pa or ur".split()
)
SAMPLE_RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
BIT_RATES = (32_000, 64_000, 96_000, 128_000, 192_000)
ENCODINGS = ("pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw")
CONTAINERS = ("raw", "wav", "mp3")

ID = text(limit=200)
EMBEDDING = items(number(low=-1e6, high=1e6), most=4_096)
LOCALE = text(limit=35)
TRANSCRIPT = text(blank=True)
_NAMED_SPEEDS = {"slow": 0.8, "normal": 1.0, "fast": 1.25}
_CONTROL_SPEEDS = {"slowest": -1.0, "slow": -0.5, "normal": 0.0, "fast": 0.5, "fastest": 1.0}
_SLOWEST, _FASTEST = 0.5, 2.0


@attrs.frozen(kw_only=True)
class SpeechOrder:
    """
    One order of speech.

    Attributes:
        utterance: What is said, and how.
        format: What the audio is delivered in.
        save: Whether the answer names the file under which it would be kept.
        words: Whether word times are asked for.
        phonemes: Whether phoneme times are asked for.
        context_id: What the events are to carry, `None` where nothing was sent.
    """

    utterance: Utterance
    format: AudioFormat
    save: bool
    words: bool
    phonemes: bool
    context_id: str | None


def speech_order(
    body: Fields, exchange: Exchange, *, containers: tuple[str, ...] = CONTAINERS, initial: bool = True
) -> SpeechOrder:
    """
    Read the body of a speech call, or a message that asks for speech.

    Args:
        body: The JSON body.
        exchange: The request, for its version and voices.
        containers: The containers allowed.
        initial: Whether its transcript is the first of a context, which must hold something that can be said.

    Raises:
        Problem: 400 or 404, naming the field.
    """
    body.required("model_id", text(limit=200))
    transcript = body.required("transcript", TRANSCRIPT)
    if initial and not any(character.isalnum() for character in transcript):
        raise invalid("Your initial transcript is empty or contains only punctuation.", title="Invalid transcript")
    timbre, control, native = _voice(body, exchange)
    config = body.within("generation_config") or Fields({})
    config.optional("emotion", text(limit=100))
    for name in ("pronunciation_dict_id", "normalization", "accent"):
        body.optional(name, text(limit=200))
    body.optional("pronunciation_dict_ids", items(ID, most=100))
    body.optional("use_normalized_timestamps", FLAG)
    pace = _NAMED_SPEEDS[body.optional("speed", one_of(*_NAMED_SPEEDS), "normal")]
    speed = pace * config.optional("speed", number(low=0.6, high=1.5), 1.0) * control
    return SpeechOrder(
        utterance=Utterance(
            transcript=transcript,
            timbre=timbre,
            language=_language(body) or native,
            speed=min(max(speed, _SLOWEST), _FASTEST),
            volume=config.optional("volume", number(low=0.5, high=2.0), 1.0),
            max_seconds=body.optional("duration", number(above=0, high=86_400)),
        ),
        format=audio_format(body, containers=containers),
        save=body.optional("save", FLAG, False),  # noqa: FBT003 (the default)
        words=body.optional("add_timestamps", FLAG, False),  # noqa: FBT003
        phonemes=body.optional("add_phoneme_timestamps", FLAG, False),  # noqa: FBT003
        context_id=body.optional("context_id", text(limit=500, blank=True)),
    )


def audio_format(body: Fields, *, containers: tuple[str, ...] = CONTAINERS) -> AudioFormat:
    """Read `output_format`; `Problem` (400) when it is missing or not one that the service makes."""
    format = body.within("output_format")
    if format is None:
        raise invalid("`output_format` is required.", title="Invalid output format")
    container = format.required("container", one_of(*containers))
    sample_rate = format.required("sample_rate", whole(among=SAMPLE_RATES))
    if container == "mp3":
        bit_rate = format.required("bit_rate", whole(among=BIT_RATES))
        format.optional("encoding", text(limit=40, blank=True))
        return AudioFormat(container=container, sample_rate=sample_rate, encoding=None, bit_rate=bit_rate)
    if container == "wav" and format.optional("bit_rate", whole()) is not None:
        raise format.refuse("bit_rate", "is not for the container wav", title="Invalid output format")
    format.optional("bit_rate", whole())
    encoding = format.required("encoding", one_of(*ENCODINGS))
    return AudioFormat(container=container, sample_rate=sample_rate, encoding=encoding, bit_rate=None)


def language_in(body: Fields, name: str = "language") -> str | None:
    """Read a language that the service speaks; `None` where it was left out, `Problem` (400) where it is another."""
    language = body.optional(name, LOCALE)
    if language is not None and language not in LANGUAGES:
        raise body.refuse(
            name, "is not a language that is supported", title="Invalid language", code="language_not_supported"
        )
    return language


def language_of(locale: str) -> str:
    """Give the language of a locale such as `en-GB` or `en_GB`."""
    return locale.replace("_", "-").split("-")[0].lower()


def _language(body: Fields) -> str | None:
    language = language_in(body)
    locale = body.optional("locale", LOCALE)
    if locale is None:
        return language
    if language is not None:
        raise body.refuse("locale", "excludes `language`")
    if language_of(locale) not in LANGUAGES:
        raise body.refuse(
            "locale", "is not of a language that is supported", title="Invalid locale", code="language_not_supported"
        )
    return language_of(locale)


def _voice(body: Fields, exchange: Exchange) -> tuple[Timbre, float, str | None]:
    """Read `voice`: how it sounds, the factor of its speed, and the language it is a voice of."""
    version = exchange.version
    if isinstance(body.values.get("voice"), str) and version >= FIRST_WITH_PLAIN_VOICE_IDS:
        found = exchange.voice(body.required("voice", ID))
        return found.timbre, 1.0, found.language
    voice = body.within("voice")
    if voice is None:
        raise invalid("`voice` is required.")
    by_embedding = has("tts voice by embedding", version)
    mode = voice.optional("mode", one_of("id", "embedding") if by_embedding else one_of("id"))
    control = _control(voice) if by_embedding else 1.0
    if by_embedding and (mode == "embedding" or (mode is None and "id" not in voice.values)):
        return timbre_of(voice.required("embedding", EMBEDDING)), control, None
    found = exchange.voice(voice.required("id", ID))
    return found.timbre, control, found.language


def _control(voice: Fields) -> float:
    controls = voice.within("__experimental_controls")
    if controls is None:
        return 1.0
    controls.optional("emotion", items(text(limit=60), most=20))
    if isinstance(controls.values.get("speed"), str):
        step = _CONTROL_SPEEDS[controls.required("speed", one_of(*_CONTROL_SPEEDS))]
    else:
        step = controls.optional("speed", number(low=-1, high=1), 0.0)
    return math.pow(1.5, step)
