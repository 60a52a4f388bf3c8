"""A long clip, worked on a few seconds at a time: cut where it is quiet, and put together again so that nobody hears it."""

from __future__ import annotations

import array
from collections.abc import Callable, Iterator

from .clip import Clip

_SHORTEST, _LONGEST = 4.0, 8.0  # seconds
_MARGIN = 0.1  # seconds of what is around it that a stretch is worked on with
_FADE = 0.01  # seconds in which one goes over into the next
_MOMENT = 0.02


def by_stretches(clip: Clip, work: Callable[[Clip], array.array[float]]) -> Iterator[array.array[float]]:
    """
    Work on a clip stretch by stretch.

    Args:
        clip: The clip.
        work: Gives as many samples as there are in the clip it is given.

    Returns:
        What was made of each stretch, as long as it, in order; each is made when it is asked for.
    """
    rate = clip.sample_rate
    margin, fade = round(_MARGIN * rate), round(_FADE * rate)
    tail: array.array[float] = array.array("f")
    start = 0
    while start < len(clip.samples):
        end = _end(clip, start)
        low = max(start - margin, 0)
        made = work(Clip(samples=clip.samples[low : end + margin], sample_rate=rate))
        stretch = made[start - low : end - low]
        for at, before in enumerate(tail[: len(stretch)]):
            share = (at + 1) / (len(tail) + 1)
            stretch[at] = share * stretch[at] + (1 - share) * before
        yield stretch
        tail = made[end - low : end - low + fade]
        start = end


def _end(clip: Clip, start: int) -> int:
    import numpy as np

    rate = clip.sample_rate
    size = max(round(_MOMENT * rate), 1)
    from_, to = start + round(_SHORTEST * rate), start + round(_LONGEST * rate)
    if to >= len(clip.samples):
        return len(clip.samples)
    values = np.frombuffer(clip.samples, np.float32)[from_:to]
    moments = values[: len(values) // size * size].reshape(-1, size)
    return from_ + size * int(np.argmin(np.square(moments).sum(axis=1))) + size // 2
