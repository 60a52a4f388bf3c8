"""A request as it is kept and looked for, read while it passes by."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from aiohttp import web

from .asked import Asked
from .body import Body, BodyReader
from .secrecy import Secrets, visible_parameters

# Of a request's headers only those are kept that say something and cannot be secret.
_KEPT = ("Accept", "Cartesia-Version", "Content-Type", "User-Agent")
_VERSION = "cartesia_version"


class RequestReader:
    """
    Reads one request.

    Args:
        request: The request.
        secrets: Learns those that it carries.

    Attributes:
        whole: Whether all of it has been read.
        broken: What went wrong while it was read, `None` where nothing did.
        size: How many bytes of its body have been read.
        body: What the body was, with what is secret; there once `asked` has been called.
    """

    def __init__(self, request: web.BaseRequest, secrets: Secrets) -> None:
        secrets.meet(request.headers.items())
        secrets.meet(request.query.items())
        self._request = request
        self._secrets = secrets
        self._body = BodyReader(request.headers.get("Content-Type", ""))
        self.whole = not request.body_exists
        self.broken: Exception | None = None
        self.size = 0
        self.body: Body | None = None

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Give the body as it comes."""
        pieces = self._request.content.iter_any()
        while True:
            try:
                piece = await anext(pieces)
            except StopAsyncIteration:
                break
            except Exception as error:
                self.broken = error
                raise
            self._body.feed(piece)
            self.size += len(piece)
            yield piece
        self.whole = True

    async def read(self) -> None:
        """Read all of the body."""
        async for _ in self.pieces():
            pass

    def asked(self) -> Asked:
        """Give the request, which is over, without what is secret."""
        request, secrets = self._request, self._secrets
        if self.whole:
            self.body = self._body.close()
        query = visible_parameters(request.query.items(), secrets)
        named = request.headers.get("Cartesia-Version")
        version = [*query.pop(_VERSION, []), *([] if named is None else [secrets.hidden(named)])]
        return Asked(
            method=request.method,
            path=secrets.hidden(request.path),
            query=query,
            version=version[0] if version else None,
            headers=[f"{name}: {secrets.hidden(request.headers[name])}" for name in _KEPT if name in request.headers],
            body=secrets.hidden_body(self.body),
            unread=not self.whole,
        )
