"""What the tests of speech share: a time with the libraries of the extra, and one without."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import pytest

Installed = Callable[[], AbstractContextManager[None]]


@contextmanager
def _without_extra() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("numpy", "soundfile", "soxr", "parselmouth", "espeakng_loader"):
            patch.setitem(sys.modules, name, None)
        yield


@pytest.fixture
def without_extra() -> Installed:
    """Give what opens a time in which the libraries of the extra cannot be imported."""
    return _without_extra


@pytest.fixture(params=[nullcontext, _without_extra], ids=["with the extra", "without the extra"])
def installed(request: pytest.FixtureRequest) -> Installed:
    """Give what opens a time in which the libraries of the extra are there, and then one in which they are not."""
    found: Installed = request.param
    return found
