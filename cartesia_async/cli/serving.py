"""The commands that run a server on this machine: `emulator` and `record`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .command import command
from .showing import print_line
from .terminal import complain

if TYPE_CHECKING:
    from cartesia_async.emulator import Emulator, Recorder

app = typer.Typer()

HostOption = Annotated[
    str, typer.Option(metavar="ADDRESS", help="The address to listen on; other machines may reach any but loopback.")
]


@command(
    app,
    examples=(
        "cartesia-async emulator",
        "cartesia-async emulator --port 0 --engine tone --realtime",
        "cartesia-async emulator --voice 11111111-2222-4333-8444-555555555555",
        "cartesia-async emulator --replay recordings",
        "CARTESIA_BASE_URL=http://127.0.0.1:8020 CARTESIA_API_KEY=any python my_program.py",
    ),
)
def emulator(
    *,
    host: HostOption = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="NUMBER", help="The port; 0 takes a free one.")] = 8020,
    engine: Annotated[
        Literal["espeak", "tone"] | None, typer.Option(help="How to speak; espeak where it is installed, if left out.")
    ] = None,
    voice: Annotated[list[str] | None, typer.Option(metavar="ID", help="Have this voice too; may be repeated.")] = None,
    any_voice: Annotated[bool, typer.Option("--any-voice", help="Have a voice for every id.")] = False,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Send speech as fast as it is spoken, not as fast as it is made.")
    ] = False,
    accept: Annotated[
        list[str] | None, typer.Option("--api-key", metavar="KEY", help="Accept this key; may be repeated. Else any.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(metavar="COUNT", min=1, help="Refuse (429) more calls that speak than this at once.")
    ] = None,
    seed: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Let requests meet faults by chance, the same for the same seed.")
    ] = None,
    chaos: Annotated[
        float | None, typer.Option(metavar="SHARE", min=0, max=1, help="How many of them do, from 0 to 1.")
    ] = None,
    replay: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Answer as it was recorded there, by the command record.")
    ] = None,
) -> None:
    """Run a local emulator of the API until Ctrl-C: the same calls, real audio, no key and no network."""
    from cartesia_async.emulator import Emulator

    if voice and any_voice:
        msg = "--voice and --any-voice exclude each other"
        raise ValueError(msg)
    server = Emulator(
        host=host,
        port=port,
        engine=engine,
        voices="any" if any_voice else voice or (),
        api_keys=accept,
        realtime=realtime,
        concurrency=concurrency,
        seed=seed,
        chaos=chaos,
        replay=replay,
    )
    told = "" if server.seed is None else f", with faults by the seed {server.seed}"
    _serve(server, f"The emulator listens on {{}}{told} (Ctrl-C ends it).")


@command(
    app,
    examples=(
        "cartesia-async record recordings",
        "CARTESIA_BASE_URL=http://127.0.0.1:8021 python my_program.py",
        "cartesia-async emulator --replay recordings",
    ),
)
def record(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where the recordings go; made if it is not there.")],
    *,
    target: Annotated[
        str, typer.Option(metavar="URL", help="The service that is passed on to.")
    ] = "https://api.cartesia.ai",
    host: HostOption = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="NUMBER", help="The port; 0 takes a free one.")] = 8021,
) -> None:
    """
    Stand between a program and the service until Ctrl-C, and keep each exchange as a file.

    The emulator answers from them by --replay. Keys, tokens and cookies are passed on and not kept.
    """
    from cartesia_async.emulator import Recorder

    _serve(Recorder(folder, target=target, host=host, port=port), "The recorder listens on {} (Ctrl-C ends it).")


def _serve(server: Emulator | Recorder, announcement: str) -> None:
    import asyncio

    def tell(address: str) -> None:
        print_line(announcement.format(address))
        sys.stdout.flush()

    with _warnings_noted():
        asyncio.run(server.serve_forever(started=tell))


@contextmanager
def _warnings_noted() -> Generator[None]:
    """Tell on standard error of what a server logs that its user should know, such as that others may reach it."""
    handler = _Noting(logging.WARNING)
    log = logging.getLogger("cartesia_async.emulator")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


class _Noting(logging.Handler):
    """Writes a record on one line of standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        complain(f"{record.levelname.lower()}: {record.getMessage()}{'' if error is None else f' ({error!r})'}")
