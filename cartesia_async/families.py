"""What both clients have: the families of calls."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs

from ._calls.binding import R, Resource, endpoint
from ._wire import checks
from ._wire.request import Form, Request, params

if TYPE_CHECKING:
    from ._calls.fetch import Fetch
    from ._wire.request import Options
    from .models.timeouts import Timeout
    from .models.uploads import Content, Upload
    from .resources.api_status import ApiStatus
    from .resources.datasets import Datasets
    from .resources.tts import TTS
    from .resources.voice_changer import VoiceChanger
    from .resources.voices import Voices


class Client(Resource[R], abc.ABC):
    """
    What both clients have: the families of calls, each once.

    Attributes:
        api_status: The service's own state.
        tts: Text to speech.
        voice_changer: Speech in, the same speech in another voice out.
        voices: The voices that speak.
        datasets: Collections of recordings to train voices on.
    """

    api_status: ApiStatus[R]
    tts: TTS[R]
    voice_changer: VoiceChanger[R]
    voices: Voices[R]
    datasets: Datasets[R]

    def _furnish(self, runner: R) -> None:
        # Importing the package is cheap because only making a client loads what makes requests:
        # here, and not in the middle of one.
        from .resources import api_status, datasets, tts, voice_changer, voices

        self._runner = runner
        self.api_status = api_status.ApiStatus(runner)
        self.tts = tts.TTS(runner)
        self.voice_changer = voice_changer.VoiceChanger(runner)
        self.voices = voices.Voices(runner)
        self.datasets = datasets.Datasets(runner)

    @abc.abstractmethod
    def _begin(self, transport: Any, options: Options) -> None:
        """Begin with a *transport* of one's own."""

    def with_options(
        self,
        *,
        timeout: float | Timeout | None = None,
        max_retries: int | None = None,
        api_version: str | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Self:
        """
        Make a view of this client with other options; it shares the connections.

        Args:
            timeout: Seconds, or a `Timeout`.
            max_retries: How often a failed request is repeated.
            api_version: A date that pins every call to one API version.
            headers: Headers laid over this client's; a value of ``None`` removes one.

        Raises:
            ValueError: An argument is known to be wrong.
        """
        from ._io.settings import changed

        options = changed(
            self._runner.options, timeout=timeout, max_retries=max_retries, api_version=api_version, headers=headers
        )
        view = type(self).__new__(type(self))
        view._furnish(attrs.evolve(self._runner, options=options))  # noqa: SLF001 - it is being made
        return view

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Pickle all but the connections; a copy, too, has its own."""
        return _unpickled, (type(self), *self._runner.transport.__reduce__(), self._runner.options)

    def __repr__(self) -> str:
        # A traceback may show a client that is being made.
        runner = getattr(self, "_runner", None)
        return f"{type(self).__name__}({f'base_url={runner.transport.base_url!r}' if runner is not None else ''})"

    @endpoint
    def request(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, str | Content | Upload] | None = None,
    ) -> Fetch[Any]:
        """
        Reach what has no method yet, with the same credential, retries and errors.

        Args:
            method: The HTTP method.
            path: The path, such as ``"/voices"``; a ``%`` stands as it is.
            json: A JSON body.
            params: The query; ``None`` is left out, a list is repeated under ``name[]``.
            form: A multipart body: strings are fields, and all else is a file; for a path, wrap it in `Upload`.

        Returns:
            A JSON answer as plain data, an empty one as ``None``, any other as bytes.

        Raises:
            ValueError: The method is no word, the path is not below the base URL, or both *json* and *form* are given.
            CartesiaError: The request failed.
        """
        from ._calls.fetch import Fetch

        method, path = checks.method("method", method), checks.path_below("path", path)
        if json is not None and form is not None:
            msg = "json and form exclude each other"
            raise ValueError(msg)
        return Fetch(Request(method, path, params=_query(params), json=json, form=_form(form)), bytes)


def _query(given: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    return params(given or {})


def _form(given: Mapping[str, str | Content | Upload] | None) -> Form | None:
    from .models.uploads import Upload

    if given is None:
        return None
    fields = tuple((name, value) for name, value in given.items() if isinstance(value, str))
    files = tuple((name, Upload.of(value)) for name, value in given.items() if not isinstance(value, str))
    return Form(fields, files)


def _unpickled(kind: type[Client[Any]], make: Callable[..., Any], parts: tuple[Any, ...], options: Options) -> Any:
    client = kind.__new__(kind)
    client._begin(make(*parts), options)  # noqa: SLF001 - it is being made
    return client
