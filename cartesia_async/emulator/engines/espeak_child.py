"""
A process that speaks: espeak-ng through ctypes, asked on standard input, answering on standard output.

It is run as a script with the standard library alone, so that it is there at once. It is a process of its own because
espeak-ng has memory errors that some texts bring out (https://github.com/espeak-ng/espeak-ng/pull/2495 is one): then
this process dies, and no other.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, TypedDict

# speak_lib.h of espeak-ng.
_SYNCHRONOUS, _PHONEME_EVENTS, _PHONEMES_IN_IPA, _DO_NOT_EXIT = 2, 1, 2, 0x8000
_BY_CHARACTER, _UTF8, _END_PAUSE = 1, 1, 0x1000
_RATE, _PITCH, _RANGE = 1, 3, 4
_LAST, _WORD, _PHONEME = 0, 1, 7
_GO_ON = 0


class Order(TypedDict):
    """What the process is asked for, one line of JSON."""

    text: str
    voices: list[str]
    rate: int
    pitch: int
    pitch_range: int
    end_pause: bool


class Ready(TypedDict):
    """What it says first: the sample rate, or 0 where the library could not be initialised."""

    sample_rate: int


class Answer(TypedDict):
    """
    What it says to an order, one line of JSON; so many bytes of samples follow, 16 bits in the order of the machine.

    A mark is `["word", sample, position in characters from 0, ""]` or `["phoneme", sample, 0, what it is]`.
    """

    size: int
    marks: list[tuple[str, int, int, str]]


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
    _Samples = ctypes._Pointer[ctypes.c_short]  # noqa: SLF001 (it has no other name)
    _Events = ctypes._Pointer[_Event]  # noqa: SLF001 (it has no other name)

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class _Espeak:
    def __init__(self, library: str, data: str) -> None:
        self._library = ctypes.CDLL(library)
        options = _PHONEME_EVENTS | _PHONEMES_IN_IPA | _DO_NOT_EXIT
        self.sample_rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, os.fsencode(data), options))
        self._samples = array("h")
        self._marks: list[tuple[str, int, int, str]] = []
        self._callback = _CALLBACK(self._take)  # kept, because the library holds only its address
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, order: Order) -> tuple[Answer, bytes]:
        self._samples, self._marks = array("h"), []
        any(self._library.espeak_SetVoiceByName(voice.encode()) == 0 for voice in order["voices"])
        knobs = ((_RATE, order["rate"]), (_PITCH, order["pitch"]), (_RANGE, order["pitch_range"]))
        for knob, place in knobs:
            self._library.espeak_SetParameter(knob, place, 0)
        text = order["text"].encode() + b"\0"
        flags = _UTF8 | (_END_PAUSE if order["end_pause"] else 0)
        self._library.espeak_Synth(text, ctypes.c_size_t(len(text)), 0, _BY_CHARACTER, 0, flags, None, None)
        samples = self._samples.tobytes()
        return {"size": len(samples), "marks": self._marks}, samples

    def _take(self, samples: _Samples, count: int, events: _Events) -> int:
        if samples and count > 0:
            self._samples.frombytes(ctypes.string_at(samples, 2 * count))
        self._marks.extend(_marks(events))
        return _GO_ON


def _marks(events: _Events) -> Iterator[tuple[str, int, int, str]]:
    index = 0
    while events and events[index].type != _LAST:
        event = events[index]
        if event.type == _WORD:
            yield "word", event.sample, event.text_position - 1, ""
        elif event.type == _PHONEME:
            yield "phoneme", event.sample, 0, event.id.string.decode(errors="ignore")
        index += 1


def _serve(espeak: _Espeak, asked: BinaryIO, said: BinaryIO) -> None:
    ready: Ready = {"sample_rate": espeak.sample_rate}
    said.write(json.dumps(ready).encode() + b"\n")
    said.flush()
    while espeak.sample_rate > 0 and (line := asked.readline()):
        answer, samples = espeak.say(json.loads(line))
        said.write(json.dumps(answer).encode() + b"\n" + samples)
        said.flush()


def _leave_no_core() -> None:
    """Keep a crash from leaving a file behind."""
    try:
        import resource
    except ImportError:  # not on Windows, where there are none
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _leave_no_core()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends when its input does
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what the library prints does not get between the answers
        _serve(_Espeak(sys.argv[1], sys.argv[2]), sys.stdin.buffer, answers)
