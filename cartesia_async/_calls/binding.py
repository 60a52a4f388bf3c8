"""
How one declaration serves both clients.

A method of a `Resource` returns a `Call`: a request, and the two ways its answer can be read. `endpoint` hands the call
to the resource's runner. `Async` runs it on the caller's loop, `Blocking` on a private one; a resource is generic in its
runner, so that type checkers know for each client what its methods give.
"""

from __future__ import annotations

import abc
import functools
import inspect
import sys
from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload

import attrs

from .._wire.request import Options, Outgoing, Request
from .._wire.versions import version_for, warn_of_retired

if TYPE_CHECKING:
    from .._io.private_loop import PrivateLoop
    from .._io.transport import Transport

P = ParamSpec("P")
P2 = ParamSpec("P2")
A = TypeVar("A", covariant=True)
A2 = TypeVar("A2", covariant=True)
S = TypeVar("S", covariant=True)
S2 = TypeVar("S2", covariant=True)


class Call(abc.ABC, Generic[A, S]):
    """A request with its two results: *A* on the caller's loop, *S* on a private one."""

    request: Request

    @abc.abstractmethod
    def run(self, transport: Transport, outgoing: Outgoing) -> A:
        """Carry it out on the caller's loop."""

    @abc.abstractmethod
    def run_blocking(self, transport: Transport, outgoing: Outgoing, loop: PrivateLoop) -> S:
        """Carry it out on *loop*."""


def _outgoing(request: Request, options: Options) -> Outgoing:
    # Four frames up is the user's line: this, the runner, the bound method, the user.
    outgoing = Outgoing(request, version_for(request.needs, options.api_version), options)
    warn_of_retired(request.needs, stacklevel=4)
    return outgoing


@attrs.frozen
class Async:
    """Runs calls on the loop that awaits them."""

    transport: Transport
    options: Options

    def __call__(self, call: Call[A, Any]) -> A:
        """Run *call*."""
        return call.run(self.transport, _outgoing(call.request, self.options))


@attrs.frozen
class Blocking:
    """Runs calls on a private loop, and waits."""

    transport: Transport
    options: Options
    loop: PrivateLoop

    def __call__(self, call: Call[Any, S]) -> S:
        """Run *call*."""
        return call.run_blocking(self.transport, _outgoing(call.request, self.options), self.loop)


R = TypeVar("R", Async, Blocking)


class Resource(Generic[R]):
    """A family of endpoints, and what carries them out."""

    _runner: R

    def __init__(self, runner: R) -> None:
        self._runner = runner


def _spelled_out(declare: Callable[..., Any]) -> inspect.Signature:
    # For those who ask for help: the names behind `**options: Unpack[...]`.
    signature = inspect.signature(declare)
    parameters = list(signature.parameters.values())
    options = parameters[-1]
    if options.kind is not options.VAR_KEYWORD:
        return signature
    known = vars(sys.modules[declare.__module__])[options.annotation.removeprefix("Unpack[").removesuffix("]")]
    named = [
        inspect.Parameter(
            name,
            options.KEYWORD_ONLY,
            default=options.empty if name in known.__required_keys__ else None,
            annotation=getattr(kind, "__forward_arg__", kind),
        )
        for name, kind in known.__annotations__.items()
    ]
    return signature.replace(parameters=parameters[:-1] + named)


class endpoint(Generic[P, A, S]):  # noqa: N801 - it is used as a decorator
    """Turns a method that declares a `Call` into one that makes it."""

    def __init__(self, declare: Callable[Concatenate[Any, P], Call[A, S]]) -> None:
        @functools.wraps(declare)
        def method(resource: Any, *args: P.args, **kwargs: P.kwargs) -> Any:
            return resource._runner(declare(resource, *args, **kwargs))  # noqa: SLF001 - its own resource

        method.__signature__ = _spelled_out(declare)  # type: ignore[attr-defined]  # pyright: ignore[reportFunctionMemberAccess]
        self.method = method
        self.declare = declare
        self.__doc__ = declare.__doc__

    @overload
    def __get__(self, resource: None, owner: object) -> Callable[Concatenate[Any, P], Call[A, S]]: ...
    @overload
    def __get__(self, resource: Resource[Async], owner: object) -> Callable[P, A]: ...
    @overload
    def __get__(self, resource: Resource[Blocking], owner: object) -> Callable[P, S]: ...
    def __get__(self, resource: Any, owner: Any) -> Any:
        return self.method if resource is None else MethodType(self.method, resource)


class Either(Protocol[P, A, P2, A2]):
    """A method with two signatures."""

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> A: ...
    @overload
    def __call__(self, *args: P2.args, **kwargs: P2.kwargs) -> A2: ...


class either(Generic[P, A, S, P2, A2, S2]):  # noqa: N801 - it is used like `endpoint`
    """
    Joins two endpoints into one method.

    Args:
        first: The endpoint that is meant where *keyword* is among the arguments.
        second: The one that is meant otherwise.
        keyword: The argument that tells.
    """

    def __init__(self, first: endpoint[P, A, S], second: endpoint[P2, A2, S2], *, keyword: str) -> None:
        def method(resource: Any, *args: Any, **kwargs: Any) -> Any:
            declare = (first if keyword in kwargs else second).declare
            return resource._runner(declare(resource, *args, **kwargs))  # noqa: SLF001 - its own resource

        self.method = functools.wraps(second.method)(method)
        self.__doc__ = second.__doc__

    @overload
    def __get__(self, resource: None, owner: object) -> Callable[..., Any]: ...
    @overload
    def __get__(self, resource: Resource[Async], owner: object) -> Either[P, A, P2, A2]: ...
    @overload
    def __get__(self, resource: Resource[Blocking], owner: object) -> Either[P, S, P2, S2]: ...
    def __get__(self, resource: Any, owner: Any) -> Any:
        return self.method if resource is None else MethodType(self.method, resource)
