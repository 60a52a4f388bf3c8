"""Sending a file, and showing how much of it was sent."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer

from cartesia_async import Upload

from .progress import transferring

ClipArgument = Annotated[
    str,
    typer.Argument(metavar="CLIP", help="A recording of speech, such as a WAV or MP3 file; - reads standard input."),
]


@contextmanager
def upload(path: str) -> Generator[Upload]:
    """
    Give a file to send.

    Args:
        path: The file, or ``-`` for standard input.
    """
    if path == "-":
        yield Upload(sys.stdin.buffer)
        return
    with transferring(f"Uploading {os.path.basename(path)}") as advance:
        yield Upload(path, progress=advance)
