"""The command `bench`."""

from __future__ import annotations

from time import perf_counter
from typing import Annotated, Literal

import attrs
import typer

from cartesia_async import Cartesia, CartesiaError, RawFormat

from .command import command
from .connection import Connection, connected
from .progress import counting
from .say import DEFAULT_MODEL
from .showing import JsonOption, print_json, show_rows
from .speaking import Manner
from .voice import DEFAULT_VOICE, VoiceOption, voice_id

app = typer.Typer()

Way = Literal["bytes", "sse", "websocket"]
_FORMAT = RawFormat(encoding="pcm_s16le", sample_rate=44100)
_BYTES_A_SECOND = 2 * 44100
_TEXT = "The quick brown fox jumps over the lazy dog, and then it lies down in the shade of an old tree."


@attrs.frozen(kw_only=True)
class Measured:
    """
    What one request took.

    Attributes:
        first_audio: Seconds until the first audio was there.
        total: Seconds until the last was.
        audio: Seconds of speech.
    """

    first_audio: float
    total: float
    audio: float

    @property
    def real_time_factor(self) -> float:
        """Seconds of work for a second of speech; below 1 it is faster than speech."""
        return self.total / self.audio


@command(
    app,
    examples=(
        "cartesia-async bench",
        "cartesia-async bench --requests 50 --concurrency 5 --way websocket",
        "cartesia-async bench --base-url http://127.0.0.1:8020 --json",
    ),
)
@connected
def bench(
    connection: Connection,
    *,
    requests: Annotated[int, typer.Option("-n", "--requests", metavar="COUNT", min=1, help="How many requests.")] = 10,
    concurrency: Annotated[int, typer.Option("-c", "--concurrency", metavar="COUNT", min=1, help="At once.")] = 1,
    way: Annotated[Way, typer.Option(help="Which call.")] = "bytes",
    text: Annotated[str, typer.Option(metavar="TEXT", help="What is said.")] = _TEXT,
    voice: VoiceOption = DEFAULT_VOICE,
    model: Annotated[str, typer.Option(metavar="ID", help="The model.")] = DEFAULT_MODEL,
    as_json: JsonOption = False,
) -> None:
    """Measure how soon speech begins, and how fast it is made. Each request is paid for as any other."""
    with connection.open() as client:
        manner = Manner(model_id=model, voice=voice_id(client, voice), language=None, generation_config=None)
        client.warm_up()
        began = perf_counter()
        measured = _all(client, way, text, manner, requests=requests, concurrency=concurrency)
        elapsed = perf_counter() - began
    rows = {
        "time to first audio (s)": [each.first_audio for each in measured],
        "time to last audio (s)": [each.total for each in measured],
        "real-time factor": [each.real_time_factor for each in measured],
    }
    if as_json:
        print_json(
            {
                "way": way,
                "requests": requests,
                "concurrency": concurrency,
                "seconds": elapsed,
                "measured": [attrs.asdict(each) for each in measured],
                **{name: _statistics(values) for name, values in rows.items()},
            }
        )
        return
    headings = ("", "min", "median", "mean", "p95", "max")
    show_rows(
        [(name, *(f"{each:.3f}" for each in _statistics(values).values())) for name, values in rows.items()], headings
    )


def _statistics(values: list[float]) -> dict[str, float]:
    from statistics import mean, quantiles

    cuts = quantiles(values, n=100, method="inclusive") if len(values) > 1 else values * 99
    return {"min": min(values), "median": cuts[49], "mean": mean(values), "p95": cuts[94], "max": max(values)}


def _all(client: Cartesia, way: Way, text: str, manner: Manner, *, requests: int, concurrency: int) -> list[Measured]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(concurrency) as pool, counting("Measuring", requests) as advance:
        try:
            futures = [pool.submit(_one, client, way, text, manner) for _ in range(requests)]
            measured = list[Measured]()
            for future in futures:
                measured.append(future.result())
                advance(len(measured))
        except BaseException:
            # What is under way must not hold up the end.
            pool.shutdown(wait=False, cancel_futures=True)
            client.close()
            raise
    return measured


def _one(client: Cartesia, way: Way, text: str, manner: Manner) -> Measured:
    began = perf_counter()
    first, size = None, 0
    if way == "bytes":
        audio = client.tts.bytes(**manner, transcript=text, output_format=_FORMAT)
    elif way == "sse":
        audio = client.tts.sse(**manner, transcript=text, output_format=_FORMAT).audio()
    else:
        audio = client.tts.stream(text, **manner, output_format=_FORMAT)
    for piece in audio:
        if first is None:
            first = perf_counter() - began
        size += len(piece)
    total = perf_counter() - began
    if first is None:
        msg = f"there was no audio to measure in the answer to {way}"
        raise CartesiaError(msg)
    return Measured(first_audio=first, total=total, audio=size / _BYTES_A_SECOND)
