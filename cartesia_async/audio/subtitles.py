"""Subtitles, made of words and their times."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

import attrs

from ..models.events import WordTimestamps

# A text that is there for less cannot be read.
_SHORTEST = 1000
_ENDS = (".", "!", "?", "…", "。", "！", "？", "۔", "।")  # noqa: RUF001 - they are what they look like
_QUOTES = "\"'”’»)]"  # noqa: RUF001 - they are what they look like


@attrs.frozen(kw_only=True)
class Layout:
    """
    How words are put together.

    Attributes:
        line_length: The most characters of a line; only a longer word has more.
        lines: The most lines of a text.
        pause: Seconds between two words that part one text from the next.
        longest: The most seconds that a text is there; only a longer word takes more.
    """

    line_length: int = 42
    lines: int = 2
    pause: float = 0.8
    longest: float = 7.0

    def __attrs_post_init__(self) -> None:
        for name in ("line_length", "lines"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                msg = f"{name} must be a whole number above 0, not {value!r}"
                raise ValueError(msg)
        for name in ("pause", "longest"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
                msg = f"{name} must be a number above 0, not {value!r}"
                raise ValueError(msg)


@attrs.frozen
class Cue:
    """
    A text and its time.

    Attributes:
        start: Where it begins, in milliseconds.
        end: Where it ends.
        lines: Its lines.
    """

    start: int
    end: int
    lines: tuple[str, ...]


@attrs.frozen
class _Word:
    text: str
    start: int
    end: int


def srt(words: WordTimestamps, layout: Layout) -> str:
    """Give subtitles as SubRip (``.srt``)."""
    blocks = (
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n" + "\n".join(cue.lines) + "\n"
        for number, cue in enumerate(cues(words, layout), start=1)
    )
    return "\n".join(blocks)


def vtt(words: WordTimestamps, layout: Layout) -> str:
    """Give subtitles as WebVTT (``.vtt``)."""
    blocks = (
        f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n" + html.escape("\n".join(cue.lines), quote=False) + "\n"
        for cue in cues(words, layout)
    )
    return "\n".join(("WEBVTT\n", *blocks))


def _time(milliseconds: int, mark: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{rest:03}"


def cues(words: WordTimestamps, layout: Layout) -> list[Cue]:
    """
    Put words together.

    A text ends at a pause, at its greatest length, and at the end of a sentence unless it is shorter than half a line.

    Returns:
        Texts whose times rise and never overlap.

    Raises:
        ValueError: There are not as many times as words.
    """
    groups = list(_groups(list(_in_order(words)), layout))
    found: list[Cue] = []
    for number, group in enumerate(groups):
        # What is there for a moment only stays longer, where nothing follows at once.
        following = groups[number + 1][0].start if number + 1 < len(groups) else None
        end = max(group[-1].end, group[0].start + _SHORTEST)
        if following is not None:
            end = max(group[-1].end, min(end, following))
        found.append(Cue(group[0].start, end, _lines(group, layout.line_length)))
    return found


def _in_order(words: WordTimestamps) -> Iterator[_Word]:
    # However the times came, no word begins before the one before it has ended.
    if not len(words.words) == len(words.start) == len(words.end):
        msg = f"there are {len(words.words)} words, but {len(words.start)} starts and {len(words.end)} ends"
        raise ValueError(msg)
    at = 0
    for text, start, end in zip(words.words, words.start, words.end, strict=True):
        if shown := " ".join(text.split()):
            begin = max(at, round(1000 * start))
            at = max(begin + 1, round(1000 * end))
            yield _Word(shown, begin, at)


def _groups(words: Sequence[_Word], layout: Layout) -> Iterator[list[_Word]]:
    group: list[_Word] = []
    for word in words:
        if group and _parts(group, word, layout):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _parts(group: list[_Word], word: _Word, layout: Layout) -> bool:
    if word.start - group[-1].end >= 1000 * layout.pause or word.end - group[0].start > 1000 * layout.longest:
        return True
    lines = _lines([*group, word], layout.line_length)
    if len(lines) > layout.lines:
        return True
    there = sum(len(line) for line in _lines(group, layout.line_length))
    return 2 * there >= layout.line_length and group[-1].text.rstrip(_QUOTES).endswith(_ENDS)


def _lines(group: Sequence[_Word], length: int) -> tuple[str, ...]:
    lines = [group[0].text]
    for word in group[1:]:
        longer = lines[-1] + _between(lines[-1][-1], word.text[0]) + word.text
        if len(longer) > length:
            lines.append(word.text)
        else:
            lines[-1] = longer
    return tuple(lines)


def _between(before: str, after: str) -> str:
    return "" if _is_unspaced(before) and _is_unspaced(after) else " "


def _is_unspaced(character: str) -> bool:
    # Thai, Lao, Burmese, Khmer, and from the punctuation of Chinese and Japanese on to the last of their letters.
    code = ord(character)
    return (
        0x0E00 <= code <= 0x0EFF
        or 0x1000 <= code <= 0x109F
        or 0x1780 <= code <= 0x17FF
        or 0x3000 <= code <= 0x30FF
        or 0x3400 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )
