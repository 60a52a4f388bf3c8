"""Real speech, and real times: espeak-ng says each clause, and tells where its words and phonemes begin."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator, Sequence

from ..voice.timbre import VARIANTS
from .espeak_library import PHONEME, WORD, Mark, espeak_library
from .protocol import Piece, Timed, Utterance

# Where the service's code and espeak-ng's differ; all others are the same.
_VOICES = {"en": "en-us", "fr": "fr-fr", "zh": "cmn", "no": "nb", "tl": "id", "th": "vi", "pt": "pt-br"}
_REGIONS = {
    "en-gb": "en-gb", "en-uk": "en-gb", "en-sc": "en-gb-scotland", "en-cb": "en-029", "es-mx": "es-419",
    "es-pe": "es-419", "pt-pt": "pt", "pt-eu": "pt", "fr-be": "fr-be", "fr-ch": "fr-ch",
}  # fmt: skip
_LONGEST_CLAUSE = 240
# A clause ends at the end of a sentence, or, where that is far, at a comma, a space, or anywhere.
_SENTENCE = re.compile(r".+?(?:[.!?…:;]+(?=\s)|[。！？｡]+|\n|$)", re.DOTALL)
# A word is what stands between spaces; where words are written without any, a character.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_SPAN = 3.0  # times: what espeak-ng's highest pitch setting is above its lowest, measured


class EspeakEngine:
    """Speaks with espeak-ng."""

    name = "espeak"
    sample_rate = 22050

    def speak(self, utterance: Utterance) -> Iterator[Piece]:
        """Say the transcript, a clause a piece."""
        library, timbre = espeak_library(), utterance.timbre
        voice = f"{_voice(utterance)}+{timbre.variant}"
        rate = min(450, max(80, round(timbre.rate * utterance.speed)))
        pitch = 50 + 99 * math.log(timbre.pitch / VARIANTS[timbre.variant].pitch) / math.log(_SPAN)
        at = 0
        left = None if utterance.max_seconds is None else round(utterance.max_seconds * library.sample_rate)
        for clause in clauses(utterance.transcript):
            spoken, marks = library.speak(
                clause,
                voice=voice,
                rate=rate,
                pitch=min(99, max(0, round(pitch))),
                pitch_range=min(99, max(0, round(timbre.pitch_range * 50))),
            )
            samples = spoken if left is None else spoken[:left]
            words, phonemes = _times(clause, marks, at, len(samples), library.sample_rate)
            if samples:
                yield Piece(samples=_floats(samples, utterance.volume), words=words, phonemes=phonemes)
            at += len(samples)
            if left is not None:
                left -= len(samples)
                if left <= 0:
                    return


def _voice(utterance: Utterance) -> str:
    code, _, region = (utterance.language or utterance.timbre.language).replace("_", "-").partition("-")
    code = code.lower()
    region = region or (utterance.timbre.accent if code == utterance.timbre.language else "")
    return _REGIONS.get(f"{code}-{region.lower()}") or _VOICES.get(code, code)


def clauses(transcript: str) -> Iterator[str]:
    """Cut a text into pieces that are spoken one by one, each short enough to be ready soon."""
    # NUL ends a text for a C library, and control characters are not spoken.
    transcript = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", transcript.encode(errors="replace").decode())
    for sentence in _SENTENCE.findall(transcript):
        while len(sentence) > _LONGEST_CLAUSE:
            head = sentence[:_LONGEST_CLAUSE]
            cut = max(head.rfind(", "), head.rfind("，")) + 1 or head.rfind(" ") + 1 or _LONGEST_CLAUSE
            yield sentence[:cut]
            sentence = sentence[cut:]
        if sentence.strip():
            yield sentence


def _times(
    clause: str, marks: Sequence[Mark], at: int, length: int, rate: int
) -> tuple[tuple[Timed, ...], tuple[Timed, ...]]:
    begins = [mark.sample for mark in marks] + [length]
    # What is marked ends where the next mark is; a pause is a phoneme without a name.
    ends = [next((begin for begin in begins[n + 1 :] if begin > mark.sample), length) for n, mark in enumerate(marks)]

    def timed(text: str, start: int, end: int) -> Timed:
        return Timed(text=text, start=(at + start) / rate, end=(at + min(end, length)) / rate)

    phonemes = tuple(
        timed(mark.text, mark.sample, end)
        for mark, end in zip(marks, ends, strict=True)
        if mark.kind == PHONEME and mark.text.strip("_ ") and mark.sample < length
    )
    words: list[Timed] = []
    for word in _WORD.finditer(clause):
        inside = [n for n, mark in enumerate(marks) if mark.kind == WORD and word.start() <= mark.position < word.end()]
        if not inside or marks[inside[0]].sample >= length:
            continue
        after = next((n for n in range(inside[-1] + 1, len(marks)) if marks[n].kind == WORD), len(marks))
        sounding = [n for n in range(inside[0], after) if marks[n].kind == PHONEME and marks[n].text.strip("_ ")]
        end = ends[sounding[-1]] if sounding else ends[inside[-1]]
        start = max(marks[inside[0]].sample, round((words[-1].end * rate) - at) if words else 0)
        words.append(timed(word[0], start, max(start, end)))
    return tuple(words), phonemes


def _floats(samples: array[int], volume: float) -> array[float]:
    import numpy as np

    scaled = np.frombuffer(samples.tobytes(), dtype=np.int16).astype(np.float32) * np.float32(volume / 32768)
    return array("f", np.clip(scaled, -1.0, 1.0).tobytes())
