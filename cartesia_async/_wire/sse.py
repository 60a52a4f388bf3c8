"""
Server-sent events, and JSON lines, out of bytes that are cut anywhere.

https://html.spec.whatwg.org/multipage/server-sent-events.html, with one addition: a line that begins with ``{`` is an
event by itself, since the voice changer of older API versions sends JSON lines.
"""

from __future__ import annotations

import json

from ..errors import APIResponseError

LARGEST_EVENT = 64 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


class EventDecoder:
    """Turns chunks of a body into events: pairs of the event's name and its data."""

    def __init__(self) -> None:
        # Pieces of the line that has not ended: joined once, when it does, so that a long line costs linear time.
        self._rest: list[bytes] = []
        # Bytes since the last event: what is held is no more than that.
        self._size = 0
        self._name = ""
        self._data: list[bytes] = []
        self._at_start = True
        self._after_cr = False

    @property
    def pending(self) -> bool:
        """Whether bytes of an unfinished event are held."""
        return bool(self._rest or self._data)

    def feed(self, chunk: bytes) -> list[tuple[str, bytes]]:
        """
        Give the events that *chunk* completes.

        Raises:
            APIResponseError: An event is larger than 64 MiB.
        """
        if self._at_start:
            chunk = self._without_bom(chunk)
        if self._after_cr and chunk:
            # The line feed of a CRLF that was cut in two.
            self._after_cr = False
            if chunk.startswith(b"\n"):
                chunk = chunk[1:]
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        events: list[tuple[str, bytes]] = []
        start = 0
        find = chunk.find
        # One-byte searches are done by memchr, an order of magnitude faster than a search for two line ends.
        while (end := find(b"\n", start)) >= 0:
            if self._rest:
                self._rest.append(chunk[start:end])
                line = b"".join(self._rest)
                self._rest = []
                self._line(line, 0, len(line), events)
            else:
                self._line(chunk, start, end, events)
            start = end + 1
        if start < len(chunk):
            self._rest.append(chunk[start:])
        if events or (start and not self._data):
            self._size = len(chunk) - start
        else:
            self._size += len(chunk)
            if self._size > LARGEST_EVENT:
                msg = f"an event is larger than {LARGEST_EVENT} bytes"
                raise APIResponseError(msg)
        return events

    def _without_bom(self, chunk: bytes) -> bytes:
        chunk = b"".join([*self._rest, chunk])
        self._rest = []
        if len(chunk) < len(_BOM) and _BOM.startswith(chunk):
            self._rest = [chunk] if chunk else []
            return b""
        self._at_start = False
        return chunk.removeprefix(_BOM)

    def _line(self, source: bytes, start: int, end: int, events: list[tuple[str, bytes]]) -> None:
        if start == end:
            if self._data:
                data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
                if data:
                    events.append((self._name, data))
                self._data = []
            self._name = ""
        elif source.startswith(b"data:", start, end):
            start += 6 if source.startswith(b" ", start + 5, end) else 5
            self._data.append(source[start:end])
        elif source.startswith(b"event:", start, end):
            start += 7 if source.startswith(b" ", start + 6, end) else 6
            self._name = source[start:end].decode(errors="replace")
        elif source.startswith(b"{", start, end):
            events.append(("", source[start:end]))
        elif source[start:end] == b"data":
            self._data.append(b"")
        elif source[start:end] == b"event":
            self._name = ""

    def finish(self) -> list[tuple[str, bytes]]:
        """Give the event that only lacks the end of its line or its blank line; half an event stays pending."""
        name, data = self._name, self._data
        line = b"".join(self._rest)
        for last in (line, b"") if line else (b"",):
            self._name, self._data = name, data.copy()
            events: list[tuple[str, bytes]] = []
            if last:
                self._line(last, 0, len(last), events)
            self._line(b"", 0, 0, events)
            if events and all(_is_whole(found) for _, found in events):
                self._rest = []
                return events
        self._name, self._data = name, data
        return []


def _is_whole(data: bytes) -> bool:
    # What ends without its blank line may have been cut anywhere, also behind the brace of an inner object.
    try:
        return isinstance(json.loads(data), dict)
    except (ValueError, RecursionError):
        return data.strip() == b"[DONE]"
