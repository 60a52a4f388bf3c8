"""What a notebook shows of audio."""

from __future__ import annotations

import html
from base64 import b64encode

from ..models.events import WordTimestamps


def element(data: bytes, media_type: str, words: WordTimestamps | None) -> str:
    """
    Give an audio element, whose source is the audio itself, and the words below it.

    Args:
        data: A file that browsers play.
        media_type: What it is.
        words: The words.
    """
    source = f"data:{html.escape(media_type)};base64,{b64encode(data).decode()}"
    player = f'<audio controls preload="metadata" src="{source}"></audio>'
    if words is None or not words.words:
        return player
    spans = (
        f'<span title="{start:.2f} s">{html.escape(word)}</span>'
        for word, start in zip(words.words, words.start, strict=False)
    )
    return f"<figure>{player}<figcaption>{' '.join(spans)}</figcaption></figure>"
