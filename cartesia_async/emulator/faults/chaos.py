"""Faults by chance, and yet the same ones each time."""

from __future__ import annotations

import itertools
import re
import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterator
from random import Random

import attrs

from ..asked_version import NEWEST
from ..problems import Problem, error_event
from .fault import Drop, Fault
from .paths import has_events

SHARE = 0.25
_ID = re.compile(r"/[^/]*\d[^/]*")
_BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_DROPS: tuple[Drop, ...] = ("close", "reset", "end")


class Chaos:
    """
    Lets a share of the requests meet a fault that is drawn by lot.

    The lot of a request hangs on the seed, its method and path (without ids), and how many of the same came before. It is
    one of these, with equal chances: an error (429 with `Retry-After`, 500, or 503), the HTML of a proxy (502), a reset
    in place of an answer, a slow start (up to 0.3 s), small pieces, a cut in the middle (by each of the three ways), a
    silence in the middle (up to 0.3 s); and, where the answer has events, an unknown event, one that is not JSON, or an
    error event.

    Args:
        seed: What the lots are drawn from; `None` for a new one.
        share: How many of all requests meet a fault, 0 to 1.
    """

    def __init__(self, seed: int | str | None, share: float) -> None:
        self.seed = secrets.randbelow(10**6) if seed is None else seed
        self._share = share
        self._counts: defaultdict[str, Iterator[int]] = defaultdict(itertools.count)

    def restart(self) -> None:
        """Begin again with the first lots."""
        self._counts.clear()

    def meet(self, method: str, path: str, version: str | None) -> Fault | None:
        """Draw the lot of the next request; the version is that of an error event's shape."""
        kind = f"{method} {_ID.sub('/*', path.rstrip('/'))}"
        chance = Random(f"{self.seed} {kind} {next(self._counts[kind])}")  # noqa: S311 (it is to be repeatable)
        if chance.random() >= self._share:
            return None
        return _Lot(chance, events=has_events(path), version=version or NEWEST).draw()


@attrs.frozen
class _Lot:
    """Draws one fault."""

    chance: Random
    events: bool
    version: str

    def draw(self) -> Fault:
        kinds = [self.error, self.proxy, self.no_answer, self.slow, self.pieces, self.cut, self.silence]
        if self.events:
            kinds += [self.unknown_event, self.malformed_event, self.error_event]
        return self.chance.choice(kinds)()

    def error(self) -> Fault:
        status = self.chance.choice((429, 500, 503))
        return Fault(status=status, retry_after=self._seconds(0.2) if status == 429 else None)

    def proxy(self) -> Fault:
        return Fault(status=502, body=_BAD_GATEWAY, headers={"Content-Type": "text/html"})

    def no_answer(self) -> Fault:
        return Fault(drop="reset")

    def slow(self) -> Fault:
        return Fault(latency=self._seconds(0.3))

    def pieces(self) -> Fault:
        return Fault(split=self.chance.randint(64, 2_048))

    def cut(self) -> Fault:
        half = self.events and self.chance.random() < 0.5
        return Fault(drop=self.chance.choice(_DROPS), drop_after=self._step(), half=half)

    def silence(self) -> Fault:
        return Fault(stall=self._seconds(0.3), stall_after=self._step())

    def unknown_event(self) -> Fault:
        event = {"type": f"unheard_of_{self.chance.randint(1, 9)}", "done": False, "status_code": 206}
        return Fault(event=event, event_after=self._few())

    def malformed_event(self) -> Fault:
        return Fault(event='{"type":"chunk","data":"', event_after=self._few())

    def error_event(self) -> Fault:
        problem = Problem(status=500, title="Unexpected error", message="An unexpected error occurred, by chance.")
        request_id = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        return Fault(event=error_event(problem, self.version, request_id), event_after=self._few())

    def _seconds(self, most: float) -> float:
        return round(self.chance.uniform(0, most), 3)

    def _few(self) -> int:
        return self.chance.randint(0, 3)

    def _step(self) -> int:
        return self._few() if self.events else self.chance.randint(0, 20_000)
