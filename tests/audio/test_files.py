"""Writing audio into files, each in the container of its suffix; and compressed files."""

from __future__ import annotations

import io
import os
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from cartesia_async import Audio, Mp3Format, RawFormat, WavFormat
from cartesia_async.audio.mp3 import duration
from tests.audio.tones import tone, values

soundfile = pytest.importorskip("soundfile")
np = pytest.importorskip("numpy")


def mp3(rate: int = 44100, *, frames: int = 54321, channels: int = 1, mode: str = "CONSTANT") -> bytes:
    """Encode a tone."""
    file = io.BytesIO()
    one = tone("pcm_f32le", rate, frames=frames).numpy()
    soundfile.write(file, np.stack([one] * channels, 1), rate, format="MP3", bitrate_mode=mode, compression_level=0.5)
    return file.getvalue()


def as_mp3(data: bytes, rate: int = 44100) -> Audio:
    return Audio(data=data, format=Mp3Format(sample_rate=rate, bit_rate=128000))


def without_table(data: bytes) -> bytes:
    """Leave out the first frame, which tells about the file, as a file that is streamed has none."""
    start = data.index(b"\xff", 4)
    while data[start + 1] != data[1]:
        start = data.index(b"\xff", start + 1)
    return data[start:]


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("mode", ["CONSTANT", "VARIABLE"])
def test_mp3_lasts_to_the_sample(rate: int, channels: int, mode: str) -> None:
    """The duration of an MP3 file is that of what was encoded, to the sample, for each rate, found without a library."""
    audio = as_mp3(mp3(rate, frames=rate + 123, channels=channels, mode=mode), rate)
    assert audio.duration * rate == pytest.approx(rate + 123, abs=1e-3)
    assert (audio.container, audio.encoding, audio.sample_rate, audio.bit_rate) == ("mp3", None, rate, 128000)


@pytest.mark.parametrize("rate", [8000, 22050, 44100])
def test_streamed_mp3_lasts_as_its_frames(rate: int) -> None:
    """Without a first frame that tells about the file, its frames count, as for the library that decodes it."""
    data = without_table(mp3(rate))
    decoded, _ = soundfile.read(io.BytesIO(data))
    assert duration(data) * rate == pytest.approx(len(decoded), abs=2400)


def test_tags_and_rests_are_passed_over() -> None:
    """Tags before and after the frames, and a last frame that is cut off, add nothing to the duration."""
    data = mp3()
    tag = b"ID3\x04\0\0\0\0\x02\x01" + b"\xff\xfb\x90\x00" + bytes(253)
    whole = duration(data)
    assert duration(tag + data) == whole
    assert duration(data + b"TAG" + bytes(125)) == whole
    assert duration(data + data[:4]) == whole
    assert duration(b"\0\xff\0" + data) == whole
    cut = without_table(data)
    assert duration(cut) - duration(cut[:-10]) == pytest.approx(1152 / 44100)


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"])
@pytest.mark.parametrize("suffix", [".wav", ".WAV", ".pcm", ".raw", ".flac", ".ogg", ".mp3"])
def test_a_suffix_names_the_container(encoding: str, suffix: str, tmp_path: Path) -> None:
    """`save` writes what the suffix names, which others read as the same sound."""
    audio, path = tone(encoding), tmp_path / f"tone{suffix}"
    audio.save(path)
    if suffix in {".pcm", ".raw"}:
        assert path.read_bytes() == audio.data
        return
    found, rate = soundfile.read(path, dtype="float32")
    assert soundfile.info(path).format == suffix[1:].upper()
    assert rate == 16000
    assert len(found) == 1600
    exact = suffix.lower() in {".wav", ".flac"}
    assert float(np.abs(found - audio.numpy()).max()) < (1e-4 if exact else 0.2)


def test_python_reads_what_is_saved(tmp_path: Path) -> None:
    """A WAV file of 16 bits is read by Python's own library, with the true number of frames."""
    tone("pcm_f32le").to_wav(encoding="pcm_s16le").save(tmp_path / "tone.wav")
    with wave.open(str(tmp_path / "tone.wav")) as file:
        assert (file.getnframes(), file.getframerate(), file.getnchannels()) == (1600, 16000, 1)


def test_mp3_is_saved_as_it_is(tmp_path: Path) -> None:
    """MP3 goes into an MP3 file as it came, and is decoded for the others."""
    audio = as_mp3(mp3())
    audio.save(tmp_path / "tone.mp3")
    assert (tmp_path / "tone.mp3").read_bytes() == audio.data
    audio.save(tmp_path / "tone.wav")
    assert soundfile.info(tmp_path / "tone.wav").frames == 54321
    wav = audio.to_wav()
    assert wav.format == WavFormat(encoding="pcm_s16le", sample_rate=44100)
    assert wav.duration == pytest.approx(audio.duration)
    tail = np.abs(wav.numpy() - tone("pcm_f32le", 44100, frames=54321).numpy())[2000:-2000]
    assert float(tail.max()) < 0.05


