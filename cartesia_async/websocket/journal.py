"""What was said on a context, and what of it the service cannot have spoken."""

from __future__ import annotations

from collections import deque

from .._wire.generation import Input
from .._wire.segments import holds_words, is_speakable

LONGEST = 1 << 20  # characters that are kept
_PAUSE = 0.25  # seconds: no service ends a context sooner


class Journal:
    """
    What is known of the inputs of one context.

    The service speaks in order what it hears, and says of a context that has been quiet for a while that it is done. Text
    that is sent in that moment meets no context any more. It is told from what was spoken by two signs, of which each is
    certain, for a service that answers in order:

    * No audio has come since it was sent.
    * It was sent behind a ping, and the end came before the answer to that. So the service had sent the end before it
      heard the text. Audio that came after it was sent, but had been on its way, does not mislead then.

    A ping goes before text that follows a pause: without a pause, no context ends.

    Attributes:
        inputs: What no audio has followed, oldest first.
        sent: How many inputs there were in all.
        flushes: How many flushes are not answered yet.
        size: How many characters no audio has followed.
        complete: Whether all of them are kept.
    """

    def __init__(self) -> None:
        self.inputs: list[Input] = []
        self.sent = self.flushes = 0
        self.size = 0
        self.complete = True
        self._spoke_at: float | None = None
        self._ping = 0
        self._behind_pings = deque[tuple[int, Input]]()

    def wants_ping(self, now: float) -> bool:
        """Whether a ping is to go before the next input."""
        return self._spoke_at is not None and now - self._spoke_at >= _PAUSE

    def pinged(self, number: int) -> None:
        """Learn that a ping of this number goes before the next input."""
        self._ping = number

    def forget_pings(self) -> None:
        """Learn that none will be answered."""
        self._ping = 0
        self._behind_pings.clear()

    def note(self, given: Input, now: float, answered: int) -> None:
        """
        Learn that an input is being sent.

        Args:
            given: The input.
            now: The time, in seconds.
            answered: The number of the last ping that was answered.
        """
        self.sent += 1
        self.flushes += given.flush
        self.size += len(given.text)
        self.complete = self.complete and self.size <= LONGEST
        if self.complete:
            self.inputs.append(given)
            self._drop_answered(answered)
            if self._ping > answered:
                self._behind_pings.append((self._ping, given))
        if is_speakable(given.text):
            self._spoke_at = now

    def heard(self) -> None:
        """Learn that audio has come."""
        if self.inputs:
            self.inputs = []
            self.size, self.complete = 0, True

    def flushed(self) -> None:
        """Learn that a flush was answered: what was sent before it was spoken, be it without a sound."""
        self.flushes = max(0, self.flushes - 1)
        for number, given in enumerate(self.inputs):
            if given.flush:
                self._keep(self.inputs[number + 1 :])
                return

    def ended(self, answered: int) -> None:
        """Learn that the service has ended the context; *answered* is the number of the last ping that was answered."""
        if not answered:
            # One that answers no ping at all tells nothing by that.
            return
        self._drop_answered(answered)
        if len(self._behind_pings) > len(self.inputs):
            self._keep([given for _, given in self._behind_pings])

    def _drop_answered(self, answered: int) -> None:
        while self._behind_pings and self._behind_pings[0][0] <= answered:
            self._behind_pings.popleft()

    def _keep(self, inputs: list[Input]) -> None:
        self.inputs = inputs
        self.size = sum(len(given.text) for given in inputs)

    @property
    def unspoken(self) -> str:
        """The text that no audio has followed, at most its first million characters; empty where it holds no words."""
        text = "".join(given.text for given in self.inputs)
        return text if holds_words(text) else ""
