"""What can be made to go wrong: one fault, the script of those to come, how each is played, and chance."""

from __future__ import annotations