def test_a_long_file_is_encoded_too(tmp_path: Path) -> None:
    """Minutes of audio become Ogg without being too much at once."""
    minutes = Audio(
        data=tone("pcm_mulaw", 8000, frames=8000).data * 320, format=RawFormat(encoding="pcm_mulaw", sample_rate=8000)
    )
    minutes.save(tmp_path / "long.ogg")
    assert soundfile.info(tmp_path / "long.ogg").frames == 320 * 8000


@pytest.mark.parametrize("name", ["tone", "tone.txt", "tone.m4a", ".wav"])
def test_another_suffix_is_refused(name: str, tmp_path: Path) -> None:
    """A suffix that names no container is a `ValueError` that tells those that do; no file is made."""
    with pytest.raises(ValueError, match=r"path must end in one of \.wav, .*\.ogg, not in"):
        tone().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    """What is saved into a pipe reaches its reader; the pipe is not replaced by a file."""
    audio = tone().to_wav()
    os.mkfifo(tmp_path / "a.wav")
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit((tmp_path / "a.wav").read_bytes)
        audio.save(tmp_path / "a.wav")
        assert reading.result(20) == audio.data
    assert (tmp_path / "a.wav").is_fifo()


def test_what_is_there_stays_when_saving_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is whole or not there: what fails halfway leaves the old one, and nothing beside it."""
    path = tmp_path / "tone.wav"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        tone().save(path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["tone.wav"]
    monkeypatch.undo()
    with pytest.raises(FileNotFoundError):
        tone().save(tmp_path / "missing" / "tone.wav")
    with pytest.raises(ValueError, match="not a WAV file"):
        attrs.evolve(tone(), format=WavFormat(encoding="pcm_s16le", sample_rate=8000)).save(path)
    assert path.read_bytes() == b"old"


def test_what_cannot_be_encoded_or_decoded_is_told(tmp_path: Path) -> None:
    """A rate that a container has not, and bytes that are no MP3, are a `ValueError`."""
    with pytest.raises(ValueError, match="mp3 of 1 channels at 12345 Hz cannot be encoded"):
        tone(rate=12345).save(tmp_path / "tone.mp3")
    with pytest.raises(ValueError, match="this is not mp3 that can be decoded"):
        as_mp3(b"no mp3 at all").to_wav()
    with pytest.raises(ValueError, match="the format of this audio is not known"):
        Audio(data=b"abcd").save(tmp_path / "tone.mp3")
    assert list(tmp_path.iterdir()) == []


def test_numpy_has_full_scale_at_one() -> None:
    """The array is of 32 bit floats, writable, of full scale at 1, and of one dimension where there is one channel."""
    array = tone("pcm_s16le").numpy()
    assert (array.dtype, array.shape, array.flags.writeable) == (np.float32, (1600,), True)
    assert list(array) == values(tone("pcm_s16le"))
    for encoding in ("pcm_mulaw", "pcm_alaw", "pcm_f32le"):
        assert list(tone(encoding).numpy()) == values(tone(encoding))
    file = io.BytesIO()
    soundfile.write(file, np.zeros((10, 2), np.float32), 8000, format="WAV", subtype="FLOAT")
    both = Audio(data=file.getvalue(), format=WavFormat(encoding="pcm_f32le", sample_rate=8000))
    assert both.numpy().shape == (10, 2)
    assert both.to_wav().to_wav().numpy().shape == (10, 2)
    with pytest.raises(ValueError, match="2 channels, which raw audio would not tell"):
        both.to_raw()


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"])
@pytest.mark.parametrize("wav", [False, True], ids=["raw", "wav"])
def test_another_rate_is_the_same_sound(encoding: str, wav: bool) -> None:
    """`resample` keeps container, encoding, length in seconds and the sound itself."""
    audio = tone(encoding).to_wav() if wav else tone(encoding)
    other = audio.resample(24000)
    assert (other.container, other.encoding, other.sample_rate) == (audio.container, encoding, 24000)
    assert other.duration == pytest.approx(audio.duration)
    expected = tone(encoding, 24000, frames=2400).numpy()
    assert float(np.abs(other.numpy() - expected)[200:-200].max()) < (0.05 if "law" in encoding else 0.01)
    assert audio.resample(16000) is audio


@pytest.mark.parametrize("rate", [0, -1, 2.5, True, "8000"], ids=repr)
def test_a_rate_must_be_one(rate: object) -> None:
    """What is no rate is refused by its name."""
    with pytest.raises(ValueError, match="sample_rate must be a whole number above 0"):
        tone().resample(rate)  # type: ignore[arg-type]
