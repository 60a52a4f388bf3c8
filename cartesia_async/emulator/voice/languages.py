"""The languages and accents that a voice may have."""

from __future__ import annotations

# The order of both is part of what an embedding means: new ones go to the end.
LANGUAGES = tuple(
    "en fr de es pt zh ja hi it ko nl pl ru sv tr tl bg ro ar cs el fi hr ms sk da ta uk hu no vi bn th he ka id te gu"
    " kn ml mr pa or ur".split()
)
ACCENTS = ("", "us", "uk", "au", "in", "so", "sc", "cb", "eu", "ca", "be", "ch", "mx", "pe", "br")


def known_language(code: str) -> str:
    """Give the language of a code or locale (`en`, `en-GB`, `EN_gb`); `en` for one that is not known."""
    language = code.replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else LANGUAGES[0]


def known_accent(code: str) -> str:
    """Give an accent by its code; `""`, the usual one of any language, for one that is not known."""
    return code.lower() if code.lower() in ACCENTS else ""
