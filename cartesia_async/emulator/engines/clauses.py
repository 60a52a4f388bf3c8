"""A transcript, cut into what is spoken in one go."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_LONGEST = 240
# What an engine in C would take for the end of the text, for a command, or for nothing that it can read.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufff9-\uffff]")
_SENTENCE_END = re.compile(
    r"[.!?…]+[\"'”’)\]»]*\s+(?=[^\sa-z])"  # noqa: RUF001 (meant); a small letter follows an abbreviation rather than a sentence
    r"|[。！？｡]+[」』”’）]*\s*|[।॥؟۔]+\s+|\n\s*\n\s*"  # noqa: RUF001
)
_SHORTENED = re.compile(r"\b[A-Z][a-z]{0,3}$|\.\w$")  # as in `Dr. Smith`, `J. S. Bach` and `e.g. Bach`
_PAUSE = re.compile(r"[,;:—–]\s+|[，、；：،؛]\s*")  # noqa: RUF001
_SPACE = re.compile(r"\s+")


def clauses(transcript: str) -> Iterator[str]:
    """
    Cut a text into sentences, and long sentences into clauses.

    Args:
        transcript: Any text.

    Returns:
        Stretches of at most 240 characters, each with something to say, in which control characters and the like have
        become spaces. The engine makes smaller clauses of them where it sees some: nothing is lost by a cut too few.
    """
    text = _UNSPEAKABLE.sub(" ", transcript)
    start = 0
    while start < len(text):
        end = clause_end(text, start)
        clause = text[start:end]
        if _speakable(clause):
            yield clause
        start = end


def clause_end(text: str, start: int = 0) -> int:
    """Give where the clause that begins at `start` ends: the end of the text, unless an earlier end is sure."""
    limit = min(start + _LONGEST, len(text))
    for found in _SENTENCE_END.finditer(text, start, limit):
        shortened = found[0].rstrip(" ") == "." and _SHORTENED.search(
            text, max(start, found.start() - 5), found.start()
        )
        if not shortened:
            return found.end()
    if limit == len(text):
        return limit
    for boundary in (_PAUSE, _SPACE):
        ends = [found.end() for found in boundary.finditer(text, start, limit)]
        if ends:
            return ends[-1]
    # Nor is a letter parted from its accents, as long as they do not go on and on.
    for end in range(limit, limit - 10, -1):
        if not unicodedata.combining(text[end]):
            return end
    return limit


def _speakable(clause: str) -> bool:
    return any(unicodedata.category(character)[0] in "LNS" for character in clause)
