"""The clips that requests carry: read, listened to, said again in another voice."""

from __future__ import annotations

from .clip import Clip, UnreadableClip
from .hearing import changes, timbre_heard_in
from .reading import read_clip

__all__ = ["Clip", "UnreadableClip", "changes", "read_clip", "timbre_heard_in"]
