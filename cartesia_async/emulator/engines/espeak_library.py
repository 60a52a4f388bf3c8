"""The espeak-ng library, through ctypes: one in the process, and one user of it at a time."""

from __future__ import annotations

import ctypes
import importlib
import threading
from array import array
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Protocol

import attrs

# speak_lib.h of espeak-ng.
_SYNCHRONOUS, _PHONEME_EVENTS, _PHONEMES_IN_IPA, _DO_NOT_EXIT = 2, 1, 2, 0x8000
_BY_CHARACTER, _UTF8, _END_PAUSE = 1, 1, 0x1000
_RATE, _PITCH, _RANGE = 1, 3, 4
_LAST, _WORD, _PHONEME = 0, 1, 7
_GO_ON = 0


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


if TYPE_CHECKING:
    _Samples = ctypes._Pointer[ctypes.c_short]
    _Events = ctypes._Pointer[_Event]

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class _Loader(Protocol):
    """What `espeakng_loader` offers; it has no types of its own."""

    def get_library_path(self) -> str: ...

    def get_data_path(self) -> str: ...


class Kind(Enum):
    """What a mark marks."""

    WORD = "word"
    PHONEME = "phoneme"
    SILENCE = "silence"


@attrs.frozen
class Mark:
    """
    Where in the audio something begins.

    Attributes:
        kind: What begins.
        sample: The sample at which it does.
        position: For a word: where it begins in the text, in characters from 0.
        text: For a phoneme: which it is, in IPA.
    """

    kind: Kind
    sample: int
    position: int = 0
    text: str = ""


@attrs.frozen
class Spoken:
    """Audio (16 bits, mono) and the marks in it, in the order in which they are heard."""

    samples: array[int]
    marks: list[Mark]


@attrs.frozen(kw_only=True)
class Manner:
    """
    How a text is said.

    Attributes:
        voice: Names of voices and variants, such as `en-US+f2`; the first that the library has is taken.
        rate: Words a minute, 80 to 449.
        pitch: 0 to 99, 50 for the voice's own.
        pitch_range: 0 to 99, 50 for the voice's own.
    """

    voice: tuple[str, ...]
    rate: int
    pitch: int
    pitch_range: int


class EspeakLibrary:
    """
    espeak-ng, ready to speak; made by `espeak_library`.

    Attributes:
        sample_rate: Samples a second of what it makes.
    """

    def __init__(self, loader: _Loader) -> None:
        self._library = ctypes.CDLL(str(loader.get_library_path()))
        options = _PHONEME_EVENTS | _PHONEMES_IN_IPA | _DO_NOT_EXIT
        place = str(loader.get_data_path())
        self.sample_rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, place.encode(), options))
        if self.sample_rate <= 0:
            raise OSError(f"espeak-ng cannot be initialised with the data in {place} (its path may be too long)")
        self._spoken = Spoken(array("h"), [])
        self._callback = _CALLBACK(self._take)  # kept, because the library holds only its address
        self._library.espeak_SetSynthCallback(self._callback)
        self._lock = threading.Lock()

    def say(self, text: str, manner: Manner, *, end_pause: bool) -> Spoken:
        """
        Say a short text; others wait meanwhile.

        Args:
            text: A clause or a few, without control characters and surrogates.
            manner: How.
            end_pause: Whether it is followed by the pause that its last punctuation asks for.
        """
        encoded = text.encode() + b"\0"
        with self._lock:
            self._spoken = spoken = Spoken(array("h"), [])
            any(self._library.espeak_SetVoiceByName(voice.encode()) == 0 for voice in manner.voice)
            for parameter, value in ((_RATE, manner.rate), (_PITCH, manner.pitch), (_RANGE, manner.pitch_range)):
                self._library.espeak_SetParameter(parameter, value, 0)
            flags = _UTF8 | (_END_PAUSE if end_pause else 0)
            size = ctypes.c_size_t(len(encoded))
            failed = self._library.espeak_Synth(encoded, size, 0, _BY_CHARACTER, 0, flags, None, None)
        if failed:
            raise RuntimeError(f"espeak-ng cannot speak: error {failed}")
        return spoken

    def _take(self, samples: _Samples, count: int, events: _Events) -> int:
        if samples and count > 0:
            self._spoken.samples.frombytes(ctypes.string_at(samples, 2 * count))
        self._spoken.marks.extend(_marks(events))
        return _GO_ON


def _marks(events: _Events) -> Iterator[Mark]:
    index = 0
    while events and events[index].type != _LAST:
        event = events[index]
        if event.type == _WORD:
            yield Mark(Kind.WORD, event.sample, position=event.text_position - 1)
        elif event.type == _PHONEME:
            text = event.id.string.decode(errors="ignore").strip("_: ")
            # Where the language changes, the new one comes in brackets.
            silent = not text or text.startswith("(")
            yield Mark(Kind.SILENCE if silent else Kind.PHONEME, event.sample, text=text)
        index += 1


@cache
def espeak_library() -> EspeakLibrary:
    """
    Give the one library of this process, loaded when it is first asked for.

    Raises:
        ImportError: The package `espeakng-loader` is not installed.
        OSError: The library cannot be loaded.
    """
    loader: _Loader = importlib.import_module("espeakng_loader")
    return EspeakLibrary(loader)
