"""What the emulator was asked: one record a request, of the last thousand."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import overload

import attrs
from multidict import CIMultiDict, CIMultiDictProxy

_SECRETS = frozenset({"x-api-key", "authorization", "cookie", "proxy-authorization", "api_key", "access_token"})
_MOST_RECORDS = 1_000
_MOST_BYTES = 32 * 2**20


class Named(Mapping[str, str]):
    """Headers or query parameters: looked up without regard to case, shown without what is secret."""

    __slots__ = ("_values",)

    def __init__(self, values: CIMultiDictProxy[str] | Mapping[str, str]) -> None:
        self._values: CIMultiDict[str] = CIMultiDict(values)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(self._values))

    def __len__(self) -> int:
        return len(dict.fromkeys(self._values))

    def all(self, name: str) -> list[str]:
        """Give every value of a name, in the order they came."""
        return self._values.getall(name, [])

    def __repr__(self) -> str:
        shown = {name: "***" if name.lower() in _SECRETS else value for name, value in self._values.items()}
        return f"{type(self).__name__}({shown})"


@attrs.frozen(kw_only=True)
class ReceivedFile:
    """
    A file that came in a form; its bytes are not kept.

    Attributes:
        field: The name of the form field.
        filename: The file's name, `None` where none was sent.
        content_type: The type that was sent with it.
        size: Its length in bytes.
    """

    field: str
    filename: str | None
    content_type: str
    size: int


@attrs.frozen(kw_only=True)
class ReceivedRequest:
    """
    One request that the emulator was asked.

    Attributes:
        method: `GET`, `POST`, ...
        path: The path, without the query.
        query: The query's parameters.
        headers: The headers; credentials are there, and hidden in `repr`.
        api_version: The version in whose shape it was answered, `None` where the request named none.
        request_id: The id that the answer carries.
        json: The JSON body, `None` where there was none.
        form: The text fields of a form.
        files: The files of a form.
        status: The status it was answered with, `None` until then.
    """

    method: str
    path: str
    query: Named
    headers: Named
    api_version: str | None
    request_id: str
    json: object = None
    form: Mapping[str, str] = attrs.field(factory=dict[str, str])
    files: tuple[ReceivedFile, ...] = ()
    status: int | None = None


class RequestLog(Sequence[ReceivedRequest]):
    """
    The newest requests, newest last; a sequence that may be read from any thread.

    It holds at most 1,000 requests, and fewer where their bodies are large (32 MiB together).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._records: dict[int, ReceivedRequest] = {}
        self._sizes: dict[int, int] = {}
        self._held = 0

    @overload
    def __getitem__(self, index: int) -> ReceivedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[ReceivedRequest, ...]: ...
    def __getitem__(self, index: int | slice) -> ReceivedRequest | tuple[ReceivedRequest, ...]:
        with self._lock:
            return tuple(self._records.values())[index]

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self[:])})"

    @property
    def last(self) -> ReceivedRequest:
        """The newest request; `IndexError` where there was none."""
        return self[-1]

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._records.clear()
            self._sizes.clear()
            self._held = 0

    def add(self, record: ReceivedRequest) -> int:
        """Add a request; the number returned is what `amend` knows it by."""
        with self._lock:
            number = next(self._numbers)
            self._records[number] = record
            self._sizes[number] = 0
            self._forget_oldest()
            return number

    def amend(self, number: int, change: Callable[[ReceivedRequest], ReceivedRequest], *, size: int = 0) -> None:
        """
        Complete a record, if it is still held.

        Args:
            number: What `add` returned.
            change: Makes the complete record.
            size: How many bytes of the request the record holds from now on, beyond what it held.
        """
        with self._lock:
            record = self._records.get(number)
            if record is not None:
                self._records[number] = change(record)
                self._sizes[number] += size
                self._held += size
                self._forget_oldest()

    def _forget_oldest(self) -> None:
        while len(self._records) > _MOST_RECORDS or (self._held > _MOST_BYTES and len(self._records) > 1):
            oldest = next(iter(self._records))
            del self._records[oldest]
            self._held -= self._sizes.pop(oldest)
