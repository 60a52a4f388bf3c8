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
_NEWLINE = ord("\n")
_LONGEST_HEAD = 100  # bytes of one that is remembered
_UNKNOWN = b"\r", ""  # no line begins so


class EventDecoder:
    """Turns chunks of a body into events: pairs of the event's name and its data."""

    def __init__(self) -> None:
        # Pieces of the line that has not ended: joined once, when it does, so that a long line costs linear time.
        self._rest: list[bytes] = []
        # Bytes since the last event: what is held is no more than that.
        self._size = 0
        self._name = ""
        # What the first event that had a name began with, and the last that had another, with those names: a stream is made
        # of chunks of audio and, now and then, their times.
        self._usual, self._other = _UNKNOWN, _UNKNOWN
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
        if self._rest and (end := chunk.find(b"\n")) >= 0:
            start = end + 1
            self._rest.append(chunk[:start])
            line = b"".join(self._rest)
            self._rest = []
            self._lines(line, 0, events)
        start = self._lines(chunk, start, events)
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

    def _lines(self, source: bytes, start: int, events: list[tuple[str, bytes]]) -> int:
        # What nearly all of a stream is made of is read in this one loop: a call for each line would cost as much again.
        find, startswith, size = source.find, source.startswith, len(source)
        (usual, usual_name), (other, other_name) = self._usual, self._other
        while start < size:
            if startswith(usual, start):
                data, name = start + len(usual), usual_name
            elif startswith(other, start):
                data, name = start + len(other), other_name
            elif startswith(b"data: ", start):
                data, name = start + 6, self._name
            else:
                data, name = start, ""
            # One-byte searches are done by memchr, an order of magnitude faster than a search for two line ends.
            end = find(b"\n", data)
            after = end + 1
            if start < data < end and after < size and source[after] == _NEWLINE and not self._data:
                events.append((name, source[data:end]))
                self._name = ""
                start = after + 1
            else:
                if data > start:
                    after = find(b"\n", start) + 1
                if not after:
                    break
                self._line(source[start : after - 1], events)
                (usual, usual_name), (other, other_name) = self._usual, self._other
                start = after
        return start

    def _line(self, line: bytes, events: list[tuple[str, bytes]]) -> None:
        if not line:
            data = b"\n".join(self._data)
            if data:
                events.append((self._name, data))
            self._name, self._data = "", []
        elif line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif line.startswith(b"event:"):
            self._name = line[6:].removeprefix(b" ").decode(errors="replace")
            self._remember(line + b"\ndata: ")
        elif line.startswith(b"{"):
            events.append(("", line))
        elif line == b"data":
            self._data.append(b"")
        elif line == b"event":
            self._name = ""

    def _remember(self, head: bytes) -> None:
        if len(head) > _LONGEST_HEAD:
            return
        if self._usual is _UNKNOWN:
            self._usual = head, self._name
        elif head != self._usual[0]:
            self._other = head, self._name

    def finish(self) -> list[tuple[str, bytes]]:
        """Give the event that only lacks the end of its line or its blank line; half an event stays pending."""
        name, data = self._name, self._data
        line = b"".join(self._rest)
        for last in (line, b"") if line else (b"",):
            self._name, self._data = name, data.copy()
            events: list[tuple[str, bytes]] = []
            self._lines(last + b"\n\n" if last else b"\n", 0, events)
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
