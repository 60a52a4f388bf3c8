"""Many contexts: what each was to say, and what was heard of it."""

from __future__ import annotations

from random import Random
from typing import Any, Literal

import attrs

from cartesia_async import (
    APIResponseError,
    APITimeoutError,
    AudioChunk,
    CartesiaError,
    Done,
    StreamError,
    Timestamps,
    TTSEvent,
)
from tests.websocket.spelling import FORMAT, spelled

Way = Literal["context", "socket", "alone"]
# One in ten has a connection to itself.
_WAYS: tuple[Way, ...] = ("context",) * 5 + ("socket",) * 4 + ("alone",)
_LEFT = 0.1
_FLUSHED = 0.1
FLUSH = ""  # in place of a piece
_PAUSE = 0.003  # seconds


@attrs.define
class Talk:
    """
    One context.

    Attributes:
        name: Its name.
        way: Whether it is spoken by a `context` of a socket, as a stream on a `socket`, or as one that is `alone`.
        words: What is to be said; no other talk has a word of it.
        pieces: The same as it is sent: the words of a context are whole, and `FLUSH` may stand between them; the tokens of
            a stream are cut anywhere.
        pauses: Seconds before each piece.
        leaves_after: After how many events it is left; ``None`` where it is heard to its end.
        cancels: Whether a context is cancelled then, in place of being left.
        delay: The `max_buffer_delay_ms`.
        audio: What was heard.
        timed: The words whose times came.
        names: The names that its events bore.
        is_done: Whether the last event was `Done`.
        error: What its reader met.
        refused: What its writer met.
    """

    name: str
    way: Way
    words: list[str]
    pieces: list[str]
    pauses: list[float]
    leaves_after: int | None
    cancels: bool
    delay: int
    audio: bytearray = attrs.field(factory=bytearray)
    timed: list[str] = attrs.field(factory=list)
    names: set[str] = attrs.field(factory=set)
    is_done: bool = False
    error: Exception | None = None
    refused: Exception | None = None

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of its context."""
        return {
            "model_id": "sonic-3",
            "voice": "694f9389-aac1-45b6-b726-9d9369183238",
            "output_format": FORMAT,
            "add_timestamps": True,
            "max_buffer_delay_ms": self.delay,
            "context_id": self.name,
        }

    def hear(self, event: TTSEvent) -> bool:
        """Take an event; tell whether the talk is left now."""
        self.names.add(event.context_id or "")
        self.is_done = isinstance(event, Done)
        if isinstance(event, AudioChunk):
            self.audio += event.data
        elif isinstance(event, Timestamps):
            self.timed += event.word_timestamps.words
        if self.leaves_after is not None:
            self.leaves_after -= 1
        return self.leaves_after == 0

    def verdict(self) -> str:
        """Tell how it went: whole, broken or left; fail where a word is missing without a word, or was heard twice."""
        heard = spelled(bytes(self.audio))
        assert heard == self.words[: len(heard)], self
        # The times of a word come after it.
        assert self.timed == self.words[: len(self.timed)], self
        assert len(heard) - len(self.timed) in (0, 1), self
        if self.refused is not None:
            # What its user has cancelled takes no more.
            cancelled = self.cancels and self.leaves_after == 0
            assert isinstance(self.refused, (CartesiaError, RuntimeError) if cancelled else CartesiaError), self
        if isinstance(self.error, StreamError | APITimeoutError):
            assert self.error.context_id == self.name, self
            return "broken"
        if self.error is not None:
            # A message that cannot be read names no context.
            assert isinstance(self.error, APIResponseError), self
            return "broken"
        if self.leaves_after == 0:
            return "left"
        assert self.is_done, self
        assert heard == self.timed == self.words, self
        assert self.refused is None, self
        return "whole"


def talk(seed: object, number: int) -> Talk:
    """Think up a talk; the same for the same seed and number."""
    dice = Random(f"{seed} {number}")
    way = dice.choice(_WAYS)
    words = [f"t{number}w{place}{'x' * dice.randint(0, 6)}" for place in range(dice.randint(1, 14))]
    pieces = [f"{word} " for word in words]
    if way == "context":
        for place in range(len(pieces), 0, -1):
            if dice.random() < _FLUSHED:
                pieces.insert(place, FLUSH)
    else:
        pieces = _cut("".join(pieces), dice)
    return Talk(
        name=f"talk-{number}",
        way=way,
        words=words,
        pieces=pieces,
        pauses=[dice.uniform(0, _PAUSE) if dice.random() < 0.7 else 0.0 for _ in pieces],
        leaves_after=dice.randint(1, 8) if dice.random() < _LEFT else None,
        cancels=way == "context" and dice.random() < 0.5,
        delay=dice.choice((0, 0, 20)),
    )


def _cut(text: str, dice: Random) -> list[str]:
    pieces = []
    while text:
        size = dice.randint(1, 5)
        pieces.append(text[:size])
        text = text[size:]
    return pieces
