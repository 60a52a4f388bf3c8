"""Audio that is whole."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from ..models.events import PhonemeTimestampsData, WordTimestamps
from ..models.speech import Mp3Format, RawFormat, WavFormat
from . import formats, notebook, playing, plotting, subtitles
from .arrays import Floats, resampled, to_array
from .concatenation import concatenated
from .samples import Samples

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _count(noun: str, things: tuple[str, ...] | None) -> str:
    return "None" if things is None else f"<{len(things)} {noun}>"


@attrs.frozen(kw_only=True)
class Audio:
    """
    Audio that is whole, with what is known of it.

    Streams give it by ``collect()``. Nothing here changes an `Audio`: each method gives a new one. What is done here is done
    on this thread; in asynchronous code, do what takes long by `asyncio.to_thread`.

    Attributes:
        data: All the audio, in the format asked for.
        format: That format; ``None`` where this library does not know it.
        word_timestamps: All words with their times, where they were asked for.
        phoneme_timestamps: All phonemes with their times, where they were asked for.
        context_id: The context, where one was named.
    """

    data: bytes = attrs.field(repr=lambda data: f"<{len(data)} bytes>")
    format: RawFormat | WavFormat | Mp3Format | None = None
    word_timestamps: WordTimestamps | None = attrs.field(
        default=None, repr=lambda times: _count("words", times and times.words)
    )
    phoneme_timestamps: PhonemeTimestampsData | None = attrs.field(
        default=None, repr=lambda times: _count("phonemes", times and times.phonemes)
    )
    context_id: str | None = None

    @property
    def container(self) -> str | None:
        """``"raw"``, ``"wav"`` or ``"mp3"``; ``None`` where the format is not known."""
        return None if self.format is None else self.format.container

    @property
    def encoding(self) -> str | None:
        """How a sample is written, such as ``"pcm_s16le"``; ``None`` for MP3 and where the format is not known."""
        return self.format.encoding if isinstance(self.format, (RawFormat, WavFormat)) else None

    @property
    def sample_rate(self) -> int | None:
        """Samples a second, in Hz; ``None`` where the format is not known."""
        return None if self.format is None else self.format.sample_rate

    @property
    def bit_rate(self) -> int | None:
        """Bits a second, of MP3; ``None`` for what else there is."""
        return self.format.bit_rate if isinstance(self.format, Mp3Format) else None

    @property
    def duration(self) -> float:
        """
        How many seconds it lasts.

        Raises:
            ValueError: The format is not known, or the audio is not of it.
        """
        return formats.duration_of(self.data, self.format)

    def _samples(self) -> Samples:
        return formats.samples_of(self.data, self.format)

    def to_wav(self, *, encoding: str | None = None) -> Audio:
        """
        Give the same as a WAV file whose header is true.

        Args:
            encoding: ``"pcm_s16le"``, ``"pcm_f32le"``, ``"pcm_mulaw"`` or ``"pcm_alaw"``; left out, as it is, and
                ``"pcm_s16le"`` from MP3.

        Raises:
            ValueError: There is no such encoding, the format is not known, or the audio is not of it.
            ImportError: It is MP3, and the extra ``audio`` is not installed.
        """
        samples = self._samples()
        return self._with(samples.encoded(encoding or samples.encoding), raw=False)

    def to_raw(self, *, encoding: str | None = None) -> Audio:
        """
        Give the same as samples without a header.

        Args:
            encoding: As for `to_wav`.

        Raises:
            ValueError: There is no such encoding, the format is not known, the audio is not of it, or it is of several channels.
            ImportError: It is MP3, and the extra ``audio`` is not installed.
        """
        samples = self._samples()
        return self._with(samples.encoded(encoding or samples.encoding), raw=True)

    def resample(self, sample_rate: int) -> Audio:
        """
        Give the same sound at another rate.

        Args:
            sample_rate: Samples a second, in Hz.

        Returns:
            Audio in the same container and encoding; from MP3 a WAV file of ``"pcm_s16le"``. At its own rate, itself.

        Raises:
            ValueError: *sample_rate* is not a whole number above 0, or the audio is not of a known format.
            ImportError: The extra ``audio`` is not installed.
        """
        if isinstance(sample_rate, bool) or not isinstance(sample_rate, int) or sample_rate <= 0:
            msg = f"sample_rate must be a whole number above 0, not {sample_rate!r}"
            raise ValueError(msg)
        if sample_rate == self.sample_rate:
            return self
        return self._with(resampled(self._samples(), sample_rate), raw=isinstance(self.format, RawFormat))

    def _with(self, samples: Samples, *, raw: bool) -> Audio:
        format, data = formats.packed(samples, raw=raw)
        return attrs.evolve(self, data=data, format=format)

    def numpy(self) -> Floats:
        """
        Give the samples as an array of numpy.

        Returns:
            32 bit floats, of which -1.0 to 1.0 is full scale, of shape ``(samples,)``; where a WAV file has several
            channels, of shape ``(samples, channels)``.

        Raises:
            ValueError: The format is not known, or the audio is not of it.
            ImportError: The extra ``audio`` is not installed.
        """
        return to_array(self._samples(), "Audio.numpy()")

    def save(self, path: str | os.PathLike[str]) -> None:
        """
        Write a file, which is whole or not there, in the container that its suffix names.

        Args:
            path: Where to write: ``.wav``, ``.pcm`` or ``.raw`` (no header), ``.mp3``, ``.flac`` or ``.ogg`` (Vorbis); an
                existing file is replaced, and a pipe or a device written to.

        Raises:
            ValueError: The suffix is another, or the audio is not of a known format.
            ImportError: The extra ``audio`` is needed for it, and not installed.
            OSError: The file cannot be written.
        """
        formats.write(path, self.data, self.format)

    @classmethod
    def concat(cls, parts: Iterable[Audio], *, gap: float = 0.0) -> Audio:
        """
        Put audio one after the other, without a click where two parts meet.

        The first part tells the container, encoding and rate; the others are decoded and resampled as needed. Where two
        meet with a step steeper than the sound around it, 5 ms on each side are bent towards each other: no sample is
        added or lost, and the times of words and phonemes are moved by what comes before them.

        Args:
            parts: What to put together; of one number of channels.
            gap: Seconds of silence between two parts.

        Returns:
            Audio in the format of the first part; from MP3 a WAV file of ``"pcm_s16le"``. A single part comes back as it is.

        Raises:
            ValueError: There is nothing to put together, *gap* is not a number from 0 up, the numbers of channels
                differ, or a part is not of a known format.
            ImportError: The extra ``audio`` is needed for MP3 or to resample, and not installed.
        """
        return concatenated(list(parts), gap)

    def __add__(self, other: Audio) -> Audio:
        return concatenated([self, other], 0.0) if isinstance(other, Audio) else NotImplemented

    def srt(self, *, line_length: int = 42, lines: int = 2, pause: float = 0.8, longest: float = 7.0) -> str:
        """
        Give subtitles as SubRip (``.srt``), out of the times of words.

        A text ends at a pause, at its greatest length, and at the end of a sentence unless it is shorter than half a line.

        Args:
            line_length: The most characters of a line; only a longer word has more.
            lines: The most lines of a text.
            pause: Seconds between two words that part one text from the next.
            longest: The most seconds that a text is there; only a longer word takes more.

        Raises:
            ValueError: There are no times of words, or an argument is not above 0.
        """
        layout = subtitles.Layout(line_length=line_length, lines=lines, pause=pause, longest=longest)
        return subtitles.srt(self._words(), layout)

    def vtt(self, *, line_length: int = 42, lines: int = 2, pause: float = 0.8, longest: float = 7.0) -> str:
        """
        Give subtitles as WebVTT (``.vtt``), out of the times of words.

        Args:
            line_length: The most characters of a line; only a longer word has more.
            lines: The most lines of a text.
            pause: Seconds between two words that part one text from the next.
            longest: The most seconds that a text is there; only a longer word takes more.

        Raises:
            ValueError: There are no times of words, or an argument is not above 0.
        """
        layout = subtitles.Layout(line_length=line_length, lines=lines, pause=pause, longest=longest)
        return subtitles.vtt(self._words(), layout)

    def _words(self) -> WordTimestamps:
        if self.word_timestamps is None:
            msg = "this audio has no times of words: ask for them by tts.sse(..., add_timestamps=True).collect()"
            raise ValueError(msg)
        return self.word_timestamps

    def play(self, *, device: int | str | None = None) -> None:
        """
        Play it on a loudspeaker of this machine, and wait until it has been heard.

        Args:
            device: Which loudspeaker, by number or by a part of its name; left out, the usual one.

        Raises:
            ValueError: There is no such loudspeaker, or the audio is not of a known format.
            ImportError: The extra ``play`` (for MP3, ``audio`` as well) is not installed.
            OSError: The loudspeaker cannot play.
        """
        playing.play(self._samples(), device)

    async def aplay(self, *, device: int | str | None = None) -> None:
        """
        Play it without holding up the loop; cancelled, it is silent at once.

        Args:
            device: As for `play`.

        Raises:
            ValueError: There is no such loudspeaker, or the audio is not of a known format.
            ImportError: The extra ``play`` (for MP3, ``audio`` as well) is not installed.
            OSError: The loudspeaker cannot play.
        """
        await playing.play_async(self._samples(), device)

    def plot(self, axes: Axes | None = None) -> Axes:
        """
        Draw the waveform, with its words where their times are known.

        Args:
            axes: Where to draw; left out, in a new figure.

        Returns:
            The axes that were drawn on.

        Raises:
            ValueError: The format is not known, or the audio is not of it.
            ImportError: The extra ``plot`` (for MP3, ``audio`` as well) is not installed.
        """
        return plotting.plot(self._samples(), self.word_timestamps, axes)

    def _repr_html_(self) -> str | None:
        # What cannot be shown is shown as any object.
        if isinstance(self.format, Mp3Format):
            return notebook.element(self.data, formats.MEDIA_TYPES["mp3"], self.word_timestamps)
        try:
            samples = self._samples()
        except (ValueError, ImportError):
            return None
        # Browsers differ in what else they play.
        plain = samples if samples.encoding == "pcm_f32le" else samples.encoded("pcm_s16le")
        return notebook.element(formats.wav_of(plain), formats.MEDIA_TYPES["wav"], self.word_timestamps)
