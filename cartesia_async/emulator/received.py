"""What the emulator was asked: one record a request, of the last thousand, laid out for assertions."""

from __future__ import annotations

import itertools
import reprlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, overload

import attrs
from multidict import CIMultiDict, CIMultiDictProxy

from .faults.fault import Fault
from .faults.paths import matches
from .received_speech import ReceivedSpeech, speech_of

_SECRETS = frozenset({"x-api-key", "authorization", "cookie", "proxy-authorization", "api_key", "access_token"})
_MOST_RECORDS = 1_000
_MOST_BYTES = 32 * 2**20
_MOST_SHOWN = 10
# A value as a failing assertion shows it: an embedding has a hundred numbers, a transcript a thousand words.
_brief = reprlib.Repr()
_brief.maxdict, _brief.maxstring, _brief.maxother = 12, 200, 200


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


@attrs.frozen(kw_only=True, repr=False)
class ReceivedRequest:
    """
    One request that the emulator was asked.

    Attributes:
        method: `GET`, `POST`, ...
        path: The path, without the query.
        query: The query's parameters.
        headers: The headers; credentials are there, and not in `repr`.
        api_version: The version in whose shape it was answered, `None` where the request named none.
        request_id: The id that the answer carries.
        json: The JSON body, `None` where there was none.
        form: The text fields of a form.
        files: The files of a form.
        messages: What came over a WebSocket, newest last, the last 1,000: JSON as it was read, a text that is none, or
            bytes.
        status: The status it was answered with, `None` until then.
        fault: What went wrong on purpose, `None` where nothing did. A connection that was reset as it came has a record
            too, with a fault and nothing else.
    """

    method: str
    path: str
    query: Named
    headers: Named
    api_version: str | None
    request_id: str
    json: Any = None
    form: Mapping[str, str] = attrs.field(factory=dict[str, str])
    files: tuple[ReceivedFile, ...] = ()
    messages: tuple[Any, ...] = ()
    status: int | None = None
    fault: Fault | None = None

    def __repr__(self) -> str:
        names = ("query", "json", "form", "files", "messages")
        told = [f"{name}={_brief.repr(value)}" for name in names if (value := getattr(self, name))]
        return f"<{', '.join([self._line, *told])}>"

    @property
    def _line(self) -> str:
        answer = "unanswered" if self.status is None else self.status
        # A connection that was reset as it came has asked for nothing.
        asked = f"{self.method} {self.path}" if self.method else "connection"
        return f"{asked} {answer}{'' if self.fault is None else ' (fault)'}"

    @property
    def speech(self) -> ReceivedSpeech | None:
        """What was to be said, and by which voice; over a WebSocket, by the newest context. `None` where nothing was."""
        return next(reversed(speech_of(self)), None)


class ReceivedRequests(Sequence[ReceivedRequest]):
    """
    Requests, newest last.

    Args:
        requests: They.
        wanted: What they have in common, for the error where there is none.
    """

    def __init__(self, requests: Sequence[ReceivedRequest], *, wanted: str) -> None:
        self._requests = tuple(requests)
        self._wanted = wanted

    @property
    def _now(self) -> tuple[ReceivedRequest, ...]:
        return self._requests

    @overload
    def __getitem__(self, index: int) -> ReceivedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[ReceivedRequest, ...]: ...
    def __getitem__(self, index: int | slice) -> ReceivedRequest | tuple[ReceivedRequest, ...]:
        return self._now[index]

    def __iter__(self) -> Iterator[ReceivedRequest]:
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)

    def __repr__(self) -> str:
        return f"<{_lines(self._now)}>"

    @property
    def last(self) -> ReceivedRequest:
        """The newest request; `IndexError` where there was none."""
        __tracebackhide__ = True  # pytest shows the line of the test instead
        requests = self._now
        if not requests:
            raise IndexError(self._wanted)
        return requests[-1]

    @property
    def speech(self) -> list[ReceivedSpeech]:
        """All speech that was asked for, whatever the answer was, oldest first; of a WebSocket, each context."""
        return [speech for request in self._now for speech in speech_of(request)]

    def where(self, path: str = "*", *, method: str | None = None, status: int | None = None) -> ReceivedRequests:
        """
        Give those requests that are alike.

        Args:
            path: Their path. `*` stands for any text (`/voices/*`); a slash at the end makes no difference.
            method: Their method, `None` for any.
            status: The status they were answered with, `None` for any.

        Returns:
            The requests until now, newest last.
        """
        requests = self._now
        alike = [
            request
            for request in requests
            if matches(path, request.path)
            and (method is None or request.method == method.upper())
            and (status is None or request.status == status)
        ]
        wanted = " ".join(str(one) for one in (method, path, status) if one is not None)
        return ReceivedRequests(alike, wanted=f"nothing like {wanted!r} among {_lines(requests)}")


def _lines(requests: Sequence[ReceivedRequest]) -> str:
    if not requests:
        return "no requests"
    newest = [request._line for request in requests[-_MOST_SHOWN:]]  # noqa: SLF001 (of this module)
    before = ["..."] if len(requests) > _MOST_SHOWN else []
    return f"{len(requests)} request{'s' * (len(requests) > 1)}: {', '.join(before + newest)}"


class RequestLog(ReceivedRequests):
    """
    The newest requests, newest last; a sequence that may be read from any thread.

    It holds at most 1,000 requests, and fewer where their bodies are large (32 MiB together).
    """

    def __init__(self) -> None:
        super().__init__((), wanted="nothing was asked yet")
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._records: dict[int, ReceivedRequest] = {}
        self._sizes: dict[int, int] = {}
        self._held = 0

    @property
    def _now(self) -> tuple[ReceivedRequest, ...]:
        with self._lock:
            return tuple(self._records.values())

    def __len__(self) -> int:
        return len(self._records)

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
