"""Text that waits for more of it: pure, told the time."""

from __future__ import annotations

import re

from ..engines.clauses import clause_end

# After a space a word is over; where words are not parted by spaces, after each character.
_BREAK = re.compile("[\\s\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


class InputBuffer:
    """
    Gathers the inputs of a context into stretches that are spoken in one go. What it gives joins to what it was given.

    A sentence is given once the next has begun, a very long one in parts. Whatever else has waited for the whole delay is
    given then; only a word that is still growing waits on, until nothing has come for the delay.

    Args:
        delay: How long text may wait, seconds; with 0 each input is given as it is.
    """

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._text = ""
        # Where in the text each input begins, and when it is due.
        self._inputs: list[tuple[int, float]] = []

    @property
    def deadline(self) -> float | None:
        """When there will be something due; `None` where nothing waits."""
        return self._inputs[0][1] if self._inputs else None

    def add(self, text: str, now: float) -> list[str]:
        """Take an input; gives what is to be spoken at once."""
        if not text:
            return []
        if not self._delay:
            return [text]
        self._inputs.append((len(self._text), now + self._delay))
        self._text += text
        given: list[str] = []
        start = 0
        while (end := clause_end(self._text, start)) < len(self._text):
            given.append(self._text[start:end])
            start = end
        self._forget(start)
        return given

    def due(self, now: float) -> str:
        """Give what has waited long enough."""
        if not self._inputs or self._inputs[0][1] > now:
            return ""
        fresh = [(start, due) for start, due in self._inputs if due > now]
        if not fresh:
            return self.rest()
        # What is due and not given, being the start of a word, is due with the next of it.
        self._inputs = [(0, fresh[0][1]), *fresh]
        end = max((found.end() for found in _BREAK.finditer(self._text)), default=0)
        given = self._text[:end]
        self._forget(end)
        return given

    def rest(self) -> str:
        """Give all that is left."""
        given, self._text, self._inputs = self._text, "", []
        return given

    def _forget(self, end: int) -> None:
        self._text = self._text[end:]
        left = [(start - end, due) for start, due in self._inputs if start > end]
        if self._text:
            left.insert(0, (0, max(due for start, due in self._inputs if start <= end)))
        self._inputs = left
