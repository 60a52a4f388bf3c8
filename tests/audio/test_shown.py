"""What a notebook shows of audio, and what is said where an extra is missing."""

from __future__ import annotations

import sys
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest

from cartesia_async import Audio, Mp3Format, RawFormat, WavFormat
from cartesia_async._wire.wav import read_header
from cartesia_async.audio import extras
from tests.audio.tones import tone, words

MP3 = Audio(data=b"\xff\xfbmp3", format=Mp3Format(sample_rate=44100, bit_rate=128000))


class Page(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def audio(self) -> tuple[str, bytes]:
        """The media type and the bytes of the one audio element."""
        (element,) = [found for tag, found in self.elements if tag == "audio"]
        head, _, body = (element["src"] or "").partition(";base64,")
        assert "controls" in element
        return head.removeprefix("data:"), b64decode(body)


@pytest.mark.parametrize(
    ("audio", "encoding"),
    [
        (tone(), "pcm_s16le"),
        (tone("pcm_f32le").to_wav(), "pcm_f32le"),
        (tone("pcm_mulaw"), "pcm_s16le"),
        (tone("pcm_alaw").to_wav(), "pcm_s16le"),
    ],
    ids=["raw", "wav", "mu-law", "A-law"],
)
def test_a_notebook_shows_a_player(audio: Audio, encoding: str) -> None:
    """A notebook shows an audio element that holds the audio as a WAV file in an encoding that every browser plays."""
    media_type, data = Page(audio._repr_html_() or "").audio
    header = read_header(data)
    assert header is not None
    assert (media_type, header.encoding, header.sample_rate) == ("audio/wav", encoding, 16000)
    assert Audio(data=data, format=WavFormat(encoding=encoding, sample_rate=16000)).to_raw() == audio.to_raw(
        encoding=encoding
    )


def test_mp3_is_shown_as_it_is() -> None:
    """MP3 goes to the browser as it came, with nothing to install."""
    assert Page(MP3._repr_html_() or "").audio == ("audio/mpeg", MP3.data)


def test_words_are_escaped() -> None:
    """Words stand below the player, and what looks like HTML in them is text."""
    evil = '<script>alert("&")</script>'
    page = Page(attrs.evolve(tone(), word_timestamps=words((evil, 0, 0.5), ("b", 1, 2)))._repr_html_() or "")
    assert {tag for tag, _ in page.elements} == {"figure", "audio", "figcaption", "span"}
    assert page.text == f"{evil} b"
    assert [found["title"] for tag, found in page.elements if tag == "span"] == ["0.00 s", "1.00 s"]


@pytest.mark.parametrize(
    "audio",
    [Audio(data=b"ab"), Audio(data=b"ab", format=WavFormat(encoding="pcm_s16le", sample_rate=8000))],
    ids=["unknown", "broken"],
)
def test_what_cannot_be_played_is_shown_as_any_object(audio: Audio) -> None:
    """Audio that is not understood has no player, and is no error in a notebook."""
    assert audio._repr_html_() is None


@pytest.fixture
def axes(monkeypatch: pytest.MonkeyPatch) -> Any:
    matplotlib = pytest.importorskip("matplotlib")
    before = matplotlib.get_backend()
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield plt.figure().subplots()
    plt.close("all")
    matplotlib.use(before)


def test_the_waveform_is_drawn_with_its_words(axes: Any, tmp_path: Path) -> None:
    """`plot` draws the waveform over its seconds, and each word at its time, whatever is in it."""
    audio = attrs.evolve(tone(frames=16000), word_timestamps=words((r"$\no$", 0.1, 0.4), ("<two>", 0.5, 0.9)))
    assert audio.plot(axes) is axes
    assert [text.get_text() for text in axes.texts] == [r"$\no$", "<two>"]
    assert [text.xy[0] for text in axes.texts] == [0.25, 0.7]
    assert axes.get_xlim() == (0, 1)
    (wave,) = axes.collections
    heights = wave.get_paths()[0].vertices[:, 1]
    assert heights.max() == pytest.approx(0.6, abs=0.01)
    assert heights.min() == pytest.approx(-0.6, abs=0.01)
    axes.figure.savefig(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 1000


def test_a_plot_finds_its_own_place(axes: Any) -> None:
    """Without axes a figure is made; empty audio and a single peak between many samples are drawn too."""
    assert tone(frames=0).plot() is not axes
    data = bytearray(2 * 400_000)
    data[2 * 333_333 : 2 * 333_333 + 2] = b"\xff\x7f"
    drawn = Audio(data=bytes(data), format=RawFormat(encoding="pcm_s16le", sample_rate=8000)).plot()
    heights = drawn.collections[0].get_paths()[0].vertices[:, 1]
    assert heights.max() > 0.99
    assert len(heights) < 10_000


@pytest.mark.parametrize(
    ("library", "extra", "use"),
    [
        ("numpy", "audio", lambda _: tone().numpy()),
        ("soxr", "audio", lambda _: tone().resample(8000)),
        ("soundfile", "audio", lambda folder: tone().save(folder / "tone.flac")),
        ("soundfile", "audio", lambda _: MP3.to_wav()),
        ("sounddevice", "play", lambda _: tone().play()),
        ("matplotlib", "plot", lambda _: tone().plot()),
        ("numpy", "plot", lambda _: tone().plot()),
    ],
    ids=["numpy", "soxr", "encode", "decode", "play", "matplotlib", "plot"],
)
def test_a_missing_extra_is_named(
    library: str, extra: str, use: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a library of an extra, what needs it is an `ImportError` that names the extra; no file is left."""
    if library == "numpy" and extra == "plot":
        pytest.importorskip("matplotlib")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf"needs {library}: pip install 'cartesia-async\[{extra}\]'") as caught:
        use(tmp_path)
    assert caught.value.name == library
    assert list(tmp_path.iterdir()) == []


def test_what_is_installed_but_cannot_be_loaded_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a library is there and what it is built on is not, the error says so, and names no extra."""

    def fail(_: str) -> None:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(extras, "import_module", fail)
    with pytest.raises(
        ImportError, match="Playing needs sounddevice, which is installed but cannot be loaded: PortAudio"
    ):
        tone().play()


def test_a_base_install_does_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any extra: durations, WAV files, other encodings, putting together, subtitles and players."""
    for library in ("numpy", "soxr", "soundfile", "sounddevice", "matplotlib"):
        monkeypatch.setitem(sys.modules, library, None)
    audio = attrs.evolve(tone("pcm_mulaw"), word_timestamps=words(("a", 0, 1)))
    whole = audio + tone("pcm_f32le").to_wav(encoding="pcm_s16le")
    assert whole.duration == 0.2
    whole.save(tmp_path / "whole.wav")
    whole.save(tmp_path / "whole.raw")
    assert whole.srt()
    assert whole._repr_html_()
