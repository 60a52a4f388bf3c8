"""One context: what was said on it, what has come, and who waits for more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .._io.scope import Scope
from .._io.watch import Timer
from .._wire.generation import Generation, Input
from ..errors import APITimeoutError, StreamError, StreamInterruptedError
from ..models.events import AudioChunk, Done, FlushDone, TTSEvent
from ..models.timeouts import Timeout
from .bell import Bell
from .carrier import Carrier
from .failing import another, left_unspoken, tells_of_an_end
from .inbox import Inbox
from .journal import Journal
from .lifetime import Lifetime
from .limits import Limits

_BEHIND = 256 * 1024  # bytes that wait to be read, from which on no more text is asked for
_FAR_AHEAD = 64 * 1024  # characters sent before any audio has come, from which on the same


class Channel:
    """
    One context, on the loop of its connection.

    Args:
        generation: What its inputs have in common.
        version: The API version that its messages are written for.
        timeout: The time limits.
        timer: Gives the timer of its loop.

    Attributes:
        carrier: The connection it is on; ``None`` before the first input, and while a lost one is replaced.
        lifetime: When something was said on it, or came.
        journal: What was sent, and what of it no audio has followed.
        inbox: What has come.
        replays: How often it was said again.
        begun: Whether audio has come.
        finished: Whether no more inputs follow.
        retired: Whether the service was asked to end it, although more is to be said.
        over: Whether no more events will come.
        is_complete: Whether the service has sent the last of them.
        ended_short: Whether the service has ended it without having spoken what was sent last.
        request_id: The service's name for the handshake of its connection, where it gave one.
        sending: What the end of the context cuts short.
    """

    def __init__(self, generation: Generation, version: str, timeout: Timeout, timer: Callable[[], Timer]) -> None:
        self.generation, self.version = generation, version
        self._timeout, self._timer = timeout, timer
        self._limits: Limits | None = None
        self.carrier: Carrier | None = None
        self.journal, self.lifetime, self.inbox = Journal(), Lifetime(version), Inbox()
        self.begun = self.finished = self.retired = self.over = self.is_complete = self.ended_short = False
        self._failure: Exception | None = None
        self._reader, self._relief = Bell(), Bell()
        self.request_id: str | None = None
        self.sending: Scope | None = None
        self.replays = 0

    @property
    def context_id(self) -> str:
        """The context's name."""
        return self.generation.context_id

    @property
    def limits(self) -> Limits:
        """Its time limits, on its loop."""
        if self._limits is None:
            self._limits = Limits(self._timeout, self._timer(), self._run_out)
        return self._limits

    @property
    def waiting(self) -> bool:
        """Whether somebody waits for an event."""
        return self._reader.waited

    @property
    def said(self) -> bool:
        """Whether anything was sent."""
        return self.journal.sent > 0

    @property
    def has_ended(self) -> bool:
        """Whether the service has ended it, before the user did."""
        return self.over and self._failure is None and not self.finished

    @property
    def can_go_on(self) -> bool:
        """Whether the service has ended it by itself, and all that it has not spoken can be said on another."""
        # What met its end without any audio at all would meet the same again.
        return self.has_ended or (self.ended_short and self.begun and self.journal.complete)

    def check(self) -> None:
        """
        Make sure that another input can be sent.

        Raises:
            CartesiaError: The context failed, or the service has ended it.
            RuntimeError: The user has ended it.
        """
        self.raise_failure()
        if self.has_ended:
            # The service ends a context that has been quiet for some seconds.
            raise self.described(
                StreamInterruptedError(f"the service has ended context {self.context_id} before its end")
            )
        if self.finished:
            msg = f"context {self.context_id} is finished: nothing more can be said on it"
            raise RuntimeError(msg)

    def raise_failure(self) -> None:
        """Raise what ended the context, if it failed."""
        if self._failure is not None:
            raise another(self._failure)

    def note(self, given: Input, now: float, answered: int) -> None:
        """Learn that an input is being sent, for the first time."""
        self.lifetime.said(now)
        self.journal.note(given, now, answered)
        self.finished = not given.more
        self.expect_answer(given)

    def expect_answer(self, given: Input) -> None:
        """Let the time run from now, in which the service has to answer an input."""
        if given.is_answered:
            self.limits.owe(again=self.begun)

    def adrift(self) -> None:
        """Learn that its connection is lost and is being replaced: the service can answer nothing meanwhile."""
        self.carrier = None
        self.replays += 1
        self.journal.forget_pings()
        self.limits.settle()
        # What came before any audio was not shown yet, and will come again.
        self.inbox.empty()
        self.inbox.events_received = 0

    def hear(self, chunk: AudioChunk, size: int, now: float) -> bool:
        """Take a chunk that changes nothing but by its coming; tell whether it is one."""
        # Whoever reads was woken for those before it, and has not come yet; and nothing was said since they came.
        if self.over or not self.begun or not self.inbox.events or self.journal.inputs or not self.journal.complete:
            return False
        self.lifetime.heard(now)
        self.inbox.put((chunk,), size)
        return True

    def deliver(self, events: Sequence[TTSEvent], size: int, now: float) -> None:
        """Take what one message of *size* bytes brought at a time of the loop."""
        if self.over:
            return
        had_begun = self.begun
        self.lifetime.heard(now)
        self.inbox.put(events, size)
        for event in events:
            if isinstance(event, AudioChunk) and event.data:
                self.begun = True
                self.journal.heard()
            elif isinstance(event, FlushDone):
                self.journal.flushed()
            elif isinstance(event, Done):
                self._end_of_events()
        if self.begun:
            # After what was said last has been answered, the service may be waiting for more text.
            if self.finished or self.retired or self.journal.flushes:
                self.limits.owe(again=True)
            else:
                self.limits.settle()
        if self.over or self.begun is not had_begun:
            self._wake()
        elif self.begun:
            self._reader.ring()

    def _end_of_events(self) -> None:
        self.ended_short = not self.has_said_all()
        if self.ended_short:
            self.inbox.take_back()
            self.fail(left_unspoken(self.context_id, self.journal.size))
        else:
            self.over = self.is_complete = True

    def has_said_all(self) -> bool:
        """Whether the service, should it have ended the context by now, has spoken all of its text."""
        if self.carrier is not None:
            self.journal.ended(self.carrier.answered)
        return not self.journal.unspoken

    def fail(self, error: Exception) -> None:
        """Let whoever reads know that no more will come, after what has."""
        if self.over:
            return
        self.over = True
        self.ended_short = self.ended_short or (tells_of_an_end(error) and not self.has_said_all())
        self._failure = self.described(error)
        self._wake()

    def break_off(self, error: Exception) -> None:
        """Fail, and end the context on the service."""
        self.fail(error)
        self._let_go()

    def end(self) -> None:
        """End it as the user wants, on the service too: what nobody has read is dropped."""
        if not self.over:
            self.inbox.empty()
            self.inbox.events.append(Done(context_id=self.context_id))
            self.over = self.finished = True
            self._let_go()
        self._wake()

    def described(self, error: Exception) -> Exception:
        """Write on *error* which context it is, and how far it had come."""
        if isinstance(error, (StreamError, APITimeoutError)):
            error.context_id = error.context_id or self.context_id
            error.request_id = error.request_id or self.request_id
            error.events_received, error.bytes_received = self.inbox.events_received, self.inbox.bytes_received
            error.unspoken_text = self.journal.unspoken
        return error

    async def take(self) -> list[TTSEvent]:
        """
        Wait for events and take all that have come; none at the end.

        Raises:
            CartesiaError: The context failed.
        """
        if not self._is_ready:
            waiting = self._reader.wait()
            self.limits.wait(begun=self.begun)
            if self.carrier is not None:
                self.carrier.relieved()
            try:
                await waiting
            finally:
                self.limits.relax()
        taken = self.inbox.empty()
        if taken:
            self._relieve()
        elif self._failure is not None:
            raise self._failure
        return taken

    @property
    def _is_ready(self) -> bool:
        # What comes before any audio waits for it: should the connection be lost, all of it comes again.
        return self.over or (self.begun and bool(self.inbox.events))

    async def room(self) -> None:
        """Wait until whoever reads has caught up, and the service with what it was sent."""
        while not self.over and (self.inbox.unread >= _BEHIND or (not self.begun and self.journal.size >= _FAR_AHEAD)):
            await self._relief.wait()

    async def retire(self) -> None:
        """Let the service end it, once it has spoken what it has, and wait for that."""
        if self.carrier is not None:
            self.retired = True
            self.carrier.retire(self)
            self.limits.owe(again=True)
        while not self.over:
            await self._relief.wait()

    def leave(self) -> None:
        """Forget the context, and end it on the service."""
        if not self.over:
            self.over = True
            self._failure = self._failure or StreamInterruptedError(f"the context {self.context_id} was left")
            self.described(self._failure)
            self._let_go()
        self.inbox.empty()
        self._wake()

    def _let_go(self) -> None:
        if self.carrier is not None:
            self.carrier.left(self)
            self.carrier = None

    def abandon(self) -> None:
        """Be over, and touch nothing: its loop has ended, or is another process's."""
        self.over = self.finished = True

    def _wake(self) -> None:
        if self.over and self._limits is not None:
            self._limits.stop()
        if self.over and self.sending is not None:
            self.sending.cut()
        self._reader.ring()
        self._relieve()

    def _relieve(self) -> None:
        self._relief.ring()
        if self.carrier is not None:
            self.carrier.relieved()

    def _run_out(self, error: APITimeoutError) -> None:
        error.args = (f"context {self.context_id}: {error}",)
        self.break_off(error)
