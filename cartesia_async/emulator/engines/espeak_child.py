"""
A process that speaks: espeak-ng through ctypes, asked on standard input, answering on standard output.

It is run as a script with the standard library alone, so that it is there at once. It is a process of its own because
espeak-ng has memory errors that some texts bring out (https://github.com/espeak-ng/espeak-ng/pull/2495 is one): then
this process dies, and no other.

Where processes can be forked, each text is said by a fork of this one, made for it. For espeak-ng goes on from where it
was with the last text: in the flutter of the pitch, in the phase of the wave, in the noise of the breath. In its fork
each text is the first, and is said alike, to the sample, whatever was said before.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, NoReturn, TypedDict

# speak_lib.h of espeak-ng.
_SYNCHRONOUS, _PHONEME_EVENTS, _PHONEMES_IN_IPA, _DO_NOT_EXIT = 2, 1, 2, 0x8000
_BY_CHARACTER, _UTF8, _END_PAUSE = 1, 1, 0x1000
_RATE, _PITCH, _RANGE = 1, 3, 4
_LAST, _WORD, _PHONEME = 0, 1, 7
_GO_ON = 0
_SEED = 1
# A clause takes a fraction of one.
_MOST_SECONDS = 20


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

    A mark is `["word", sample, position in characters from 0, ""]` or `["phoneme", sample, 0, what it is]`. The size is
    -1 where espeak-ng died of the text.
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

    def prepare(self) -> None:
        """Let chance be the same in each process, and do once what each fork would do again."""
        if hasattr(self._library, "espeak_ng_SetRandSeed"):  # since 1.52
            self._library.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
        self._library.espeak_ListVoices(None)  # looks through the files of all voices

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


def _said(espeak: _Espeak, order: Order) -> bytes:
    answer, samples = espeak.say(order)
    return json.dumps(answer).encode() + b"\n" + samples


def _said_by_a_fork(espeak: _Espeak, order: Order, answers: BinaryIO) -> bytes:
    source, sink = os.pipe()
    fork = os.fork()
    if fork == 0:
        os.close(answers.fileno())  # should it hang, and this process be killed, then no one waits for more
        _say_and_end(espeak, order, sink)
    os.close(sink)
    with os.fdopen(source, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(fork, 0)
    died: Answer = {"size": -1, "marks": []}
    return said if status == 0 else json.dumps(died).encode() + b"\n"


def _say_and_end(espeak: _Espeak, order: Order, sink: int) -> NoReturn:
    status = 1
    try:
        _limit("RLIMIT_CPU", _MOST_SECONDS)
        with os.fdopen(sink, "wb") as pipe:
            pipe.write(_said(espeak, order))
        status = 0
    finally:
        os._exit(status)


def _serve(espeak: _Espeak, asked: BinaryIO, answers: BinaryIO) -> None:
    ready: Ready = {"sample_rate": espeak.sample_rate}
    answers.write(json.dumps(ready).encode() + b"\n")
    answers.flush()
    if espeak.sample_rate <= 0:
        return
    espeak.prepare()
    for line in asked:
        order: Order = json.loads(line)
        forks = hasattr(os, "fork")
        answers.write(_said_by_a_fork(espeak, order, answers) if forks else _said(espeak, order))
        answers.flush()


def _limit(resource: str, most: int) -> None:
    try:
        import resource as limits
    except ImportError:  # not on Windows
        return
    limits.setrlimit(getattr(limits, resource), (most, most))


if __name__ == "__main__":
    _limit("RLIMIT_CORE", 0)  # a crash leaves no file behind
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends when its input does
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what the library prints does not get between the answers
        _serve(_Espeak(sys.argv[1], sys.argv[2]), sys.stdin.buffer, answers)
