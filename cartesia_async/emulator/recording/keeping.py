"""What is done with the tape of one exchange."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import attrs

from ..workers import Workers
from .recording import Answer
from .request_reader import RequestReader
from .secrecy import Secrets
from .tape import Tape


@attrs.define(kw_only=True)
class FolderKeeper:
    """
    Writes one exchange to a folder, on a worker; what goes wrong with that is told, and does not disturb the exchange.

    Attributes:
        folder: Where the recording goes.
        name: Its name, without an ending.
        target: Where the answer comes from.
        recorded_at: When the exchange began.
        reader: What reads the request.
        secrets: What must not be kept.
        workers: The threads to write on.
        done: Told of the recording.
        failed: Told of what went wrong, which the recording is lost with.
    """

    folder: Path
    name: str
    target: str
    recorded_at: str
    reader: RequestReader
    secrets: Secrets
    workers: Workers
    done: Callable[[Path], None]
    failed: Callable[[Exception], None]
    _lost: bool = attrs.field(default=False, init=False)

    def tape(self, content_type: str) -> Tape:
        """Give the tape for an answer."""
        return Tape(self.folder, self.name, content_type=content_type, secrets=self.secrets)

    async def write_out(self, tape: Tape) -> None:
        """Write what a tape holds to its file."""
        await self.workers.run(self._try, tape, tape.write_out)

    async def keep(self, tape: Tape, answer: Answer) -> None:
        """Finish a tape."""

        def finish() -> None:
            asked = self.reader.asked()
            self.done(tape.finish(asked, answer, target=self.target, recorded_at=self.recorded_at))

        writing = asyncio.ensure_future(self.workers.run(self._try, tape, finish))
        left = None
        while not writing.done():
            try:
                await asyncio.wait({writing})
            except asyncio.CancelledError as error:
                # A client that leaves, or a recorder that stops, does not take with it what there is to write.
                left = error
        writing.result()
        if left is not None:
            raise left

    def _try(self, tape: Tape, step: Callable[[], None]) -> None:
        if self._lost:
            return
        try:
            step()
        except Exception as error:  # noqa: BLE001 (told to who runs the recorder)
            self._lost = True
            tape.discard()
            self.failed(error)
