"""The sizes in a WAV answer: unknown as the service's, or true where that is wished."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import pytest
import requests

from cartesia_async import Cartesia
from cartesia_async.emulator import Emulator
from tests.emulator.fidelity.conftest import SARAH
from tests.emulator.fidelity.test_answers import clip

UNKNOWN = 0xFFFFFFFF


def wav(encoding: str) -> dict[str, object]:
    """Give a format; at this rate the audio of some encodings is odd in length."""
    return {"container": "wav", "encoding": encoding, "sample_rate": 22_050}


def said(client: Cartesia, encoding: str, transcript: str = "Hello there, world") -> bytes:
    """Ask for speech."""
    stream = client.tts.bytes(model_id="m", transcript=transcript, voice=SARAH, output_format=wav(encoding))
    return stream.read()


def sizes(file: bytes) -> tuple[int, int, int | None]:
    """Give what a file says of its own length, of that of its audio, and of its samples."""
    data = file.index(b"data")
    fact = struct.unpack_from("<I", file, file.index(b"fact") + 8)[0] if b"fact" in file[:data] else None
    return struct.unpack_from("<I", file, 4)[0], struct.unpack_from("<I", file, data + 4)[0], fact


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_mulaw"])
def test_a_streamed_header_knows_no_sizes_and_is_repaired_when_saved(tmp_path: Path, encoding: str) -> None:
    """Unless told otherwise the header has placeholders, as the service's; the client's `save` makes them true."""
    with Emulator(engine="tone") as emulator, Cartesia(api_key="k", base_url=emulator.base_url) as client:
        streamed = said(client, encoding)
        assert sizes(streamed) == (UNKNOWN, UNKNOWN, None if encoding == "pcm_s16le" else UNKNOWN)
        path = tmp_path / "a.wav"
        client.tts.bytes(model_id="m", transcript="Hello there, world", voice=SARAH, output_format=wav(encoding)).save(
            path
        )
    saved = path.read_bytes()
    audio = len(streamed) - streamed.index(b"data") - 8
    assert sizes(saved) == (len(streamed) - 8, audio, None if encoding == "pcm_s16le" else audio)
    assert len(saved) == len(streamed)


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"])
@pytest.mark.parametrize("words", [1, 2, 3, 40])
def test_true_sizes_are_those_of_the_audio(encoding: str, words: int) -> None:
    """With `wav_sizes="true"` the header says how much there is, in every encoding, for short audio and long."""
    width = {"pcm_s16le": 2, "pcm_f32le": 4}.get(encoding, 1)
    transcript = "word " * words
    with Emulator(engine="tone") as emulator, Cartesia(api_key="k", base_url=emulator.base_url) as client:
        streamed = said(client, encoding, transcript)
    with Emulator(engine="tone", wav_sizes="true") as emulator:
        with Cartesia(api_key="k", base_url=emulator.base_url) as client:
            true = said(client, encoding, transcript)
    start = streamed.index(b"data") + 8
    audio = len(streamed) - start
    assert sizes(true) == (len(true) - 8, audio, None if encoding == "pcm_s16le" else audio // width)
    assert true[start:] == streamed[start:] + b"\0" * (audio % 2)


def test_true_sizes_are_read_by_the_standard_library() -> None:
    """What speaks, changes a voice, or previews one is a file that any program reads; what has no header is as ever."""
    headers = {"X-API-Key": "k", "Cartesia-Version": "2025-11-04"}
    fields = {"voice[id]": SARAH} | {f"output_format[{name}]": value for name, value in wav("pcm_s16le").items()}
    with Emulator(engine="tone", wav_sizes="true") as emulator, requests.Session() as session:
        session.headers.update(headers)
        changed = session.post(emulator.base_url + "/voice-changer/bytes", data=fields, files={"clip": clip()})
        preview = session.get(f"{emulator.base_url}/previews/{SARAH}.wav")
        for answer in (changed, preview):
            assert answer.status_code == 200
            with wave.open(io.BytesIO(answer.content)) as reader:
                assert len(reader.readframes(reader.getnframes())) == len(answer.content) - 44
        body = {"model_id": "m", "transcript": "Hi", "voice": {"mode": "id", "id": SARAH}}
        body["output_format"] = wav("pcm_s16le") | {"container": "raw"}
        raw = session.post(emulator.base_url + "/tts/bytes", json=body)
        assert raw.status_code == 200
        assert raw.content[:4] != b"RIFF"


def test_other_sizes_are_refused() -> None:
    """A wish for anything else is an error that names what there is."""
    with pytest.raises(ValueError, match="wav_sizes must be one of streamed, true, not 'right'"):
        Emulator(wav_sizes="right")
