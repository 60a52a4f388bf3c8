"""What is measured of a conversation."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from tests.benchmarks.answers import Asked
from tests.benchmarks.measures import Amounts, Measure
from tests.benchmarks.tally import MANY

EMULATOR = "tests.benchmarks.latency.emulator"
SPEAKERS = ("bare", "ours", "ours-speed", "ours-blocking")
READERS = ("bare", "bare-speed", "ours", "ours-speed", "ours-blocking", "ours-blocking-speed")
# Seconds between two tokens, as the arguments of a command are: text.
PACES = {"fast": "0.002", "real": "0.02"}


def _tokens(pace: str, method: str) -> Measure:
    seconds = float(PACES[pace])
    where = "an open connection" if method == "say_tokens" else "its own connection"
    return Measure(
        name=f"{pace}-open" if method == "say_tokens" else pace,
        title=f"{1 / seconds:.0f} tokens a second, {where}",
        kind="tokens",
        unit="text",
        method=method,
        argument=PACES[pace],
        contestants=SPEAKERS,
        server=EMULATOR,
    )


def measures(amounts: Amounts) -> Mapping[str, Measure]:
    """List the measures, by name."""
    tokens = [
        attrs.evolve(_tokens(pace, method), times=amounts.texts)
        for pace in PACES
        for method in ("speak_tokens", "say_tokens")
    ]
    alone, shared = Asked(amounts.socket_events, 4096), Asked(amounts.socket_events // MANY, 4096)
    contexts = [
        Measure(
            name=name,
            title=title,
            unit="event",
            method=method,
            argument=wanted.transcript,
            warm_up=(method, Asked(4, wanted.size).transcript),
            items=number * wanted.events,
            size=number * wanted.chunks * wanted.size,
            units=number * wanted.events,
            contestants=READERS,
        )
        for name, title, method, wanted, number in (
            ("one", "one context", "speak", alone, 1),
            ("many", f"{MANY} contexts", "speak_many", shared, MANY),
        )
    ]
    return {measure.name: measure for measure in (*tokens, *contexts)}
