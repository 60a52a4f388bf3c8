"""A local Cartesia: the same API on loopback, speaking real audio, with no key and no network."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .faults.fault import Fault
    from .faults.script import ScriptedFault
    from .received import ReceivedFile, ReceivedRequest, ReceivedRequests
    from .received_speech import ReceivedSpeech
    from .recording.library import Unmatched
    from .recording.recorder import Recorder
    from .recording.recording import RecordingError
    from .server import Emulator

__all__ = [
    "Emulator",
    "Fault",
    "ReceivedFile",
    "ReceivedRequest",
    "ReceivedRequests",
    "ReceivedSpeech",
    "Recorder",
    "RecordingError",
    "ScriptedFault",
    "Unmatched",
]

_HOMES = {
    "Emulator": "server",
    "Fault": "faults.fault",
    "ReceivedFile": "received",
    "ReceivedRequest": "received",
    "ReceivedRequests": "received",
    "ReceivedSpeech": "received_speech",
    "Recorder": "recording.recorder",
    "RecordingError": "recording.recording",
    "ScriptedFault": "faults.script",
    "Unmatched": "recording.library",
}


def __getattr__(name: str) -> object:
    # What is asked for is loaded at its first use, so that importing this package stays cheap.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
