"""From the arguments of a context to its channel."""

from __future__ import annotations

import uuid

import attrs

from .._wire.generation import Generation
from .._wire.speech import speech_body
from .._wire.versions import version_for, warn_of_retired
from ..models.speech import ContextOptions
from .channel import Channel
from .pool import Pool


def generation_of(call: str, options: ContextOptions) -> Generation:
    """
    Check the arguments of a *call* for speech over a WebSocket.

    Raises:
        ValueError: An argument is known to be wrong.
        TypeError: An argument is missing or unknown.
    """
    body = speech_body(call, options, ContextOptions, raw_only=True)
    context_id = body.fields.get("context_id") or str(uuid.uuid4())
    return Generation(context_id, body)


def version_of(pool: Pool, generation: Generation, *, stacklevel: int) -> str:
    """
    Choose the version that a context's messages are written for.

    Raises:
        UnsupportedVersionError: The pinned API version lacks an argument.
    """
    version = version_for(generation.needs, pool.options.api_version)
    warn_of_retired(generation.needs, stacklevel=stacklevel + 1)
    return version


def new_channel(pool: Pool, generation: Generation, version: str) -> Channel:
    """
    Make the channel of a context.

    Raises:
        ValueError: A context of that name is open.
    """
    channel = Channel(generation, version, pool.options.timeout, pool.timer)
    pool.register(channel)
    return channel


def renamed(generation: Generation) -> Generation:
    """Give the same under a new name."""
    return attrs.evolve(generation, context_id=str(uuid.uuid4()))
