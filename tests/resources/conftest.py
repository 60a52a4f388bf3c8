"""Single JSON answers, mocked: aioresponses, made to work with current aiohttp."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import aioresponses.core
import pytest
from aiohttp import ClientResponse
from aiohttp.client_proto import ResponseHandler
from aiohttp.streams import StreamReader
from aioresponses import aioresponses as Aioresponses


class _Response(ClientResponse):
    """A response that can be made without a writer, as aioresponses makes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream_writer", Mock(output_size=0))
        super().__init__(*args, **kwargs)


def _reader(loop: Any = None) -> StreamReader:
    protocol = ResponseHandler(loop=loop)
    protocol._parser = Mock()
    return StreamReader(protocol, limit=2**16, loop=loop)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aioresponses]:
    """Answer requests without a network: ``answers.get(url, payload=...)``."""
    import inspect

    if "stream_writer" in inspect.signature(ClientResponse.__init__).parameters:
        monkeypatch.setattr(aioresponses.core, "ClientResponse", _Response)
        monkeypatch.setattr(aioresponses.core, "stream_reader_factory", _reader)
    with Aioresponses() as mocked:
        yield mocked
