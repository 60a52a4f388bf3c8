"""Putting audio one after the other: no click, nothing lost, and times that go on."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async import Audio, Mp3Format, PhonemeTimestampsData, RawFormat, WavFormat
from tests.audio.tones import level, tone, values, words

ENCODINGS = ("pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw")
REACH = 40  # 5 ms at 8000 Hz


def steepest(audio: Audio) -> float:
    """Give the greatest step between two samples."""
    found = values(audio)
    return max(abs(after - before) for before, after in zip(found, found[1:], strict=False))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("gap", [0.0, 0.001, 0.25])
def test_no_click_where_two_meet(encoding: str, gap: float) -> None:
    """Where parts of very different levels meet, with or without silence between, no step is left that clicks."""
    parts = [level(0.8, 400, encoding), level(-0.6, 300, encoding), level(0.7, 5, encoding), level(0.1, 500, encoding)]
    whole = Audio.concat(parts, gap=gap)
    assert steepest(whole) < (0.3 if "law" in encoding else 0.25)
    assert max(map(abs, values(whole))) < 0.9
    silence = round(gap * 8000)
    assert len(values(whole)) == 1205 + 3 * silence
    if gap > 0.1:
        # A-law has no nought, but something next to it.
        assert max(map(abs, values(whole)[400 : 400 + silence])) < 0.001


@given(
    st.sampled_from(ENCODINGS),
    st.lists(st.floats(-1, 1), min_size=2, max_size=4),
    st.lists(st.integers(0, 90), min_size=4, max_size=4),
)
def test_only_what_is_near_is_touched(encoding: str, levels: list[float], lengths: list[int]) -> None:
    """No sample is added or lost, and none further than 5 ms from where parts meet is touched."""
    parts = [level(value, length, encoding) for value, length in zip(levels, lengths, strict=False)]
    whole = values(Audio.concat(parts))
    assert len(whole) == sum(lengths[: len(parts)])
    at = 0
    for number, part in enumerate(parts):
        one = values(part)
        left = REACH if number and sum(lengths[:number]) else 0
        for place in range(left, len(one) - REACH if number + 1 < len(parts) else len(one)):
            assert whole[at + place] == one[place]
        at += len(one)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("cut", [1, 799, 813, 1599])
def test_what_was_one_sound_is_one_again(encoding: str, cut: int) -> None:
    """A sound that was cut in two is put together as it was, byte by byte."""
    whole = tone(encoding)
    at = cut * len(whole.data) // 1600
    parts = [attrs.evolve(whole, data=data) for data in (whole.data[:at], whole.data[at:])]
    assert parts[0] + parts[1] == whole


def test_times_go_on() -> None:
    """The times of words and phonemes are moved by all that comes before; the context stays where it is one."""
    one = attrs.evolve(level(0, 4000), word_timestamps=words(("a", 0.1, 0.4)), context_id="c")
    two = attrs.evolve(
        level(0, 8000),
        word_timestamps=words(("b", 0, 0.5), ("c", 0.5, 1)),
        phoneme_timestamps=PhonemeTimestampsData(phonemes=("d",), start=(0.25,), end=(0.5,)),
        context_id="c",
    )
    whole = Audio.concat((one, two, level(0, 800)), gap=0.25)
    assert whole.duration == 2.1
    assert whole.word_timestamps == words(("a", 0.1, 0.4), ("b", 0.75, 1.25), ("c", 1.25, 1.75))
    assert whole.phoneme_timestamps is not None
    assert whole.phoneme_timestamps.start == (1.0,)
    assert whole.context_id is None
    assert (one + two).context_id == "c"
    assert (one + one).phoneme_timestamps is None


def test_the_first_tells_the_format() -> None:
    """Encoding and container of the whole are the first part's."""
    assert (level(0.1, 80, "pcm_mulaw") + level(0.1, 80, "pcm_f32le")).format == RawFormat(
        encoding="pcm_mulaw", sample_rate=8000
    )
    whole = level(0.25, 80).to_wav() + level(0.25, 80, "pcm_f32le")
    assert whole.format == WavFormat(encoding="pcm_s16le", sample_rate=8000)
    assert values(whole) == [0.25] * 160


def test_other_rates_are_resampled() -> None:
    """A part of another rate lasts as long in the whole as it did."""
    pytest.importorskip("soxr")
    whole = Audio.concat([tone(rate=16000), tone(rate=8000, frames=800)])
    assert whole.sample_rate == 16000
    assert whole.duration == pytest.approx(0.2)


def test_mp3_is_decoded() -> None:
    """MP3 is put together as well, into a WAV file."""
    from tests.audio.test_files import as_mp3, mp3

    audio = as_mp3(mp3(frames=44100))
    whole = audio + audio
    assert whole.format == WavFormat(encoding="pcm_s16le", sample_rate=44100)
    assert whole.duration == pytest.approx(2)


def test_what_cannot_be_put_together_is_told() -> None:
    """Nothing, a gap that is none, unknown audio, and what is no audio are refused by their names."""
    with pytest.raises(ValueError, match="parts must hold at least one Audio"):
        Audio.concat([])
    for gap in (-1, float("nan"), float("inf"), "1", True):
        with pytest.raises(ValueError, match="gap must be a number of seconds from 0 up"):
            Audio.concat([tone()], gap=gap)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="format of this audio is not known"):
        _ = tone() + Audio(data=b"ab")
    with pytest.raises(ValueError, match="not an MP3 file"):
        _ = Audio(data=b"", format=Mp3Format(sample_rate=8000, bit_rate=32000)).duration
    with pytest.raises(TypeError):
        _ = tone() + b"ab"  # type: ignore[operator]
    one = tone()
    assert Audio.concat([one]) is one
    assert Audio.concat([level(0.5, 0), level(0.5, 0)], gap=0.5).duration == 0.5
