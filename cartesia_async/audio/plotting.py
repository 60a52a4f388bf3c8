"""A picture of the waveform, with its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..models.events import WordTimestamps
from .arrays import Floats, to_array
from .extras import library
from .samples import Samples

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# More columns than a picture has points cannot be seen.
_COLUMNS = 2000


def plot(samples: Samples, words: WordTimestamps | None, axes: Axes | None) -> Axes:
    """
    Draw the waveform over the seconds, and above it each word over its time.

    Args:
        samples: The audio.
        words: The words.
        axes: Where to draw; left out, in a new figure.

    Raises:
        ImportError: matplotlib is not installed.
    """
    purpose = "Plotting"
    library("matplotlib", extra="plot", purpose=purpose)
    values = to_array(samples, purpose, extra="plot")
    if axes is None:
        import matplotlib.pyplot as plt

        _, axes = plt.subplots(figsize=(10, 2.5), layout="constrained")
    canvas: Any = axes  # the library's own types are partial
    _draw(canvas, values if values.ndim == 1 else values.mean(axis=1), samples)
    canvas.set_xlabel("seconds")
    canvas.set_xlim(0, max(samples.duration, 1 / samples.sample_rate))
    canvas.set_ylim(-1, 1)
    if words is not None:
        _name(canvas, words)
    return axes


def _draw(canvas: Any, values: Floats, samples: Samples) -> None:
    import numpy as np

    # The highest and the lowest in each column: single samples would hide what is loud between them.
    width = max(1, -(-len(values) // _COLUMNS))
    columns = np.pad(values, (0, -len(values) % width), mode="edge") if len(values) else np.zeros(width, np.float32)
    columns = columns.reshape(-1, width)
    seconds = np.arange(len(columns)) * width / samples.sample_rate
    canvas.fill_between(seconds, columns.min(axis=1), columns.max(axis=1), linewidth=0.5, edgecolor="C0")


def _name(canvas: Any, words: WordTimestamps) -> None:
    for number, (word, start, end) in enumerate(zip(words.words, words.start, words.end, strict=False)):
        canvas.axvspan(start, end, color="C1", alpha=0.12 if number % 2 else 0.22, linewidth=0)
        canvas.annotate(
            word,
            ((start + end) / 2, 1),
            xytext=(0, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            rotation=45,
            ha="left",
            va="bottom",
            fontsize="small",
            parse_math=False,
        )
