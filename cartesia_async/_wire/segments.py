"""Text that comes in pieces, and what of it can be spoken already."""

# ruff: noqa: RUF001 - full-width punctuation is meant

from __future__ import annotations

import re
import unicodedata

# A run of so many characters without a place to cut is sent as it is, so that nothing grows without a bound.
LONGEST_WORD = 1000
LONGEST_SEGMENT = 4000
# What ends a clause in scripts that are written without spaces: Chinese, Japanese, and Khmer, Thai, Burmese, Devanagari.
_ENDS = frozenset("。、，！？；：…｡､」』）】》〉។៕๚๛၊။।॥")
# A joiner, or a mark, belongs to the character before it.
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
_TAG = re.compile(r"</?[a-z][^<>]*>")


def is_speakable(text: str) -> bool:
    """Whether *text* holds anything that can be spoken: a letter, a digit or another number."""
    return any(character.isalnum() for character in text)


def holds_words(text: str) -> bool:
    """Whether *text* holds anything that is spoken aloud: what is speakable, and not part of a tag such as ``<speed>``."""
    return is_speakable(_TAG.sub("", text))


class Segmenter:
    """
    Decides which part of a text that is not known to its end can be sent.

    Words are never cut: a segment ends after white space, or after punctuation in scripts that are written without
    spaces. What holds nothing speakable waits for what follows. The segments and `finish` join to what was given.

    Attributes:
        spoken: Whether any segment has held something speakable.
    """

    def __init__(self) -> None:
        self._kept: list[str] = []
        self._size = 0
        self._has_words = False
        self.spoken = False

    def feed(self, piece: str) -> list[str]:
        """
        Add a *piece* of the text.

        Returns:
            The segments that can be sent now, often none.
        """
        self._kept.append(piece)
        self._size += len(piece)
        self._has_words = self._has_words or is_speakable(piece)
        if not self._has_words or (self._size < LONGEST_WORD and not any(map(_may_end, piece))):
            return []
        text = "".join(self._kept)
        end = _last_end(text, len(text))
        if len(text) - end >= LONGEST_WORD:
            end = _before_last_character(text, len(text))
        if not is_speakable(text[:end]):
            self._keep(text)
            return []
        self._keep(text[end:])
        self.spoken = True
        return cut(text[:end])

    def finish(self) -> list[str]:
        """Give what is left, which may be nothing, or hold nothing speakable."""
        text = "".join(self._kept)
        self._keep("")
        self.spoken = self.spoken or is_speakable(text)
        return cut(text) if text else []

    def _keep(self, text: str) -> None:
        self._kept, self._size, self._has_words = [text], len(text), is_speakable(text)


def _may_end(character: str) -> bool:
    return character.isspace() or character in _ENDS


def _last_end(text: str, before: int, after: int = 0) -> int:
    """Find the last place to cut in ``text[after:before]``; *after* where there is none."""
    for at in range(before - 1, after - 1, -1):
        # A comma or a colon may stand inside a number.
        if _may_end(text[at]) and not (text[at] in "，：" and at > 0 and text[at - 1].isdigit()):
            return at + 1
    return after


def _before_last_character(text: str, before: int, after: int = 0) -> int:
    # What follows may belong to the last character, and so it stays.
    at = before - 1
    while at > after and (_clings(text[at]) or text[at - 1] == "\u200d"):
        at -= 1
    return at


def _clings(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character).startswith("M")


def cut(text: str) -> list[str]:
    """
    Cut a *text* that is very long, at the end of a sentence or else of a word, into segments that join to it.

    Each holds something speakable, if the text does.
    """
    segments: list[str] = []
    start = 0
    while len(text) - start > LONGEST_SEGMENT:
        limit = start + LONGEST_SEGMENT
        end = _end_of_sentence(text, limit, start) or _last_end(text, limit, start)
        if end == start:
            end = _before_last_character(text, limit, start)
        if end == start or not (is_speakable(text[start:end]) and is_speakable(text[end : end + LONGEST_SEGMENT])):
            break
        segments.append(text[start:end])
        start = end
    return [*segments, text[start:]]


def _end_of_sentence(text: str, before: int, after: int) -> int:
    for at in range(before - 1, (before + after) // 2, -1):
        if (text[at].isspace() and text[at - 1] in ".!?\n") or text[at] in "。！？":
            return at + 1
    return 0
